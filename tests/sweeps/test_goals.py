"""The objectives of a sweep, each with its direction."""

import pytest

from landscape_lab.sweeps.goals import goals_of


def test_one_direction_is_for_all_objectives():
    assert goals_of("final_loss", "maximize") == {"final_loss": "maximize"}
    assert goals_of(["final_loss", "seconds"], ["minimize", "maximize"]) == {
        "final_loss": "minimize",
        "seconds": "maximize",
    }


@pytest.mark.parametrize(
    ("objective", "direction", "message"),
    [
        ("final_los", "minimize", "final_loss"),
        ("final_loss", "minimise", "minimize"),
        (["final_loss", "seconds"], ["minimize"], r"one for each objective, 2\. Found 1"),
    ],
)
def test_what_cannot_be_is_told(objective, direction, message):
    with pytest.raises(ValueError, match=message):
        goals_of(objective, direction)
