"""Axes of losses and distances."""

import numpy as np
import pytest

from landscape_lab.drawing.value_axis import ValueAxis, bands, linear_axis, logarithmic_axis


def curve(*values):
    return np.array(values)[:, None]


def test_a_logarithmic_axis_holds_what_it_can_show():
    axis = logarithmic_axis("", [curve(8.0, np.nan, 0.0, 0.02, 0.5), curve(3.0, -1.0, 0.04)])
    low, high = axis.limits
    assert 0.01 < low < 0.02 < 8.0 < high < 16.0
    np.testing.assert_array_equal(
        axis.shown(curve(2.0, 0.0, -1.0, np.inf))[:, 0], [2.0, np.nan, np.nan, np.nan]
    )


@pytest.mark.parametrize("values", [(), (1.0, 5.0), (0.0, 0.0), (-3.0, -1.0), (np.nan, np.inf)])
def test_there_is_none_below_a_decade(values):
    assert logarithmic_axis("", [curve(*values)]) is None


def test_round_off_above_the_base_is_not_drawn():
    """Losses near -1000 are known to 6e-5 as float32."""
    axis = logarithmic_axis("", [curve(-500.0, -999.0, -999.99998, -1000.0)], base=-1000.0)
    np.testing.assert_allclose(axis.shown(curve(-500.0, -999.99998))[:, 0], [500.0, np.nan])
    assert axis.limits[0] > 0.5


def test_a_logarithmic_axis_spans_less_than_thirty_decades():
    axis = logarithmic_axis("", [curve(1.0, 1e-200)])
    assert axis.limits[1] / axis.limits[0] < 1e30


def test_a_single_curve_is_drawn_whole_unless_it_diverges():
    assert linear_axis("", [curve(1.0, 0.0, 60.0)]).limits[1] > 60.0
    assert linear_axis("", [curve(1.0, 0.0, 1e9)]).limits[1] < 200.0


def test_heights_are_shares_of_the_axis():
    linear, logarithmic = ValueAxis("", (1.0, 5.0)), ValueAxis("", (0.01, 100.0), True)
    np.testing.assert_allclose(linear.heights(np.array([1.0, 2.0, 5.0])), [0.0, 0.25, 1.0])
    np.testing.assert_allclose(logarithmic.heights(np.array([0.01, 0.1, 100.0])), [0.0, 0.25, 1.0])


def test_limits_are_those_of_what_is_drawn_of_many_members():
    """One of 16 that strayed left the others a tenth of their panel."""
    losses = np.random.default_rng(0).uniform(0.79, 0.82, (40, 16))
    losses[20:, 3] = 0.1
    shown = bands(losses)
    assert shown.shape == (40, 3)
    np.testing.assert_allclose(shown[:, 1], np.sort(losses, axis=1)[:, 7])  # the lower of the middle two
    low, high = linear_axis("", [shown]).limits
    assert 0.78 < low < high < 0.83
    losses[5] = np.nan
    assert len(bands(losses)) == 39
