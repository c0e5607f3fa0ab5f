"""The map of the negative curvature beside the positive."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import at, function_scene, pixels_of

from landscape_lab.drawing.ratios import ratio_figure, told
from landscape_lab.planes import RatioMap


def ratios(lowest, highest=1.0):
    """A map of 2 × 3 places."""
    lowest = np.asarray(lowest, dtype=float)
    return RatioMap(np.linspace(-10, 10, 3), np.linspace(-10, 10, 2), lowest, np.full((2, 3), highest), 11.0)


def test_it_is_bright_where_the_landscape_bends_down_and_grey_in_holes():
    _, scene = function_scene("booth", points=[(1.0, 9.0), (2.0, 9.0)])
    scene = replace(scene, losses=np.zeros((2, 2)), ratios=ratios([[-1.0, 0.5, np.nan], [-1.0, 0.5, np.nan]]))
    image, axes = pixels_of(ratio_figure(scene))
    down, up, hole = (at(image, axes, column, 3.0) for column in (-9.7, -0.3, 8.0))
    assert down.sum() > up.sum() + 150  # yellow, and dark violet
    assert np.ptp(hole) == 0


def test_words_tell_how_much_bends_down():
    flat = ratios(np.full((2, 3), np.nan))
    assert told(flat) == "the curvature is not finite anywhere here"
    assert told(ratios(np.ones((2, 3)))) == "convex in all dimensions at every place of the map"
    assert told(ratios(np.full((2, 3), -0.2))).startswith("negative curvature up to 0.2 of the positive")
    infinite = ratios(np.full((2, 3), -0.2), highest=-0.1)
    assert told(infinite) == "on 100% of the map the landscape bends down more than up"


def test_a_scene_without_ratios_is_told():
    with pytest.raises(ValueError, match=r"should have curvatures to be drawn: figures=\[ratio\]"):
        ratio_figure(function_scene("booth")[1])
