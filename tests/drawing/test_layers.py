"""The heat maps of layers: what colour is where, and that names have room."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm

from landscape_lab.drawing.layers import TITLES, UNKNOWN, layers_figure
from landscape_lab.records.layer_curves import QUANTITIES, SUMS, LayerCurves

LOSSES = np.arange(0, 50, 10), np.linspace(2.0, 0.5, 5)


def curves(tensors, noise=True, spread=3.0):
    """Five steps of so many tensors, two to a module, with norms over decades."""
    random = np.random.default_rng(0)
    sums = 10.0 ** random.uniform(-spread, spread, (5, tensors, len(SUMS)))
    if not noise:
        sums[..., 4:] = np.nan
    names = [f"layers.{number // 2}.{('weight', 'bias')[number % 2]}" for number in range(tensors)]
    return LayerCurves.of_tensors(LOSSES[0], sums, names, {"all": range(tensors)})


def maps(figure):
    return [axes for axes in figure.axes if axes.images]


@pytest.mark.parametrize("tensors", [4, 60])
def test_each_quantity_has_a_map_whose_names_have_room(tensors):
    figure = layers_figure(curves(tensors), LOSSES, "adam, lr 0.1")
    FigureCanvasAgg(figure).draw()
    assert [axes.get_title(loc="left") for axes in maps(figure)] == [TITLES[name] for name in QUANTITIES]
    for axes in maps(figure)[::3]:  # the first of a line has the names
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
        assert len(boxes) == tensors + 1
        assert all(below.y1 <= above.y0 for above, below in pairwise(boxes))
        assert min(box.x0 for box in boxes) >= 0
    assert max(figure.get_size_inches()) < 22


def test_rows_and_steps_are_where_they_belong():
    measured = curves(4)
    axes = maps(layers_figure(measured, LOSSES, ""))[0]
    image = axes.images[0]
    np.testing.assert_allclose(image.get_array(), measured.values()["gradient_norm"].T)
    assert image.get_extent() == [0, 50, 5, 0]  # the first row above, each step as wide as its interval
    assert isinstance(image.norm, LogNorm)


def test_what_is_unknown_is_grey_and_without_noise_there_is_no_map_of_it():
    measured = curves(2, noise=False)
    measured.sums[0, 1, 1] = 0.0  # weights that are all zero
    figure = layers_figure(measured, LOSSES, "")
    assert len(maps(figure)) == len(QUANTITIES) - 1
    ratio = maps(figure)[2]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    column, row = ratio.transData.transform((5.0, 1.5)).round().astype(int)
    pixel = np.asarray(canvas.buffer_rgba())[::-1][row, column, :3]
    assert f"#{bytes(pixel).hex()}" == UNKNOWN


def test_values_of_one_decade_have_linear_colours_and_cosines_the_whole_range():
    narrow = curves(4, spread=0.3)
    gradient, *_, cosine, _ = maps(layers_figure(narrow, LOSSES, ""))
    assert not isinstance(gradient.images[0].norm, LogNorm)
    assert (cosine.images[0].norm.vmin, cosine.images[0].norm.vmax) == (-1.0, 1.0)
