"""Sensitivity to the learning rate: the medians, what diverged, and the best rate are where they belong."""

from dataclasses import replace

import numpy as np

from landscape_lab.drawing.sensitivity import Sensitivity, sensitivity_figure

SHOWN = Sensitivity(
    "sphere · sgd",
    np.array([0.1, 0.01, 1.0]),
    np.array([[0.2, 0.4, 0.3], [0.8, 0.9, 1.0], [np.inf, np.inf, 5.0]]),
    np.array([[0.1, 0.1, 0.1], [0.8, 0.8, 0.8], [0.5, 0.6, 0.7]]),
    np.array([0.0, 0.0, 2 / 3]),
    begin=2.0,
    chosen=(0.1, 0.3),
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


def test_no_best_rate_and_losses_below_zero_are_drawn_too():
    figure = sensitivity_figure(replace(SHOWN, best=SHOWN.best - 1, chosen=None))
    axes = figure.axes[0]
    assert axes.get_yscale() == "linear"
    assert not [line for line in axes.lines if line.get_marker() == "*"]
