"""How a descent ends, in words."""

import pytest

from landscape_lab.ending import Ending


@pytest.mark.parametrize(
    ("ending", "regular", "by"),
    [
        (Ending(), True, None),
        (Ending("stopped", "a callback"), True, "a callback"),
        (Ending("pruned", "the pruner"), True, "the pruner"),
        (Ending.diverged(7), False, "the loss, the point or the gradient was not finite in step 7"),
        (Ending.failed(7, KeyError("x")), False, "the optimizer raised KeyError: 'x' in step 7"),
    ],
)
def test_who_ended_a_descent_is_told_and_whether_its_end_point_counts(ending, regular, by):
    assert ending.regular == regular
    assert ending.by == by
