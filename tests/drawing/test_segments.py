"""Paths in the colours of what happened along them, and of runs in their own."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from scenes import scene, trajectory

from landscape_lab.drawing.color_scale import ColorScale
from landscape_lab.drawing.palette import INK, LOSS_COLORS
from landscape_lab.drawing.segments import DOTS, draw_run, draw_segments

SCALE = ColorScale(Normalize(0.0, 4.0))


@pytest.fixture
def axes():
    return Figure().add_subplot()


def paths(places):
    """Two paths through so many places, the second one higher."""
    along = np.linspace(0.0, 4.0, places)
    return np.stack([np.stack([along, along + 10 * member], axis=1) for member in range(2)], axis=1)


def test_each_segment_has_the_colour_of_the_loss_at_its_end(axes):
    places, losses = paths(5), np.array([[4.0, 1.0], [3.0, 1.5], [2.0, 2.0], [1.0, 2.5], [0.0, 3.0]])
    draw_segments(axes, places, losses, SCALE, np.array([True, True]))
    (lines,) = (each for each in axes.collections if isinstance(each, LineCollection) and each.get_segments())
    lines.update_scalarmappable()
    colors = [to_hex(color) for color in lines.get_colors()]
    ends = [segment[-1].tolist() for segment in lines.get_segments()]
    for step in range(1, 5):
        for member in range(2):
            found = colors[ends.index(places[step, member].tolist())]
            assert found == to_hex(LOSS_COLORS(losses[step, member] / 4.0))
    assert {line.get_color() for line in axes.lines} == {INK}
    assert axes.lines[0].get_linewidth() > lines.get_linewidth()[0]


@pytest.mark.parametrize(("places", "dotted"), [(DOTS // 2, True), (DOTS // 2 + 1, False)])
def test_only_places_of_short_paths_are_dots(axes, places, dotted):
    draw_segments(axes, paths(places), np.ones((places, 2)), SCALE, np.array([True, True]))
    dots = [each for each in axes.collections if len(each.get_offsets()) > 1]
    assert bool(dots) == dotted


def test_the_diverged_are_dashed(axes):
    draw_segments(axes, paths(3), np.ones((3, 2)), SCALE, np.array([True, False]))
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--"]
    assert axes.lines[1].get_ydata()[0] == 10


def test_a_run_that_diverged_lies_below_and_is_dashed_and_faint(axes):
    arrived, lost = scene(
        trajectory([[5, 5], [30, 20]], [0.5, 0.3]), trajectory([[5, 5], [50, 20]], [0.5, np.nan])
    ).traces
    for trace in (arrived, lost):
        draw_run(axes, trace, "#0070b0")
    above, below = axes.lines
    assert (above.get_linestyle(), below.get_linestyle()) == ("-", "--")
    assert below.get_alpha() < above.get_alpha()
    assert below.get_linewidth() < above.get_linewidth()
    assert below.get_zorder() < above.get_zorder()


def test_a_weak_run_lies_below_a_strong_one(axes):
    (trace,) = scene(trajectory([[5, 5], [30, 20]], [0.5, 0.3])).traces
    draw_run(axes, trace, "#0070b0")
    draw_run(axes, trace, "#6b7178", strength=0.4)
    strong, weak = axes.lines
    assert weak.get_zorder() < strong.get_zorder()
    assert weak.get_alpha() < strong.get_alpha()
