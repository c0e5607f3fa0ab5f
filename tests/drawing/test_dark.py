"""Figures on a dark ground."""

import numpy as np
import pytest
from linting import faults
from matplotlib.colors import to_hex, to_rgba
from scenes import function_scene, pixels_of

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.dark import GROUND, turned
from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.look import Look

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
