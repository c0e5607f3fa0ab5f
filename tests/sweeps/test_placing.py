"""Ranks on each of several landscapes, and their means."""

import math

import pytest

from landscape_lab.sweeps.placing import names_ground, ranked, standings

LOSSES = {
    ("adam", "easy"): [1e-11],
    ("adam", "hard"): [4.0],
    ("lion", "easy"): [1e-3, 5e-3, 2e-3],
    ("lion", "hard"): [3.0],
    ("sgd", "easy"): [1e-9],
    ("sgd", "hard"): [math.inf],
}


def test_a_landscape_of_small_losses_counts_no_more_than_another():
    first, *others = standings(LOSSES, ["easy", "hard"])
    assert (first.label, first.mean) == ("adam", 1.5)
    assert [(one.label, one.mean) for one in others] == [("lion", 2.0), ("sgd", 2.5)]
    assert others[0].losses == {"easy": 2e-3, "hard": 3.0}  # the median of its seeds
    assert others[1].ranks == {"easy": 2.0, "hard": 3.0}


def test_without_a_result_a_configuration_is_behind_all_others():
    missing = {pair: losses for pair, losses in LOSSES.items() if pair != ("sgd", "hard")}
    assert standings(missing, ["easy", "hard"]) == standings(LOSSES, ["easy", "hard"])


def test_ranks_sum_up_whatever_is_equal():
    assert ranked([math.inf, 1.0, math.inf]) == [2.5, 1.0, 2.5]
    for values in ([1.0] * 5, [3.0, 1.0, 1.0, 2.0], [0.0]):
        assert sum(ranked(values)) == len(values) * (len(values) + 1) / 2


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("landscape", True),
        ("landscape.dims", True),
        ("model", True),
        ("landscape.gradient", False),
        ("optimizer.lr", False),
        ("landscapes", False),
    ],
)
def test_keys_that_change_the_losses_name_another_landscape(key, expected):
    assert names_ground(key) is expected
