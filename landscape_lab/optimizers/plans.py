"""What `configure_optimizers` of a LightningModule returns: an optimizer, and schedules with their times."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

RATES = ("lr", "initial_lr", "max_lr", "min_lr")
"""The learning rates in a parameter group."""
BASES = ("base_lrs", "max_lrs")
"""The lists of learning rates in a schedule."""
INTERVALS = ("step", "epoch")


class Timed(NamedTuple):
    """A schedule and when it is stepped.

    Args:
        scheduler: Anything with `step`, `state_dict` and `load_state_dict`.
        interval: One of `INTERVALS`.
        frequency: After how many of these.
        monitor: The logged name of what it follows, if it follows anything.
    """

    scheduler: Any
    interval: str = "epoch"
    frequency: int = 1
    monitor: str | None = None


class Plan(NamedTuple):
    """What `configure_optimizers` returns, in whichever of its forms."""

    optimizer: Optimizer
    schedules: tuple[Timed, ...] = ()


def plan_of(answer: object) -> Plan:
    """What `configure_optimizers` returned, in any form that Lightning allows for one optimizer.

    Raises:
        ValueError: It is none of these forms.

    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> plan_of({"optimizer": optimizer, "lr_scheduler": "mine"}).schedules[0].interval
    'epoch'
    """
    if isinstance(answer, Mapping) and "optimizer" in answer:
        brought = answer.get("lr_scheduler")
        monitor = answer.get("monitor")
        return Plan(answer["optimizer"], () if brought is None else (_timed(brought, monitor),))
    if (
        isinstance(answer, Sequence)
        and len(answer) == 2
        and all(isinstance(part, Sequence) for part in answer)
    ):
        optimizers, schedulers = answer
        if len(optimizers) == 1:
            return Plan(optimizers[0], tuple(_timed(one, None) for one in schedulers))
        answer = optimizers
    if isinstance(answer, Sequence) and len(answer) == 1:
        return plan_of(answer[0])
    if isinstance(answer, Optimizer):
        return Plan(answer)
    several = isinstance(answer, Sequence) and len(answer) > 1
    found = f"{len(answer)} of them" if several else type(answer).__name__  # type: ignore[arg-type]
    raise ValueError(
        "optimizer=own asks `configure_optimizers` for one optimizer, perhaps with schedules. "
        f"Found {found}: choose another, optimizer=adam."
    )


def _timed(brought: object, monitor: str | None) -> Timed:
    """A schedule, or a dictionary with one and when it is stepped."""
    given: dict[str, Any] = dict(brought) if isinstance(brought, Mapping) else {"scheduler": brought}
    known = {name: given[name] for name in Timed._fields if name in given}
    timed = Timed(**({"monitor": monitor} | known))
    if timed.interval not in INTERVALS:
        raise ValueError(
            f"The `interval` of a schedule should be {' or '.join(INTERVALS)}. Found {timed.interval!r}."
        )
    on_plateau = isinstance(timed.scheduler, ReduceLROnPlateau)
    if on_plateau and timed.monitor is None:
        raise ValueError("A ReduceLROnPlateau should come with `monitor`, what it follows. Found none.")
    return timed if on_plateau or given.get("reduce_on_plateau") else timed._replace(monitor=None)


def scale(plan: Plan, lr: float) -> None:
    """Multiply all rates so that the first is `lr`.

    Raises:
        ValueError: There is no rate to multiply, or it is set by a schedule that is not torch's.
    """
    first = plan.optimizer.param_groups[0]
    base = float(first.get("initial_lr", first.get("lr", 0.0)))
    schedules = [part for timed in plan.schedules for part in _nested(timed.scheduler)]
    strange = [type(part).__name__ for part in schedules if not isinstance(part, LRScheduler)]
    if base <= 0 or strange:
        reason = f"its rate is set by {strange[0]}" if strange else f"its own is {base:g}"
        raise ValueError(f"Parameter `lr` should not be given with optimizer=own here: {reason}.")
    for group in plan.optimizer.param_groups:
        group.update({name: group[name] * (lr / base) for name in RATES if name in group})
    for part in schedules:
        for name in BASES:
            if hasattr(part, name):
                setattr(part, name, [rate * (lr / base) for rate in getattr(part, name)])


def _nested(scheduler: object) -> list[object]:
    """A schedule and those of which it is made."""
    return [scheduler, *(one for part in getattr(scheduler, "_schedulers", ()) for one in _nested(part))]
