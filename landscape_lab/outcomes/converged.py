"""When an optimizer was done that then made no more evaluations."""

import numpy as np
from jaxtyping import Int


def converged_after(
    steps: Int[np.ndarray, " records"], evaluations: Int[np.ndarray, " records"]
) -> int | None:
    """The first step after which the loss was not evaluated any more, or `None` where it was to the end.

    SciPy's methods stop by themselves; the steps that are left change nothing.

    Args:
        steps: Of the records, the end among them.
        evaluations: How often the loss had been evaluated before each of these steps.

    >>> converged_after(np.array([0, 1, 2, 3, 4]), np.array([0, 3, 5, 5, 5]))
    2
    """
    first = int(np.searchsorted(evaluations, evaluations[-1])) if len(evaluations) else 0
    return int(steps[first]) if 0 < first < len(evaluations) - 1 else None
