"""Which traces lie above which, and in which colours."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from scenes import RAMP, function_scene, recorded, scene, trajectory

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.palette import PATH_COLORS, RATE_COLORS
from landscape_lab.drawing.traces import draw_traces, end_colors, ranked
from landscape_lab.landscapes import ImageLandscape
from landscape_lab.staging import scene_of


def runs(*ends):
    """A run for each final loss."""
    return scene(*(trajectory([[5, 5], [30, 5 + 5 * number]], [0.9, end]) for number, end in enumerate(ends)))


def test_the_best_run_lies_on_top():
    view = runs(0.3, 0.1, np.nan, 0.2)
    assert ranked(view.traces) == [1, 3, 0, 2]
    axes = Figure().add_subplot()
    draw_traces(axes, view)
    drawn = sorted(axes.lines, key=lambda line: line.get_zorder())
    order = [PATH_COLORS.index(line.get_color()) for line in drawn]
    assert order == [2, 0, 3, 1]


def test_ends_have_the_colours_of_their_runs():
    np.testing.assert_allclose(end_colors(runs(0.3, 0.1)), [to_rgba(color) for color in PATH_COLORS[:2]])
    assert end_colors(runs(0.3)) is None


@pytest.fixture
def sweep():
    """Nine learning rates; the third ends lowest, the last one diverges."""
    ends = np.array([0.5, 0.4, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, np.nan])
    losses = np.stack([np.full(9, 0.6), ends, ends])
    points = np.zeros((3, 9, 2))
    points[1:, :, 0] = np.linspace(-0.8, 0.8, 9)
    view = scene_of(ImageLandscape(RAMP, smoothing=0, normalize=False), [recorded(points, losses)])
    return replace(view, traces=(replace(view.traces[0], rates=np.geomspace(1e-4, 1.0, 9)),))


def test_the_best_rates_lie_on_top_and_the_others_are_faint(sweep):
    axes = path_figure(sweep).axes[0]
    lines = next(each for each in axes.collections if len(each.get_paths()) == 9)
    ends = [path.vertices[-1, 0] for path in lines.get_paths()]
    places = sweep.traces[0].places[-1, :, 0]
    assert ends[-1] == pytest.approx(places[2])
    alpha = np.asarray(lines.get_alpha())
    assert (np.diff(alpha) >= 0).all()
    assert (alpha > 0.5).sum() == 3
    dashed = [end for end, dash in zip(ends, lines.get_linestyle(), strict=True) if dash[1] is not None]
    assert dashed == [pytest.approx(places[8])]


def test_ends_of_rates_have_their_colours(sweep):
    colors = [to_hex(color) for color in end_colors(sweep)]
    assert (colors[0], colors[-1]) == (to_hex(RATE_COLORS(0.0)), to_hex(RATE_COLORS(1.0)))
    assert len(set(colors)) == 9


def test_a_path_along_which_no_loss_differs_is_coloured_by_its_steps():
    view = scene(trajectory([[5, 5], [5, 20], [5, 35]], [0.3, 0.3, 0.3]))
    axes = path_figure(view).axes[0]
    assert "step" in [bar.get_ylabel() for bar in axes.child_axes]
    lines = next(each for each in axes.collections if each.get_array() is not None)
    assert lines.get_array().tolist() == [1.0, 2.0]


def test_a_diverged_run_does_not_enlarge_the_window():
    _, view = function_scene("rosenbrock", ((-1.2, 1.0), (80.0, 90.0), (9e9, np.nan)), (24.2, 1e9, np.nan))
    _, other = function_scene("rosenbrock", ((-1.2, 1.0), (-1.0, 1.0)), (24.2, 4.0))
    assert view.window == other.window


def test_of_many_rates_few_have_a_path_and_all_an_end(sweep):
    """Of 61 paths nobody saw one."""
    (trace,) = sweep.traces
    several = {name: np.repeat(getattr(trace, name), 4, axis=1) for name in ("places", "losses")}
    many = replace(sweep, traces=(replace(trace, **several, rates=np.geomspace(1e-4, 1.0, 36), total=36),))
    axes = path_figure(many).axes[0]
    drawn = max(len(each.get_paths()) for each in axes.collections if each.get_zorder() == 2)
    assert drawn == 9
    stars = [each for each in axes.collections if each.get_zorder() == 6 and len(each.get_offsets())]
    assert len(stars[0].get_offsets()) == 36
