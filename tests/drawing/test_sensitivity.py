"""Sensitivity to the learning rate: the medians, what diverged, and the best rate are where they belong."""

from dataclasses import replace

import numpy as np

from landscape_lab.drawing.sensitivity import Sensitivity, sensitivity_figure
from landscape_lab.outcomes.good_rates import GoodRates

SHOWN = Sensitivity(
    "sphere · sgd",
    np.array([0.1, 0.01, 1.0]),
    np.array([[0.2, 0.4, 0.3], [0.8, 0.9, 1.0], [np.inf, np.inf, 5.0]]),
    np.array([[0.1, 0.1, 0.1], [0.8, 0.8, 0.8], [0.5, 0.6, 0.7]]),
    np.array([0.0, 0.0, 2 / 3]),
    begin=2.0,
    good=GoodRates(0.1, 0.1, 0.1),
)


def lines(figure):
    return {line.get_label(): np.asarray(line.get_xydata(), float) for line in figure.axes[0].lines}


def test_medians_are_drawn_in_the_order_of_the_rates_as_long_as_they_are_finite():
    drawn = lines(sensitivity_figure(SHOWN))
    np.testing.assert_allclose(drawn["best loss, median"], [[0.01, 0.8], [0.1, 0.1], [1.0, 0.6]])
    np.testing.assert_allclose(drawn["final loss, median"], [[0.01, 0.9], [0.1, 0.3], [1.0, np.nan]])


def test_the_best_rate_and_what_diverged_are_marked():
    axes = sensitivity_figure(SHOWN).axes[0]
    (star,) = [line for line in axes.lines if line.get_marker() == "*" and len(line.get_xdata())]
    np.testing.assert_allclose(star.get_xydata(), [[0.1, 0.3]])
    (cross,) = [line for line in axes.lines if line.get_marker() == "x" and len(line.get_xdata())]
    assert cross.get_xdata()[0] == 1.0
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def names(shown):
    return [text.get_text() for text in sensitivity_figure(shown).legends[0].get_texts()]


def test_a_median_is_told_only_where_there_are_several_members():
    assert "final loss, median" in names(SHOWN)
    assert "best lr 0.1: median final loss 0.3" in names(SHOWN)
    alone = names(replace(SHOWN, final=SHOWN.final[:, :1], best=SHOWN.best[:, :1]))
    assert not [name for name in alone if "median" in name or "quartiles" in name]
    assert "best lr 0.1: final loss 0.2" in alone


def test_good_rates_and_those_that_diverged_are_shaded_half_of_the_way_to_their_neighbours():
    axes = sensitivity_figure(replace(SHOWN, good=GoodRates(0.01, 0.1, 0.1))).axes[0]
    good, lost = (patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches)
    np.testing.assert_allclose(good.intervalx, [10**-2.5, 10**-0.5])
    np.testing.assert_allclose(lost.intervalx, [10**-0.5, 10**0.5])
    assert {"good rates: 0.01 … 0.1", "half and more diverged"} <= set(
        names(replace(SHOWN, good=GoodRates(0.01, 0.1, 0.1)))
    )


def test_no_best_rate_and_losses_below_zero_are_drawn_too():
    figure = sensitivity_figure(replace(SHOWN, best=SHOWN.best - 1, good=None))
    axes = figure.axes[0]
    assert axes.get_yscale() == "linear"
    assert not [line for line in axes.lines if line.get_marker() == "*"]
