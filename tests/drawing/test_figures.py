"""Pictures show what happened, where it happened."""

from itertools import product

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from sampling import one_in
from scenes import at, function_scene, pixels_of, scene, trajectory

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import FIGURES, gallery_figure, path_figure

OF_LANDSCAPES = [
    name for name, kind in FIGURES.items() if name not in ("data", "boundary") and kind.extra is None
]
"""Of a network alone are these two; what has extras is tested with its module."""


def test_background_path_and_marks_are_where_they_belong():
    path = trajectory([[5, 5], [30, 5], [30, 35], [55, 35]], [0.8, 0.6, 0.4, 0.2])
    image, axes = pixels_of(path_figure(scene(path)))
    for column in (12, 45):
        expected = 255 * (0.2 + 0.7 * column / 59)
        assert at(image, axes, column, 20) == pytest.approx([expected] * 3, abs=6)
    assert np.ptp(at(image, axes, 17, 5)) > 60  # the path is coloured, the landscape is grey
    assert np.ptp(at(image, axes, 30, 20)) > 60
    assert at(image, axes, 5, 5).min() > 240  # the start is white
    red, green, blue = at(image, axes, 55, 35)
    assert green > red + 80
    assert green > blue + 40
    assert axes.get_xlabel() == "column"
    assert axes.yaxis.get_inverted()


@pytest.mark.parametrize("members", [1, 2, 1000])
def test_any_number_of_members_and_a_single_record_can_be_drawn(members):
    rng = np.random.default_rng(0)
    for records in (1, 3):
        view = scene(
            trajectory(rng.uniform(0, 39, (records, members, 2)), rng.uniform(size=(records, members)))
        )
        for draw in (path_figure, loss_figure):
            image, axes = pixels_of(draw(view))
            assert np.ptp(image) > 200
            drawn = len(axes.lines) + sum(
                len(each.get_segments()) for each in axes.collections if hasattr(each, "get_segments")
            )
            assert drawn >= members if draw is path_figure else len(axes.lines) >= 1


def test_formula_is_drawn_the_right_way_up_with_its_minimum():
    landscape, view = function_scene("booth", points=((-5.0, -2.0), (2.0, 4.0)))
    image, axes = pixels_of(path_figure(view))
    assert not axes.get_yaxis().get_inverted()
    dark, light = at(image, axes, 2.5, 2.0).sum(), at(image, axes, 8.0, 8.0).sum()
    assert landscape.evaluate(torch.tensor([[2.5, 2.0], [8.0, 8.0]])).diff() > 0
    assert light > dark + 100
    ring = next(line for line in axes.lines if line.get_markersize() > 12)
    np.testing.assert_allclose(ring.get_xydata(), [[1.0, 3.0]], atol=1e-6)
    x, y = axes.transData.transform((1.0, 3.0))
    radius = ring.get_markersize() / 2 * axes.figure.dpi / 72
    red, green, blue = image[image.shape[0] - 1 - round(y), round(x + radius)]
    assert min(green, blue) > red + 80  # the minimum's ring
    assert at(image, axes, 1.0, 3.0).max() < 60  # it hides nothing: the landscape is dark there
    rows, columns = view.losses.shape
    low = np.unravel_index(view.losses.argmin(), view.losses.shape)
    assert view.window.left + (low[1] + 0.5) * (
        view.window.right - view.window.left
    ) / columns == pytest.approx(1.0, abs=0.05)
    assert view.window.first + (low[0] + 0.5) * (
        view.window.last - view.window.first
    ) / rows == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "figure"), one_in(3, product(["rosenbrock", "easom", "saddle"], OF_LANDSCAPES))
)
def test_every_figure_of_a_formula_can_be_drawn(figure, name):
    for view in (
        function_scene(name)[1],
        function_scene(name, points=((-1.5, 1.0), (9e9, np.nan)), losses=(1.0, np.nan))[1],
    ):
        image, axes = pixels_of(FIGURES[figure](view))
        assert np.ptp(image) > 200
        assert axes.lines


@pytest.mark.parametrize("figure", OF_LANDSCAPES)
def test_every_figure_of_a_picture_can_be_drawn(figure):
    image, axes = pixels_of(FIGURES[figure](scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))))
    assert np.ptp(image) > 200
    assert axes.lines


def test_gallery_shows_each_landscape():
    named = [
        (name, function_scene(name, points=((0.5, 0.4),), losses=(1.0,))[1])
        for name in ("booth", "beale", "branin")
    ]
    figure = gallery_figure(named)
    FigureCanvasAgg(figure).draw()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["booth", "beale", "branin"]
