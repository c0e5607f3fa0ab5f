"""Several traces against each other."""

from dataclasses import replace

import numpy as np
from networks import line, linear, path
from scenes import scene, trajectory

from landscape_lab.drawing.race import race_figure
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of


def test_a_lucky_minibatch_wins_no_race():
    seen = scene(*(trajectory([[5, 5], [30, 20], [40, 30]], [0.8, 0.1, 0.5], label) for label in "ab"))
    measured = {"measured_steps": np.array([0, 2]), "measured_losses": np.array([[0.9], [0.6]])}
    first, second = seen.traces
    curves = race_figure([("ramp", replace(seen, traces=(first, replace(second, measured=measured))))]).axes[
        1
    ]
    of_second, of_first = (curve.get_ydata().tolist() for curve in curves.lines)
    np.testing.assert_allclose(of_first, [0.8, 0.1, 0.1], rtol=1e-6)
    assert of_second == [0.9, 0.9, 0.6]


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
        assert [curve.get_xdata()[-1] for curve in axes.lines] == ends
        costs, losses = axes.lines[1].get_data()
        np.testing.assert_allclose(losses[costs < ends[1] / 3 - 1e-9], 0.8, rtol=1e-6)
