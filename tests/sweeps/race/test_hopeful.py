"""Who goes on after the first steps of a race."""

from dataclasses import replace

import numpy as np
import pytest

from landscape_lab.sweeps.race.heats import Heat, write_heats
from landscape_lab.sweeps.race.hopeful import hopeful_heats
from landscape_lab.sweeps.race.protocol import Protocol

PROTOCOL = Protocol(
    *(("sgd", "adam"), ("booth",), ("sgd",), {}, {"default": {}}),
    studies=3,
    trials=3,
    starts=2,
    seeds=1,
    tolerance=0.1,
    prune=0.25,
    steps=40,
)


def hopeful(folder, **ends) -> dict[str, tuple[float, ...] | None]:
    """The rates with which each optimizer goes on.

    Args:
        folder: Of the race.
        ends: Of each optimizer, the loss after ten steps with each of its rates, at both starts; from 8.
    """
    heats = {}
    for name, losses in ends.items():
        rates = tuple(10.0**-number for number in range(len(losses)))
        heat = Heat("try", "booth", name, 0, (), rates)
        heats[heat] = name
        (folder / name).mkdir()
        end = np.tile(np.asarray(losses, dtype=float), 2)  # start by start
        curve = np.stack([np.full_like(end, 8.0), end])
        np.savez(folder / name / "curves.npz", evaluations=[1, 11], seconds=[0.1, 1.1], losses=curve)
    write_heats(folder, heats)
    return {heat.optimizer: heat.rates for heat in hopeful_heats(PROTOCOL, folder)}


def test_who_stands_still_ends(tmp_path):
    """The best came down by 4, so a way of 0.04 is just enough."""
    assert hopeful(tmp_path, sgd=[8.0, 4.0, 7.95, 7.97]) == {"sgd": (0.1, 0.01)}


def test_each_optimizer_is_compared_with_itself(tmp_path):
    assert hopeful(tmp_path, sgd=[1.0, 7.95], adam=[7.95, 7.97]) == {"sgd": (1.0,), "adam": (1.0, 0.1)}


def test_where_nobody_came_anywhere_all_go_on(tmp_path):
    assert hopeful(tmp_path, sgd=[8.0, 8.0]) == {"sgd": (1.0, 0.1)}


@pytest.mark.parametrize("steps", [2, 3, 40])
def test_first_steps_are_one_at_least(steps):
    assert replace(PROTOCOL, steps=steps).first_steps == max(1, steps // 4)
