"""Figures on a dark ground."""

import numpy as np
import pytest
from linting import faults
from matplotlib.cm import ScalarMappable
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scenes import function_scene, pixels_of

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.dark import GAP, GROUND, darken, turned
from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.look import Look
from landscape_lab.drawing.palette import RATE_COLORS

DARK = Look(style="dark")


def test_the_ground_is_dark_and_words_are_light():
    _, scene = function_scene("beale")
    for make in (path_figure, loss_figure):
        figure = DARK.figure(lambda make=make: make(scene))
        assert faults(figure) == []
        assert to_hex(figure.get_facecolor()) == GROUND
        assert min(to_rgba(figure.axes[0].title.get_color())[:3]) > 0.8


def test_a_map_and_what_lies_on_it_keep_their_colours():
    _, scene = function_scene("beale")
    usual, dark = path_figure(scene), DARK.figure(lambda: path_figure(scene))
    (light, axes), (image, _) = pixels_of(usual), pixels_of(dark)
    left, low, right, high = (round(end) for end in axes.get_window_extent().extents)
    part = np.s_[image.shape[0] - high + 3 : image.shape[0] - low - 3, left + 3 : right - 3]
    np.testing.assert_array_equal(image[part], light[part])
    bar = usual.axes[0].child_axes[0].get_window_extent()
    column, row = round(bar.x0 + bar.width / 2), image.shape[0] - round(bar.y0 + bar.height / 2)
    np.testing.assert_array_equal(image[row, column], light[row, column])
    assert (image[0, 0] < 40).all()


def test_hues_stay():
    red, green, blue, alpha = turned((0.1, 0.2, 0.6, 0.5))
    assert alpha == 0.5
    assert blue > green > red
    assert turned((0.9, 0.6, 0.6, 1.0)) == pytest.approx((0.9, 0.6, 0.6, 1.0))  # light enough


def a_map(figure):
    """A map with a scale, a gap, a legend of its regions, and one of marks on it."""
    axes = figure.add_subplot()
    image = axes.imshow(np.eye(3))
    axes.axhline(1.5, color="white", gid=GAP)
    axes.plot([], [], "o", mfc="none", mec="#202124", label="wrong")
    axes.legend()
    figure.colorbar(image, ax=axes).outline.set_visible(False)
    figure.legend(handles=[Patch(color="#c0c4c8", label="a region")])
    return axes


def curves(figure):
    """A curve of each of two rates, and their scale."""
    axes = figure.add_subplot()
    for share in (0.0, 1.0):
        axes.plot([0, 1], [share, 1], color=RATE_COLORS(share))
    figure.colorbar(ScalarMappable(cmap=RATE_COLORS), ax=axes).outline.set_visible(False)
    return axes


@pytest.mark.parametrize("draw", [a_map, curves])
def test_a_scale_has_an_edge_and_marks_are_seen_and_mean_what_they_did(draw):
    figure = Figure()
    axes = draw(figure)
    bar = next(other._colorbar for other in figure.axes if hasattr(other, "_colorbar"))
    darken(figure)
    assert bar.outline.get_visible()
    if draw is curves:
        ends = [line.get_color() for line in axes.lines]
        assert min(ends[0][:3]) > 0.2  # it was dark purple
        np.testing.assert_allclose(bar.cmap([0.0, 1.0]), ends, atol=0.01)
        return
    assert to_hex(axes.lines[0].get_color()) == GROUND
    assert min(to_rgba(axes.get_legend().legend_handles[0].get_markeredgecolor())[:3]) > 0.8
    assert to_hex(figure.legends[0].legend_handles[0].get_facecolor()) == "#c0c4c8"
    np.testing.assert_array_equal(bar.cmap(0.0), axes.images[0].cmap(0.0))
