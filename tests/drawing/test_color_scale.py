"""One rule for the colours of losses."""

import numpy as np
import pytest
from matplotlib.colors import FuncNorm, LogNorm, Normalize
from scenes import function_scene

from landscape_lab.drawing.color_scale import color_scale
from landscape_lab.drawing.figures import path_figure


@pytest.mark.parametrize(
    ("losses", "kind"),
    [
        ([1.0, 2.0, 3.0], Normalize),
        ([1e-4, 1.0, 9.0], LogNorm),
        ([1e-4, 6.0, 7.0, 9.0], Normalize),
        ([-1.0, -0.9, 900.0], FuncNorm),
        ([4.0, 4.1, 4.2, 24.0], FuncNorm),
        ([np.nan], Normalize),
    ],
)
def test_colours_are_logarithmic_where_most_losses_are_low(losses, kind):
    assert type(color_scale(np.array(losses)).norm) is kind


def test_colours_of_a_valley_are_told_apart():
    """Of a path that falls fast and then crawls along rosenbrock's valley 95 % had one colour."""
    losses = 3.7 + np.exp(-np.linspace(0.0, 8.0, 200)) + 20.0 * np.exp(-np.linspace(0.0, 60.0, 200))
    shares = np.asarray(color_scale(losses).norm(losses))
    assert np.histogram(shares, 5, (0.0, 1.0))[0].max() < 120
    assert (np.diff(shares) <= 0).all()
    scale = color_scale(losses)
    assert scale.norm.vmin <= scale.ticks[0]
    assert scale.ticks[-1] <= scale.norm.vmax
    np.testing.assert_allclose(np.diff(scale.norm(scale.ticks)), 0.2, atol=0.15)
    np.testing.assert_allclose(scale.ticks, [float(f"{tick:.3g}") for tick in scale.ticks])  # few digits


def test_round_off_gets_no_colours():
    """Many descents of himmelblau end between 0 and 4e-11."""
    ends, ground = np.linspace(0.0, 4e-11, 50), np.array([0.0, 890.0])
    assert np.ptp(color_scale(ends, ground).norm(ends)) < 0.01
    same = np.full(9, 1e4) + 1e-9 * np.arange(9)
    assert np.ptp(color_scale(same).norm(same)) < 0.01


def test_what_lies_beyond_the_scale_is_told():
    values = np.append(np.linspace(1.0, 2.0, 100), 50.0)
    assert color_scale(values).extend == "both"
    assert color_scale(np.array([1.0, 1.0, 1.0])).extend == "neither"


def test_a_diverged_path_is_coloured_by_what_is_seen():
    points = [(-1.2, 1.0), (-1.0, 1.0), (-0.8, 0.9), (0.5, 1.0), (1e9, 1e9)]
    _, view = function_scene("rosenbrock", points, (24.2, 4.0, 10.0, 56.0, 5e37))
    dots = next(each for each in path_figure(view).axes[0].collections if each.get_array() is not None)
    assert dots.norm.vmax <= 56.0
    assert np.ptp(np.asarray(dots.norm(np.array([4.0, 10.0, 24.2])))) > 0.4


def test_dots_that_hide_each_other_count_once():
    """Of 2,000 steps on the spiral 1,800 lay at its end, so that all others had one colour."""
    way = np.linspace((-1.0, -1.0), (1.0, 1.0), 20)
    points = np.concatenate([way, np.repeat(way[-1:], 300, axis=0)])
    losses = np.concatenate([np.linspace(20.0, 1.0, 20), np.geomspace(1.0, 0.01, 300)])
    _, view = function_scene("booth", points, losses)
    dots = next(each for each in path_figure(view).axes[0].collections if each.get_array() is not None)
    shares = np.asarray(dots.norm(losses[:20]))
    assert np.ptp(shares) > 0.9
    assert np.histogram(shares, 4, (0.0, 1.0))[0].max() < 10
