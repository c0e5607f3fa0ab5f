"""When an optimizer was done."""

import numpy as np
import pytest

from landscape_lab.outcomes.converged import converged_after


@pytest.mark.parametrize(
    ("evaluations", "expected"),
    [([0, 1, 2, 3], None), ([0, 4, 9, 9], 4), ([0, 4, 4, 4], 2), ([0], None), ([], None), ([0, 0, 0], None)],
)
def test_the_first_step_without_an_evaluation(evaluations, expected):
    steps = 2 * np.arange(len(evaluations))
    assert converged_after(steps, np.array(evaluations, dtype=int)) == expected
