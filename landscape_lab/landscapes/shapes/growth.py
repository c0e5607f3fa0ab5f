"""Shapes that come in cohorts: how many each has, when it is born, and all of them together."""

from collections.abc import Mapping

import torch
from torch import Tensor


def sizes_of(cohorts: int, shapes: int) -> list[int]:
    """How many shapes each cohort has, from the front, which is born last, to the back.

    Raises:
        ValueError: There are more cohorts than shapes.

    >>> sizes_of(3, 8)
    [3, 3, 2]
    """
    if cohorts > shapes:
        raise ValueError(
            f"Parameter `cohorts` should be at most the number of shapes, {shapes}. "
            f"Found `cohorts = {cohorts}`."
        )
    return [len(some) for some in torch.arange(shapes).tensor_split(cohorts)]


def births_of(cohorts: int, until: float, steps: int | None, model: str = "over") -> list[int]:
    """The step before which each cohort is born, from the front to the back.

    A share of `until` of all steps is divided evenly among the cohorts, each of which begins its part.

    Raises:
        ValueError: The number of steps is not known, or shapes act everywhere.

    >>> births_of(4, 0.6, 1000)
    [450, 300, 150, 0]
    """
    if model == "uncut" and cohorts > 1:
        raise ValueError(
            "Parameter `cohorts` should be 1 where each shape acts everywhere, in model=uncut. "
            f"Found `cohorts = {cohorts}`."
        )
    if steps is None and cohorts > 1 and until > 0:
        raise ValueError(
            f"Parameter `steps` should say how long the descent is in which {cohorts} `cohorts` are born. "
            "Found none."
        )
    return [int(until * (steps or 0) * cohort / cohorts) for cohort in reversed(range(cohorts))]


def whole(parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The numbers of all shapes by kind, of parameters named `kind`, or `kind.0`, `kind.1`, … by cohort.

    >>> whole({"centre.0": torch.zeros(2, 2), "centre.1": torch.ones(1, 2)})["centre"].shape
    torch.Size([3, 2])
    """
    kinds: dict[str, list[Tensor]] = {}
    for name, part in parts.items():
        kinds.setdefault(name.partition(".")[0], []).append(part)
    return {kind: some[0] if len(some) == 1 else torch.cat(some) for kind, some in kinds.items()}
