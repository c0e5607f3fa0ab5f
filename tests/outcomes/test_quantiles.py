"""The median and other quantiles of members."""

import numpy as np
import pytest

from landscape_lab.outcomes.quantiles import QUARTILES, quantiles, typical

SHARES = (0.0, 0.1, 0.25, 0.7, 0.75, 0.9, 1.0)
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("members", [1, 2, 3, 5, 8, 11])
@pytest.mark.parametrize("shape", [(), (4,), (3, 2), (0,)])
def test_of_finite_members_they_are_those_of_numpy_but_no_higher_than_the_median(members, shape):
    values = RANDOM.normal(size=(*shape, members))
    median = np.quantile(values, 0.5, axis=-1, method="lower")
    usual = np.quantile(values, SHARES, axis=-1)
    usual[:3] = np.minimum(usual[:3], median)
    np.testing.assert_allclose(quantiles(values, SHARES), usual)
    np.testing.assert_array_equal(typical(values), median)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5.0], [5, 5, 5]),
        ([1, 2], [1, 1, 1.75]),
        ([3, 1, 2, 4], [1.75, 2, 3.25]),
        ([1, 2, np.inf], [1.5, 2, np.inf]),
        ([1, 2, 3, 4, np.inf], [2, 3, 4]),  # exactly a member's
        ([1, np.inf], [1, 1, np.inf]),
        ([1, np.inf, np.inf], [np.inf, np.inf, np.inf]),
        ([np.nan, 2, np.nan, 1], [1, 1, 1.75]),
        ([np.nan, np.nan], [np.nan, np.nan, np.nan]),
        ([np.nan, np.inf], [np.inf, np.inf, np.inf]),
    ],
)
def test_a_lost_member_is_infinite_and_an_unknown_one_is_none(values, expected):
    np.testing.assert_array_equal(quantiles(np.array(values, dtype=float), QUARTILES), expected)


def test_rows_may_know_of_different_numbers_of_members():
    values = np.array([[4.0, np.nan, 1.0], [np.nan, np.nan, 7.0], [3.0, 1.0, 2.0]])
    np.testing.assert_array_equal(typical(values), [1.0, 7.0, 2.0])
    np.testing.assert_array_equal(quantiles(values, [0.75])[0], [3.25, 7.0, 2.5])
