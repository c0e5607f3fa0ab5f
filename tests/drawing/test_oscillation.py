"""Swings that hide each other are told from those that can be seen."""

import numpy as np
import pytest

from landscape_lab.drawing.oscillation import calmed
from landscape_lab.drawing.value_axis import ValueAxis

LINEAR, LOGARITHMIC = ValueAxis("", (0.0, 2.0)), ValueAxis("", (1e-4, 2.0), True)
STEPS = np.arange(3000.0)


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(1.0, 0.1, 3000),
        1.0 + 0.5 * np.sin(STEPS / 100.0),  # five swings
        np.exp(-STEPS / 500.0) + 1e-3 * (STEPS % 2),  # no wider than the line
        np.full(3000, 0.5),
    ],
)
def test_single_swings_are_drawn_as_they_are(values):
    assert calmed(STEPS, values, LINEAR) is None


def test_the_envelope_holds_all_and_the_median_lies_in_the_middle():
    values = np.exp(-STEPS / 500.0) * (1.0 + 0.5 * np.sin(STEPS)) + 2e-4
    curve = calmed(STEPS, values, LOGARITHMIC)
    assert (curve.low <= curve.middle).all()
    assert (curve.middle <= curve.high).all()
    assert (np.diff(curve.costs) >= 0).all()
    assert curve.low.min() == values.min()
    late = curve.costs > 100
    np.testing.assert_allclose(curve.middle[late], np.exp(-curve.costs[late] / 500.0) + 2e-4, rtol=0.2)


def test_what_does_not_swing_stays_as_it_is():
    values = np.where(STEPS < 1000, 2.0 - STEPS / 1000.0, 1.0 + 0.3 * (STEPS % 2))
    curve = calmed(STEPS, values, LINEAR)
    calm = curve.costs < 900
    np.testing.assert_array_equal(curve.middle[calm][1:], values[curve.costs[calm][1:].astype(int)])
    assert len(curve.costs) < 1300


def test_parts_are_of_equal_cost():
    costs = np.concatenate([np.linspace(0, 10, 1000), np.linspace(10.1, 1000, 1000)])
    curve = calmed(costs, 1.0 + 0.5 * (np.arange(2000) % 2), LINEAR)
    assert (curve.costs < 10).sum() < 5


def test_few_hundred_records_that_swing_in_each_step_are_an_envelope():
    """Momentum on himmelblau was a solid block in a race of 300 steps."""
    steps = np.arange(301.0)
    curve = calmed(steps, 1.0 + 0.5 * (-1.0) ** steps, LINEAR)
    assert len(curve.costs) <= 101
    assert (curve.low[1:], curve.high[1:]) == (pytest.approx(0.5), pytest.approx(1.5))
    assert calmed(steps[:200], 1.0 + 0.5 * (-1.0) ** steps[:200], LINEAR) is None
