"""What `configure_optimizers` of a LightningModule returns: an optimizer, and schedules with their times."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol, cast

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

RATES = ("lr", "initial_lr", "max_lr", "min_lr")
"""The learning rates in a parameter group."""
NOMINAL = ("max_lr", "initial_lr", "lr")
"""Which of them is the rate that somebody chose: the first that is there."""
BASES = ("base_lrs", "max_lrs")
"""The lists of learning rates in a schedule."""
INTERVALS = ("step", "epoch")
"""When a schedule may be stepped, in Lightning's order."""
State = dict[str, object]
"""Of a schedule, for a checkpoint."""


class Scheduler(Protocol):
    """A schedule of anybody's."""

    def state_dict(self) -> State:
        """For a checkpoint."""

    def load_state_dict(self, state: State) -> object:
        """Go on from there."""


class Timed(NamedTuple):
    """A schedule and when it is stepped.

    Args:
        scheduler: It.
        interval: One of `INTERVALS`.
        frequency: After how many of these.
        monitor: The logged name of what it follows, if it follows anything.
    """

    scheduler: Scheduler
    interval: str
    frequency: int
    monitor: str | None


class Plan(NamedTuple):
    """One optimizer, and its schedules."""

    optimizer: Optimizer
    schedules: tuple[Timed, ...] = ()


Several = tuple[list[Optimizer], tuple[Timed, ...]]
"""Optimizers and schedules, how many so ever."""


def plan_of(answer: object) -> Plan:
    """What `configure_optimizers` returned, in any form that Lightning allows for one optimizer.

    Raises:
        ValueError: It is none of these forms, or there is not one optimizer.

    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
    >>> plan_of({"optimizer": optimizer, "lr_scheduler": schedule}).schedules[0].interval
    'epoch'
    """
    optimizers, schedules = _parts(answer)
    if len(optimizers) == 1:
        return Plan(optimizers[0], schedules)
    found = f"{len(optimizers)} of them" if optimizers else type(answer).__name__
    raise ValueError(
        "optimizer=own asks `configure_optimizers` for one optimizer, perhaps with schedules. "
        f"Found {found}: choose another, optimizer=adam."
    )


def _parts(answer: object) -> Several:
    """All optimizers and schedules in an answer."""
    if isinstance(answer, Optimizer):
        return [answer], ()
    if isinstance(answer, Mapping):
        return _of_dictionary(answer)
    return _of_sequence(answer) if isinstance(answer, Sequence) else ([], ())


def _of_dictionary(answer: Mapping[str, object]) -> Several:
    """`{"optimizer": …, "lr_scheduler": …}`."""
    optimizers, _ = _parts(answer.get("optimizer"))
    brought = answer.get("lr_scheduler")
    return optimizers, () if brought is None else (_timed(brought, answer.get("monitor")),)


def _of_sequence(answer: Sequence) -> Several:
    """Several answers, or a list of optimizers and a list of schedules."""
    if [isinstance(part, Sequence) for part in answer] == [True, True]:
        return list(answer[0]), tuple(map(_timed, answer[1]))
    optimizers, schedules = zip(*map(_parts, answer), strict=True) if answer else ((), ())
    return list(chain.from_iterable(optimizers)), tuple(chain.from_iterable(schedules))


def _timed(brought: object, monitor: object = None) -> Timed:
    """A schedule, or a dictionary with one and when it is stepped."""
    given: Mapping = brought if isinstance(brought, Mapping) else {"scheduler": brought}
    timed = Timed(
        given["scheduler"],
        given.get("interval", "epoch"),
        given.get("frequency", 1),
        given.get("monitor", monitor),
    )
    if timed.interval not in INTERVALS:
        raise ValueError(
            f"The `interval` of a schedule should be {' or '.join(INTERVALS)}. Found {timed.interval!r}."
        )
    if not isinstance(timed.scheduler, ReduceLROnPlateau) and not given.get("reduce_on_plateau"):
        return timed._replace(monitor=None)  # the others follow nothing
    if timed.monitor is None:
        raise ValueError("A ReduceLROnPlateau should come with `monitor`, what it follows. Found none.")
    return timed


def scale(plan: Plan, lr: float) -> None:
    """Multiply all rates so that that of the first group is `lr`.

    Raises:
        ValueError: There is no rate to multiply, or it is set by a schedule that is not torch's.
    """
    schedules = list(chain.from_iterable(_nested(timed.scheduler) for timed in plan.schedules))
    factor = lr / _base_rate(plan.optimizer, schedules)
    for group in plan.optimizer.param_groups:
        group.update({name: group[name] * factor for name in RATES if name in group})
    for part in schedules:
        _scale_bases(part, factor)


def _scale_bases(schedule: object, factor: float) -> None:
    """Multiply the rates to which a schedule comes back."""
    for name in BASES:
        if hasattr(schedule, name):
            setattr(schedule, name, [rate * factor for rate in getattr(schedule, name)])


def _base_rate(optimizer: Optimizer, schedules: Sequence[object]) -> float:
    """The rate of the first group before a schedule changed it; of one cycle, the highest."""
    strange = [type(part).__name__ for part in schedules if not isinstance(part, LRScheduler)]
    first = optimizer.param_groups[0]
    base = float(next((first[name] for name in NOMINAL if name in first), 0.0))
    if base > 0 and not strange:
        return base
    reason = f"its rate is set by {strange[0]}" if strange else f"its own is {base:g}"
    raise ValueError(f"Parameter `lr` should not be given with this module's own optimizer: {reason}.")


def _nested(scheduler: object) -> list[object]:
    """A schedule and those of which it is made."""
    parts = cast(Sequence[object], getattr(scheduler, "_schedulers", ()))
    return [scheduler, *(one for part in parts for one in _nested(part))]
