"""The picture of the draws has a row for each."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from linting import faults
from matplotlib.text import Text

from landscape_lab.augmentations import AddNoise, GradientNoise, RandomRotation, RandomShift, augment
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.look import Look
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.staging import scene_of, start_of
from landscape_lab.staging.replaying import draws_of

RAMP = torch.linspace(0.2, 0.8, 320).expand(160, 320)


def picture():
    """A ramp that turns."""
    return augment(ImageLandscape(RAMP, smoothing=0), [RandomRotation(20), AddNoise(0.1)])


def bowl():
    """A formula that moves."""
    formula = FunctionLandscape(lambda x, y: x**2 + y**2, (1.0, 1.0))
    return augment(formula, [RandomShift(fraction=0.1), GradientNoise(1.0)])


def seen(landscape, draws=2, **changes):
    """The draws of a landscape, and their figure."""
    shown = scene_of(landscape, [], grid=False)
    begun = replace(shown, traces=(start_of(landscape, shown.plane),), **changes)
    found = draws_of(landscape, begun, draws)
    return found, augmentations_figure(found)


def maps_of(figure):
    """`[rows, columns]`."""
    maps = [axes for axes in figure.axes if axes.images]
    return np.array(maps, dtype=object).reshape(-1, 4)


def bars_of(figure):
    """The names of its scales."""
    return [axes.get_xlabel() for axes in figure.axes if hasattr(axes, "_colorbar")]


@pytest.mark.parametrize(("landscape", "unit"), [(picture, "pixel"), (bowl, "unit of the axis")])
def test_figure_has_a_row_for_each_draw_and_columns_for_what_differs_and_the_gradients(landscape, unit):
    found, figure = seen(landscape(), about="rotation 20")
    maps = maps_of(figure)
    assert [axes.get_ylabel() for axes in maps[:, 0]] == ["clean", "draw 1", "draw 2"]
    for column, values in enumerate((found.losses - found.losses[0], *found.gradients.swapaxes(0, 1)), 1):
        for axes, one in zip(maps[:, column], values, strict=True):
            np.testing.assert_array_equal(axes.images[0].get_array(), one)
    assert bars_of(figure)[1:] == ["loss", f"loss per {unit}"]
    assert maps[0, 2].images[0].norm is maps[2, 3].images[0].norm
    assert any("rotation 20" in text.get_text() for text in figure.findobj(Text))
    assert not faults(figure)


def test_a_cross_stands_at_the_start_in_every_map():
    landscape = augment(ImageLandscape(RAMP, smoothing=0, start=(40, 120)), [RandomShift(pixels=30)])
    for axes in maps_of(seen(landscape)[1]).flat:
        (cross,) = axes.lines
        assert cross.get_marker() == "+"
        np.testing.assert_allclose(cross.get_xydata(), [[40.0, 120.0]], atol=1e-3)


@pytest.mark.parametrize("shape", [(30, 300), (300, 30)])
def test_panoramas_fit_a_page(shape):
    ramp = torch.linspace(0.0, 1.0, 9000).reshape(shape)
    noise = augment(ImageLandscape(ramp, smoothing=0), [AddNoise(0.1)])
    width, height = seen(noise)[1].get_size_inches()
    assert width < 21
    assert height < 18


def test_columns_stay_beside_each_other_in_a_column_of_a_paper():
    """Nine maps and three bars below each other were 40 inches high."""
    found, _ = seen(picture())
    figure = Look(width=3.4).figure(partial(augmentations_figure, found))
    assert figure.get_figwidth() == pytest.approx(3.4, abs=0.01)
    assert figure.get_figheight() < 6
    first = [axes.bbox.x0 for axes in maps_of(figure)[0]]
    assert (np.diff(first) > 0).all()
    assert not faults(figure)
