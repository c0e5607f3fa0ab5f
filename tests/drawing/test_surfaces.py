"""The surface shows where paths are."""

from dataclasses import replace

import numpy as np
import pytest
from linting import faults
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.look import Look
from landscape_lab.drawing.surfaces import surface_figure


def test_the_surface_is_in_proportion_and_the_path_lies_on_it():
    """A wall hides what is behind it: there the path has gaps, and shines through faintly."""
    view = scene(trajectory([(5, 20), (30, 20), (55, 20)], [0.3, 0.5, 0.8]))
    ridge = np.full((40, 60), 0.1, np.float32)
    ridge[28:34, 20:40] = 1.0
    figure = surface_figure(replace(view, losses=ridge))
    axes = figure.axes[0]
    assert axes.bbox.width > 1.1 * axes.bbox.height
    faint = next(part for part in axes.collections if isinstance(part, LineCollection))
    (whole,) = faint.get_segments()
    assert np.isfinite(whole).all()
    dots = next(part for part in axes.collections if isinstance(part, PathCollection)).get_offsets()
    shown = np.ma.filled(np.ma.asarray(dots, dtype=float), np.nan)
    hidden = np.isnan(shown).any(axis=1)
    assert 0.1 < hidden.mean() < 0.9
    np.testing.assert_allclose(shown[~hidden], whole[: len(hidden)][~hidden])


def test_a_minimum_behind_a_wall_is_faint():
    view = scene(trajectory([(5, 20), (30, 20), (55, 20)], [0.3, 0.5, 0.8]))
    ridge = np.full((40, 60), 0.1, np.float32)
    ridge[28:34, 20:40] = 1.0
    places = view.plane.project(np.array([[0.0, 0.3], [-0.9, -0.9]]))  # behind the ridge, and left of it
    axes = surface_figure(replace(view, losses=ridge, minima=places)).axes[0]
    rings = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert sorted((ring.get_alpha() or 1.0, len(ring.get_xdata())) for ring in rings) == [(0.4, 1), (1.0, 1)]


def test_height_and_places_are_named_within_the_canvas():
    _, view = function_scene("rosenbrock")
    figure = surface_figure(view)
    FigureCanvasAgg(figure).draw()
    words = {text.get_text() for text in figure.findobj(Text)}
    assert {"x", "y", "start", "end", "minimum"} <= words
    assert any("height: loss, logarithmic" in text for text in words)
    assert not [fault for fault in faults(figure) if "cut" in fault or "other" in fault]


def wide_scene():
    """A path on a panorama."""
    view = scene(trajectory([(5, 20), (30, 20), (55, 20)], [0.3, 0.5, 0.8]))
    valley = 0.5 + 0.3 * np.cos(np.linspace(-3, 3, 60)) + 0.2 * np.linspace(-1, 1, 6)[:, None] ** 2
    return replace(view, losses=valley, window=replace(view.window, last=5.5))


@pytest.mark.parametrize("look", [Look(), Look(style="dark"), Look(width=3.4)])
@pytest.mark.parametrize("made", [lambda: function_scene("rosenbrock")[1], wide_scene])
def test_words_are_read_in_every_look(made, look):
    assert not faults(look.figure(lambda: surface_figure(made())))


def test_nothing_is_drawn_around_the_surface_but_all_of_it_also_where_it_is_white():
    view = scene(trajectory([(5, 20), (55, 20)], [0.3, 0.8]))
    figure = surface_figure(replace(view, losses=np.full((40, 60), 1.0)))
    picture = np.asarray(figure.axes[0].images[0].get_array())
    opaque = picture[..., 3] == 255
    assert set(np.unique(picture[..., 3])) == {0, 255}
    assert not opaque[[0, 0, -1, -1], [0, -1, 0, -1]].any()
    assert (picture[~opaque][:, :3] == 255).mean() > 0.99
    for column in opaque.T[opaque.any(axis=0)]:
        rows = np.flatnonzero(column)
        assert len(rows) == rows[-1] - rows[0] + 1  # without holes
