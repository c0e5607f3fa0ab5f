"""Heights are logarithmic where most losses lie far below the top."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.heights import Heights, add_height_scale, finer


@pytest.mark.parametrize(
    ("name", "logarithmic"), [("sphere", False), ("rastrigin", False), ("rosenbrock", True), ("beale", True)]
)
def test_contours_are_logarithmic_where_the_losses_ask_for_it(name, logarithmic):
    assert Heights(function_scene(name)[1]).logarithmic == logarithmic


def test_the_scale_of_a_logarithmic_map_says_so_and_has_losses_for_numbers():
    figure = Figure()
    axes = figure.subplots()
    view = function_scene("rosenbrock")[1]
    add_height_scale(axes, view)
    FigureCanvasAgg(figure).draw()
    (bar,) = axes.child_axes
    assert bar.get_ylabel() == "map: loss, logarithmic"
    heights = Heights(view)
    low, high = bar.get_ylim()
    words = dict(zip(bar.get_yticks(), bar.get_yticklabels(), strict=True))
    seen = {tick: label.get_text() for tick, label in words.items() if low <= tick <= high}
    numbers = np.array([float(text.replace(",", "")) for text in seen.values()])
    np.testing.assert_allclose(heights(numbers + heights.low - heights.floor), list(seen), atol=0.01)
    assert len(seen) > 2


def test_a_picture_beyond_brightness_has_a_scale_of_its_own():
    view = scene(trajectory([[5, 5], [9, 9]], [0.5, 0.4]))
    assert Heights(view).span == (0.0, 1.0)
    low, high = Heights(replace(view, losses=300.0 * view.losses - 7.0)).span
    assert (low, high) == pytest.approx((300 * view.losses.min() - 7, 300 * view.losses.max() - 7))


@pytest.mark.parametrize(
    ("losses", "numbers"), [([[7.0, 7.0], [7.0, 7.0]], ["7"]), ([[1e6, 1e6 + 1]] * 2, None)]
)
def test_numbers_of_a_scale_stand_for_themselves(losses, numbers):
    """A constant landscape has one loss; none is written as an offset in the corner and a rest."""
    figure = Figure()
    axes = figure.subplots()
    add_height_scale(axes, replace(function_scene("sphere")[1], losses=np.array(losses)))
    FigureCanvasAgg(figure).draw()
    (bar,) = axes.child_axes
    written = [label.get_text() for label in bar.get_yticklabels()]
    assert written == numbers or (numbers is None and all(float(text) >= 1e6 for text in written))
    assert bar.yaxis.get_offset_text().get_text() == ""


def test_few_cells_get_more_between_them():
    rows, columns = np.mgrid[:12, :30].astype(np.float32)
    coarse = rows + 2.0 * columns
    fine = finer(coarse)
    assert fine.shape == (120, 300)
    np.testing.assert_allclose(np.diff(fine[20:-20, 20:-20], axis=1), 0.2, atol=0.01)  # as steep as before
    assert abs(fine[65, 155] - coarse[6, 15]) < 0.2  # and in the same place
    hole = np.where(coarse == 0.0, np.nan, coarse)
    assert finer(hole) is hole
    large = np.zeros((10, 300))
    assert finer(large) is large
