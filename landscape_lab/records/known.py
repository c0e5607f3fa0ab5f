"""What is known at one step, and which of several such records is the best."""

import numpy as np
import torch
from torch import Tensor

UNKNOWN = float("nan")
"""The learning rate of an optimizer that has none."""

Record = dict[str, Tensor]
"""A step and the value of each quantity there; several records have one more leading dimension."""
_KINDS = {"steps": torch.int64, "evaluations": torch.int64, "lr": torch.float64}


def on_cpu(**values: Tensor) -> Record:
    """Values in the types in which they are kept.

    Whole numbers are int64 and learning rates float64, so that they stay exact; all else is float32.
    """
    return {name: each.detach().to("cpu", _KINDS.get(name, torch.float32)) for name, each in values.items()}


def record_at(records: Record, index: int) -> Record:
    """One of several records, as a copy."""
    return {name: values[index].clone() for name, values in records.items()}


def several(record: Record) -> Record:
    """One record as the only one of several."""
    return {name: values.unsqueeze(0) for name, values in record.items()}


def no_nan(losses: Tensor) -> Tensor:
    """Losses with infinity for NaN, so that a member that diverged is never the best."""
    return losses.masked_fill(losses.isnan(), torch.inf)


def lowest_loss(record: Record) -> float:
    """The lowest loss of any member; infinite where none is a number."""
    return float(no_nan(record["losses"]).min())


def better(best: Record, records: Record) -> Record:
    """The best record so far: the first one with the lowest finite loss of any member.

    Args:
        best: The best one before, or an empty one.
        records: Those that came after it, `losses` `[n, members]`.
    """
    lowest = records["losses"].amin(dim=1)  # [n]
    # `amin` passes NaN on. Only then is a second pass needed, in which members that diverged do not count.
    if bool(lowest.isnan().any()):
        lowest = no_nan(records["losses"]).amin(dim=1)
    at = int(lowest.argmin())
    return record_at(records, at) if lowest[at] < (lowest_loss(best) if best else torch.inf) else best


def evenly(number: int, limit: int) -> np.ndarray:
    """At most `limit` evenly spaced indices, the first and the last among them."""
    return np.unique(np.linspace(0, number - 1, min(number, limit)).round().astype(int))
