"""Tiny paths are seen larger."""

import numpy as np
import pytest
from scenes import at, pixels_of, scene, trajectory

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.inset import ROOM, TINY, part_of

SMALL = [[40.0, 10.0], [41.0, 10.5], [42.0, 11.0]]
LOSSES = [0.5, 0.4, 0.3]


def test_the_part_is_around_the_paths_and_has_the_windows_proportions():
    part = part_of(scene(trajectory(SMALL, LOSSES)))
    assert part.ratio == pytest.approx(40 / 60)
    np.testing.assert_allclose(part.corners.mean(axis=0), [41.0, 10.5], atol=1e-3)
    assert part.size[0] == pytest.approx(ROOM * 2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("pixels", "losses"),
    [
        ([[10, 10], [10 + 61 * TINY, 10]], [0.5, 0.4]),  # wide enough
        ([[10, 10], [10, 10 + 41 * TINY]], [0.5, 0.4]),  # high enough
        ([[10, 10], [10, 10]], [0.5, 0.5]),  # it did not move
        ([[10, 10], [9e9, 10]], [0.5, np.nan]),  # it left
        ([[10, 10]], [0.5]),
    ],
)
def test_other_paths_are_large_enough(pixels, losses):
    view = scene(trajectory(pixels, losses))
    assert part_of(view) is None
    assert not [axes for axes in path_figure(view).axes[0].child_axes if axes.texts]


def test_it_shows_the_path_larger_in_a_corner_that_hides_no_mark():
    image, axes = pixels_of(path_figure(scene(trajectory(SMALL, LOSSES))))
    (beside,) = (child for child in axes.child_axes if child.texts)
    assert beside.texts[0].get_text() == "20 times as large"
    assert at(image, beside, *SMALL[0]).min() > 240  # the start's white disc
    red, green, blue = at(image, beside, *SMALL[2])
    assert green > max(red, blue) + 40  # the end's star
    for column, row in SMALL:
        assert not beside.bbox.contains(*axes.transData.transform((column, row)))
    assert beside.yaxis.get_inverted() == axes.yaxis.get_inverted()


def test_losses_of_a_tiny_path_differ_in_colour():
    """In a cell of the whole map all of its places hide each other."""
    axes = path_figure(scene(trajectory(SMALL, LOSSES))).axes[0]
    lines = next(each for each in axes.collections if each.get_array() is not None)
    assert np.ptp(np.asarray(lines.norm(np.array(LOSSES)))) > 0.9
