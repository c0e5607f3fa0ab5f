"""Numbers beside the ends of runs."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure
from scenes import scene, trajectory

from landscape_lab.drawing.maps import finish_map
from landscape_lab.drawing.narrow import drawn_for
from landscape_lab.drawing.palette import PATH_COLORS
from landscape_lab.drawing.ranks import BADGE, number_ends

INCHES = (6.0, 4.0)


def numbered(ends, losses=None, colors=None):
    """The numbers on a map of six by four inches, by what they say, with their centres in points."""
    losses = np.linspace(0.1, 0.5, len(ends)) if losses is None else losses
    view = scene(*(trajectory([[30, 20], end], [0.9, loss]) for end, loss in zip(ends, losses, strict=True)))
    figure = Figure(figsize=INCHES, dpi=72)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    finish_map(axes, view)
    number_ends(axes, view.traces, colors or PATH_COLORS[: len(ends)], INCHES)
    figure.draw_without_rendering()
    return {text.get_text(): text for text in axes.texts}


def centre(text):
    return np.array(text.get_window_extent().get_points()).mean(axis=0)


def on_map(place):
    """Points of a pixel (column, row)."""
    return (np.array(place) + 0.5) / [60, 40] * [432, 288] * [1, -1] + [0, 288]


def test_each_has_its_number_in_its_colour_near_its_end():
    ends = [[10, 10], [50, 30]]
    found = numbered(ends)
    assert list(found) == ["1", "2"]
    for text, end, color in zip(found.values(), ends, PATH_COLORS, strict=False):
        assert np.hypot(*(centre(text) - on_map(end))) < 20
        assert text.get_bbox_patch().get_facecolor() == pytest.approx(
            [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] + [1.0]
        )


@pytest.mark.parametrize(
    "ends",
    [
        [[30, 10]] * 6,
        [[59, 0]] * 5,
        [[0, 39]] * 5,
        [[30 + number, 20] for number in range(6)],
        [[30, 20 + number] for number in range(6)],
    ],
    ids=["one place", "right upper corner", "left lower corner", "in a row", "in a column"],
)
def test_numbers_lie_on_the_map_and_not_on_each_other(ends):
    middles = [centre(text) for text in numbered(ends).values()]
    assert len(middles) == len(ends)
    for middle in middles:
        assert (middle > 4).all()
        assert (middle < [428, 284]).all()
    for one, two in combinations(middles, 2):
        assert np.abs(one - two).max() > 0.9 * BADGE


def test_what_diverged_or_left_has_none_and_nobody_moves_up():
    found = numbered([[10, 10], [50, 30], [200, 30], [20, 30]], [0.1, np.nan, 0.3, 0.4])
    assert list(found) == ["1", "4"]


def test_what_is_grey_has_none():
    assert list(numbered([[10, 10], [50, 30], [20, 30]], colors=["#0070b0", None, "#e06a10"])) == ["1", "3"]


def test_in_a_narrow_figure_more_ends_are_near_each_other():
    ends = [[30, 20], [33, 20]]
    wide = [text.xyann for text in numbered(ends).values()]
    with drawn_for(2.0):
        narrow = [text.xyann for text in numbered(ends).values()]
    assert narrow[1] != wide[1]
