"""What of the paths a window holds."""

from typing import NamedTuple

import numpy as np
import pytest

from landscape_lab.planes.framing import fell, worth_seeing


class Way(NamedTuple):
    """Paths on a plane."""

    places: np.ndarray
    path_losses: np.ndarray
    rates: np.ndarray | None = None


def way(*columns, rates=None):
    """One member for each column of losses; they go right by 1 each step, each on a line of its own."""
    losses = np.array(columns, dtype=float).T
    steps, members = np.indices(losses.shape).astype(float)
    return Way(np.stack([steps, members], axis=-1), losses, rates)


def held(*ways, bounded=True):
    return {tuple(place) for place in worth_seeing(ways, bounded=bounded).tolist()}


def test_all_of_what_came_somewhere_and_the_starts_of_others_are_held():
    assert held(way([3, 2, 1], [3, 9, 9])) == {(0, 0), (1, 0), (2, 0), (0, 1)}


def test_a_flight_is_left_out_but_not_what_was_before_it():
    assert held(way([3, 4, 2, 9, np.inf, np.nan])) == {(0, 0), (1, 0), (2, 0)}


def test_of_rates_only_the_later_half_of_the_best_counts():
    rates = np.geomspace(0.1, 1.0, 4)
    paths = way([9, 20, 1, 1], [9, 9, 7, 7], [9, 8, 8, 8], [9, 50, 60, 70], rates=rates)
    assert held(paths) == {(0, 0), (2, 0), (3, 0), (0, 1), (2, 1), (3, 1), (0, 2), (0, 3)}


def test_where_nobody_came_anywhere_those_that_did_not_diverge_are_held():
    assert held(way([3, 9, 9], [3, 9, np.nan])) == {(0, 0), (1, 0), (2, 0), (0, 1)}


def test_without_bounds_there_is_always_something_to_see():
    flight = way([3, 9, np.nan])
    assert held(flight) == {(0, 0)}
    assert held(flight, bounded=False) == {(0, 0), (1, 0), (2, 0)}


def test_nothing_happened():
    assert worth_seeing([], bounded=True).shape == (0, 2)
    assert worth_seeing([Way(np.zeros((1, 0, 2)), np.zeros((1, 0)))], bounded=False).shape == (0, 2)


@pytest.mark.parametrize("members", [4, 8, 40])
def test_of_rates_the_best_quarter_came_somewhere(members):
    ends = np.random.default_rng(0).permutation(members) / members
    losses = np.stack([np.ones(members), ends, ends])
    came = fell(losses, np.geomspace(1e-3, 1.0, members))
    assert came[ends.argmin()]
    assert ends[came].max() < ends[~came].min()
    assert came.sum() == pytest.approx(members / 4, abs=1)
    assert fell(losses).all()


def test_a_lucky_end_is_no_arrival():
    assert not fell(np.array([[1.0], [5.0], [5.0], [5.0], [0.9]]))[0]
