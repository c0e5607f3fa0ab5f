"""The picture of a search for a learning rate."""

import math

import pytest
from linting import faults

from landscape_lab.drawing.rate_curve import rate_figure

FOUND = [(1e-3, 3, 5.0), (1e-2, 3, 4.0), (1e-1, 3, math.inf), (1e-2, 54, 1e-3), (3e-2, 54, 2e-2)]


def test_a_curve_for_each_length_and_a_line_at_the_choice():
    axes = rate_figure(FOUND, 0.01, "bowl · sgd").axes[0]
    curves = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert curves["after 3 steps"] == [[1e-3, 5.0], [1e-2, 4.0]]
    assert curves["after 54 steps"] == [[1e-2, 1e-3], [3e-2, 2e-2]]
    assert [x for x, _ in curves["diverged"]] == [0.1]
    assert {x for x, _ in curves["chosen: 0.01"]} == {0.01}
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize(
    "trials", [[(rate, steps, -loss) for rate, steps, loss in FOUND], [(0.1, 3, math.inf)], [(0.1, 1, 0.0)]]
)
def test_losses_without_a_logarithm_are_drawn(trials):
    figure = rate_figure(trials, 0.1, "bowl")
    assert figure.axes[0].get_yscale() == "linear"


def test_the_picture_has_no_fault():
    found = [
        fault for fault in faults(rate_figure(FOUND, 0.01, "bowl · sgd")) if "contrast" not in str(fault)
    ]
    assert not found
