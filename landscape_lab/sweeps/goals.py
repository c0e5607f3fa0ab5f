"""The objectives of a sweep, each with its direction."""

from collections.abc import Iterable, Sequence

from landscape_lab.keys.running import DIRECTIONS, OBJECTIVES
from landscape_lab.validation import check_choice, refusal


def goals_of(objective: str | Iterable[str], direction: str | Iterable[str]) -> dict[str, str]:
    """Each objective with its direction.

    Args:
        objective: `objective` of the configuration, a name or a list.
        direction: `sweep.direction`, for all or for each; `auto`: accuracies, PSNR and SSIM are to be high,
            all else low.

    Raises:
        ValueError: There is no such objective or direction, or not one for each.

    >>> goals_of(["final_loss", "evaluations"], "minimize")
    {'final_loss': 'minimize', 'evaluations': 'minimize'}
    """
    objectives = _listed("objective", objective, OBJECTIVES)
    directions = _listed("sweep.direction", direction, DIRECTIONS, times=len(objectives))
    if len(directions) != len(objectives):
        raise ValueError(
            f"Parameter `sweep.direction` should be one for each objective, {len(objectives)}. "
            f"Found {len(directions)}."
        )
    return {name: towards(name, word) for name, word in zip(objectives, directions, strict=True)}


def _listed(key: str, value: str | Iterable[str], known: Sequence[str], times: int = 1) -> list[str]:
    """The names that a key of the configuration holds; a single one counts so many times."""
    names = [value] * times if isinstance(value, str) else list(value)
    if not names:
        raise refusal(key, "a name or a list of them", "[]")
    for name in names:
        check_choice(key, name, known)
    return names


def towards(objective: str, direction: str) -> str:
    """Whether an objective is to be low or high, `minimize` or `maximize`; `auto` is found by its name.

    >>> towards("validation_accuracy", "auto"), towards("final_loss", "auto"), towards("steps", "maximize")
    ('maximize', 'minimize', 'maximize')
    """
    if direction != "auto":
        return direction
    return "maximize" if objective.endswith(("accuracy", "psnr", "ssim")) else "minimize"
