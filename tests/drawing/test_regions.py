"""Colours of classes and of the regions in which they are answered."""

import numpy as np
from matplotlib.colors import to_rgb

from landscape_lab.drawing.palette import CLASS_COLORS
from landscape_lab.drawing.regions import FAINT, STRONG, class_color, region_colors, right_share
from landscape_lab.scene import Samples


def mixed(number, ink):
    """A class's colour on white paper."""
    return 255 * (1 - ink * (1 - np.array(to_rgb(class_color(number)))))


def test_a_certain_region_has_its_colour_and_an_uncertain_one_is_light():
    shares = np.zeros((2, 2, 3), np.float32)
    shares[0, 0] = 1, 0, 0
    shares[0, 1] = 0, 1, 0
    shares[1] = 1 / 3, 1 / 3 + 1e-6, 1 / 3
    colors = region_colors(shares, (2, 2))
    np.testing.assert_allclose(colors[0, 0], mixed(0, STRONG), atol=1)
    np.testing.assert_allclose(colors[0, 1], mixed(1, STRONG), atol=1)
    np.testing.assert_allclose(colors[1, 0], mixed(1, FAINT), atol=1)


def test_borders_stay_sharp_however_coarse_the_cells():
    shares = np.array([[[1, 0], [0, 1]]], np.float32).repeat(2, axis=0)
    middle = region_colors(shares, (2, 100))[0, 40:60].astype(int)
    assert np.abs(np.diff(np.sign(middle[:, 2] - middle[:, 0]))).sum() == 2  # blue, then orange: one border


def test_colours_differ_and_begin_again():
    assert len(set(CLASS_COLORS)) == 10
    assert class_color(11) == class_color(1)


def test_shares_of_right_answers_are_told():
    samples = Samples(np.zeros((4, 2)), np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]), held_out=True)
    assert right_share(samples) == "4 samples held out · 75.0% right"
