"""What is drawn of many learning rates."""

import numpy as np

from landscape_lab.drawing.rates import chosen, lowest_so_far, medians


def test_the_lowest_so_far_ends_where_a_member_diverges():
    losses = np.array([[3.0, 2.0], [1.0, 4.0], [2.0, np.inf], [0.5, np.nan]])
    np.testing.assert_array_equal(
        lowest_so_far(losses), [[3.0, 2.0], [1.0, 2.0], [1.0, np.nan], [0.5, np.nan]]
    )


def test_at_most_nine_rates_are_chosen_with_both_ends():
    rates = np.repeat(np.arange(1.0, 62.0), 2)
    assert len(chosen(rates)) == 9
    assert chosen(rates)[[0, 4, 8]].tolist() == [1.0, 31.0, 61.0]
    assert chosen(np.array([0.3, 0.1, 0.3])).tolist() == [0.1, 0.3]


def test_medians_are_of_each_rate_and_infinite_where_half_diverged():
    rates = np.array([1.0, 0.1, 1.0, 0.1, 1.0])
    values = np.array([[5.0, 7.0, 1.0, 6.0, 3.0], [5.0, np.nan, np.nan, 6.0, np.nan]])
    np.testing.assert_array_equal(medians(rates, values), [[6.0, 3.0], [6.0, np.inf]])
