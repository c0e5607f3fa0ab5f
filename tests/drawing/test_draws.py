"""The picture of the draws has a row for each."""

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from landscape_lab.augmentations import AddNoise, GradientNoise, RandomRotation, RandomShift, augment
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.replaying import draws_of
from landscape_lab.staging import scene_of

RAMP = torch.linspace(0.2, 0.8, 320).expand(160, 320)


def test_figure_has_a_row_for_each_draw_and_columns_for_the_gradients():
    picture = augment(ImageLandscape(RAMP, smoothing=0), [RandomRotation(20), AddNoise(0.1)])
    bowl = augment(
        FunctionLandscape(lambda x, y: x**2 + y**2, (1.0, 1.0)),
        [RandomShift(fraction=0.1), GradientNoise(1.0)],
    )
    for landscape in (picture, bowl):
        figure = augmentations_figure(draws_of(landscape, scene_of(landscape, [], grid=False), 2))
        assert len(figure.axes) == 3 * 3 + 2
        assert [axes.get_ylabel() for axes in figure.axes[:9:3]] == ["clean", "draw 1", "draw 2"]
        FigureCanvasAgg(figure).draw()
