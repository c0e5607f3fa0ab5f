"""Several traces against each other."""

from dataclasses import replace

import numpy as np
import pytest
from linting import faults
from networks import line, linear, path
from scenes import recorded, scene, trajectory

from landscape_lab.drawing.race import race_figure
from landscape_lab.drawing.race_curves import spread
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of


def lines_of(axes):
    """The curves, the best last: without the dots at their ends."""
    return [line.get_xydata() for line in axes.lines if line.get_linestyle() != "None"]


def told(axes):
    """The numbers at the ends."""
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_a_lucky_minibatch_wins_no_race():
    seen = scene(*(trajectory([[5, 5], [30, 20], [40, 30]], [0.8, 0.1, 0.5], label) for label in "ab"))
    measured = {"measured_steps": np.array([0, 2]), "measured_losses": np.array([[0.9], [0.5]])}
    first, second = seen.traces
    axes = race_figure([("ramp", replace(seen, traces=(first, replace(second, measured=measured))))]).axes[1]
    of_second, of_first = lines_of(axes)
    np.testing.assert_allclose(of_first, [[0, 0.8], [1, 0.1], [2, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(of_second, [[0, 0.9], [2, 0.5]])


def test_what_is_ranked_is_drawn_and_told():
    """One that fell to 1e-9 and rose again was drawn at 1e-9 and was last."""
    losses = {"steady": [0.8, 0.3, 0.01], "lucky": [0.8, 1e-9, 0.5], "wild": [0.8, 7.0, np.nan]}
    seen = scene(*(trajectory([[5, 5], [30, 20], [40, 30]], each, name) for name, each in losses.items()))
    axes = race_figure([("ramp", seen)]).axes[1]
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    np.testing.assert_allclose(
        [dot.get_xydata()[0] for dot in dots], [[2, 0.01], [2, 0.5], [1, 7.0]], rtol=1e-6
    )
    assert [dot.get_marker() for dot in dots] == ["o", "o", "x"]
    assert told(axes) == ["1  0.01", "2  0.5", "3  diverged"]
    axes = race_figure([("ramp", seen)], ranked="best_loss").axes[1]
    assert axes.get_ylabel() == "lowest loss so far, logarithmic"
    assert told(axes) == ["1  0.01", "2  1e-09", "3  diverged"]


@pytest.mark.parametrize("ranked", ["final_loss", "best_loss"])
@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ({"a": ""}, ["1  0.3", "2  failed"]),  # as finite as its last loss is
        ({"a": "diverged"}, ["1  0.3", "2  diverged"]),
        ({"a": "", "a too": "diverged"}, ["1  0.3", "2  diverged or failed"]),
    ],
)
def test_what_raised_has_failed_and_no_final_loss(ranked, ends, words):
    lost = [
        trajectory([[5, 5], [30, 20]], [0.8, np.nan if how else 0.1], name[0]) for name, how in ends.items()
    ]
    for one, how in zip(lost, ends.values(), strict=True):
        one.lost = how or "failed"
    figure = race_figure(
        [("ramp", scene(trajectory([[5, 5], [40, 30]], [0.8, 0.3], "b"), *lost))], ranked=ranked
    )
    assert told(figure.axes[1]) == words
    assert [text.get_text() for text in figure.axes[0].texts] == ["1"]


def test_of_many_learning_rates_the_best_and_of_seeds_the_median_is_told():
    sweep = recorded(
        np.zeros((2, 3, 2)), [[1.0] * 3, [0.5, 0.02, 0.4]], "a", members={"lr": np.array([0.1, 1.0, 10.0])}
    )
    seeds = [trajectory([[5, 5], [30, 20]], [0.8, end], "b") for end in (0.1, 0.3, 0.7)]
    assert told(race_figure([("ramp", scene(sweep, *seeds))]).axes[1]) == ["1  0.02", "2  0.3"]


def test_zero_is_reached_on_a_logarithmic_axis():
    axes = race_figure([("ramp", scene(trajectory(np.full((4, 2), 9), [0.8, 1e-3, 0.0, 0.0], "a")))]).axes[1]
    (curve,) = lines_of(axes)
    np.testing.assert_allclose(curve[2:, 1], axes.get_ylim()[0])
    assert told(axes) == ["1  0"]


def test_several_landscapes_have_a_map_above_and_curves_below():
    easy, hard = (
        scene(*(trajectory([[5, 5], [30, 20]], [0.8, end], label) for label, end in ends.items()))
        for ends in ({"a": 1e-6, "b": 1e-3}, {"b": 0.3, "a": 0.4})
    )
    standing = {"b": "mean rank 1.5", "a": "mean rank 1.5"}
    figure = race_figure([("easy", easy), ("hard", hard)], standing=standing)
    first, second, below, beside = figure.axes
    assert [axes.get_title("left") for axes in (first, second)] == ["easy", "hard"]
    assert (told(below), told(beside)) == (["1  1e-06", "2  0.001"], ["1  0.3", "2  0.4"])
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["b: mean rank 1.5", "a: mean rank 1.5"]
    colors = [line.get_color() for line in legend.legend_handles]
    of_best = [axes.lines[-2].get_color() for axes in (below, beside)]
    assert of_best == colors[::-1]  # `a` on the easy one, `b` on the hard one
    assert [fault for fault in faults(figure) if "pale" not in fault and "alike" not in fault] == []


def test_swings_are_thin_below_their_running_median():
    steps = np.arange(1000)
    losses = np.where(steps % 2, 0.5, 0.7)
    losses[0] = 1.0
    axes = race_figure([("ramp", scene(trajectory(np.full((1000, 2), 9), losses, "a")))]).axes[1]
    thin, bold = (line for line in axes.lines if line.get_linestyle() != "None")
    assert thin.get_linewidth() < 1 < bold.get_linewidth()
    assert len(thin.get_xdata()) == 1000
    assert np.ptp(bold.get_ydata()[20:]) < 0.1 < 0.19 < np.ptp(thin.get_ydata()[20:])


@pytest.mark.parametrize(("least", "number"), [(0.1, 5), (0.04, 20)])
def test_numbers_stand_apart_in_their_order(least, number):
    heights = np.random.default_rng(0).uniform(0.4, 0.6, number)
    moved = spread(heights.tolist(), least)
    assert np.diff(np.sort(moved)).min() > least - 1e-5
    assert np.argsort(moved).tolist() == np.argsort(heights).tolist()
    assert max(moved) <= 1.0


def test_a_slice_says_so_and_has_rings_and_the_comparison_of_each_path_below():
    across = line()[[1, 0, 3, 2, 4, 5]]  # off the plane of the first axes
    paths = [path(-line(), line() + across), path(-line(), 2 * line())]
    for kept, label in zip(paths, "ab", strict=True):
        kept.label = label
    seen = scene_of(linear(), paths, settings=PlaneSettings(directions="random", resolution=8))
    assert any(trace.departure.parted.any() for trace in seen.traces)
    axes = race_figure([("network", seen)]).axes
    (below,) = (each for each in axes if each.get_title("left"))
    assert below.get_title("left").startswith("The map is a slice of 6 dimensions: the paths leave it by")
    assert len(below.lines) == 4
    assert any(len(dots.get_facecolor()) == 0 for dots in axes[0].collections)


def test_losses_over_what_they_cost():
    seen = scene(*(trajectory([[5, 5], [30, 20], [40, 30]], [0.8, 0.5, 0.1], label) for label in "ab"))
    first, second = seen.traces
    slow = replace(first, evaluations=np.array([0, 10, 20]), spent={"seconds": np.array([0.0, 1.0, 3.0])})
    quick = replace(second, evaluations=np.array([0, 1, 2]), spent={"seconds": np.array([0.0, 0.5, 1.0])})
    both = replace(seen, traces=(slow, quick))
    for against, ends, label in (("evaluations", [2, 20], "evaluation"), ("seconds", [1.0, 3.0], "seconds")):
        axes = race_figure([("ramp", both)], against=against).axes[1]
        assert axes.get_xlabel() == label
        assert [curve[-1, 0] for curve in lines_of(axes)] == ends
        np.testing.assert_allclose(lines_of(axes)[1][:, 1], [0.8, 0.5, 0.1], rtol=1e-6)
