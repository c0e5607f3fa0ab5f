"""Marks of minima, starts and ends."""

from dataclasses import replace

import numpy as np
import pytest
from linting import faults
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.figures import FIGURES
from landscape_lab.drawing.maps import finish_map
from landscape_lab.drawing.marks import mark_ends, mark_minima


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_each_known_minimum_in_the_window_has_an_empty_ring(axes):
    _, view = function_scene("himmelblau")
    outside = np.array([[100.0, 0.0]])
    mark_minima(axes, replace(view, minima=np.concatenate([view.minima, outside])))
    rings, named = axes.lines
    np.testing.assert_allclose(rings.get_xydata(), view.minima)
    assert rings.get_markerfacecolor() == "none"
    assert (named.get_label(), len(named.get_xdata())) == ("minimum", 0)


@pytest.mark.parametrize("figure", ["path", "gradient", "topology"])
@pytest.mark.parametrize("edge", ["first", "last"])
def test_a_ring_on_the_edge_is_on_no_title(figure, edge):
    _, view = function_scene("parabola")
    view = replace(view, about="what explains it", window=replace(view.window, **{edge: 0.02}))
    assert not [one for one in faults(FIGURES[figure](view)) if "mark" in one]


def test_without_a_minimum_there_is_no_ring(axes):
    mark_minima(axes, scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4])))
    assert not axes.lines


def test_a_star_fits_into_its_ring(axes):
    _, view = function_scene("booth", points=((-5.0, -2.0), (1.0, 3.0)))
    finish_map(axes, view)
    mark_ends(axes, view)
    ring = axes.lines[0].get_markersize()
    star = next(each for each in axes.collections if len(each.get_offsets()) and each.get_zorder() == 6)
    assert star.get_sizes()[0] ** 0.5 < ring
    assert star.get_zorder() < axes.lines[0].get_zorder()


@pytest.mark.parametrize("members", [1, 30, 300])
def test_ends_have_their_colours_and_a_legible_legend(axes, members):
    places = np.random.default_rng(0).uniform(0, 39, (2, members, 2))
    view = scene(trajectory(places, np.ones((2, members))))
    colors = np.random.default_rng(1).uniform(size=(members, 4))
    mark_ends(axes, view, colors=colors)
    stars = next(each for each in axes.collections if len(each.get_offsets()) and each.get_zorder() == 6)
    order = [int(np.abs(view.traces[0].places[-1] - end).sum(axis=1).argmin()) for end in stars.get_offsets()]
    np.testing.assert_allclose(stars.get_facecolor(), colors[order])
    assert order[-1] == 0  # the first on top
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["start", "end"]
    assert all(handle.get_sizes()[0] > 50 for handle in legend.legend_handles)


def test_a_start_is_seen_on_white(axes):
    mark_ends(axes, scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4])))
    disc = next(each for each in axes.collections if len(each.get_offsets()) and each.get_zorder() == 5)
    assert disc.get_facecolor()[0] == pytest.approx(to_rgba("white"))
    assert max(disc.get_edgecolor()[0][:3]) < 0.2
    assert disc.get_linewidth()[0] > 1


def test_hidden_marks_are_faint_and_a_legend_tells_what_is_in_the_window(axes):
    view = scene(trajectory([[3, 7], [5000, 30]], [0.5, 0.4]))
    mark_ends(axes, view, strength=0.4)
    assert {each.get_alpha() for each in axes.collections if len(each.get_offsets())} == {0.4}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["start"]
