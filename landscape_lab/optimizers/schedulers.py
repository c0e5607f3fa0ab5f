"""Learning rate schedules: torch's own, which get to know how long the descent is."""

import inspect
import math
from collections.abc import Callable, Container, Sequence

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from landscape_lab.keys.optimizers import WARMUP_COSINE
from landscape_lab.optimizers.closures import Closure, Step
from landscape_lab.optimizers.factories import Settings, parts_of
from landscape_lab.validation import nearest

SchedulerFactory = Callable[..., LRScheduler]
"""Builds a scheduler from an optimizer: a class, or a `functools.partial` with its settings."""
LENGTHS = ("T_max", "total_steps", "total_iters", "steps")
"""Names of an argument that is the number of steps."""

RATES = ("max_lr", "base_lr", "min_lr")
"""Names of an argument that is a learning rate, or one for each group of parameters."""


def build_scheduler(factory: SchedulerFactory, optimizer: Optimizer, steps: int) -> LRScheduler:
    """The scheduler of an optimizer; it gets the number of steps and the highest rate if it asks.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        optimizer: Whose rate it sets.
        steps: How many steps will be made: one of the scheduler for each of the optimizer.

    Raises:
        ValueError: A setting is unknown or refused, or the optimizer has no learning rate.
    """
    maker, settings = parts_of(factory)
    known = inspect.signature(maker).parameters
    names = list(known)[1:]
    for name in settings.keys() - known.keys():
        choices = ", ".join(nearest(name, names) or names)
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. It has: {choices}.")
    if any("lr" not in group for group in optimizer.param_groups):
        kind = type(optimizer).__name__
        raise ValueError(f"{kind} has no learning rate that a scheduler could set: choose scheduler=none.")
    for name in LENGTHS:
        if name in known and name not in settings:
            settings[name] = steps
    settings |= _of_groups(settings, known, optimizer)
    try:
        return maker(optimizer, **settings)
    except Exception as error:
        raise ValueError(f"The scheduler {maker.__name__} cannot be built: {error}") from error


def _of_groups(settings: Settings, known: Container[str], optimizer: Optimizer) -> Settings:
    """Settings that each group of parameters has for itself.

    A rate that is given is meant for the first group; the others keep their ratio to it.
    """
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    found: Settings = {"max_lr": rates} if "max_lr" in known else {}
    found |= {name: _in_ratio(settings[name], rates) for name in RATES if name in settings}
    alike = len({frozenset(group) for group in optimizer.param_groups}) == 1
    if "cycle_momentum" in known and not alike:  # groups of different classes may have no momentum
        found["cycle_momentum"] = settings.get("cycle_momentum", False)
    return found


def _in_ratio(rate: object, rates: Sequence[float]) -> object:
    """A rate for each group, in the ratio of their own; a list is taken as it is."""
    if not isinstance(rate, int | float) or len(rates) == 1 or rates[0] == 0:
        return rate
    return [rate * one / rates[0] for one in rates]


@WARMUP_COSINE.checks
def warmup_cosine(
    optimizer: Optimizer, steps: int, warmup: float = 0.05, floor: float = 0.0, held: float = 0.0
) -> LambdaLR:
    r"""Linear from 0 up to the optimizer's rate, which may be held, then half a cosine down.

    With w = `warmup` · `steps`, h = max(w, `held` · `steps`) and step k from 0: the rate times
    :math:`(k + 1) / w` while k < w, times 1 while k < h, then times
    :math:`floor + (1 - floor) (1 + \cos(\pi (k - h) / (steps - h))) / 2`.

    Args:
        optimizer: Whose rate is set.
        steps: The length of the whole descent.
        warmup: The share of the steps that the rate rises, from 0 to 1.
        floor: The last rate, as a share of the highest, from 0 to 1.
        held: The share of the steps before which the rate does not fall, from 0 to 1.
    """
    rising = warmup * steps
    begin = max(rising, held * steps)

    def share(step: int) -> float:
        if step < rising:
            return min(1.0, (step + 1) / rising)
        fallen = min(1.0, max(0.0, step - begin) / max(steps - begin, 1))
        return floor + (1 - floor) * (1 + math.cos(math.pi * fallen)) / 2

    return LambdaLR(optimizer, share)


def with_scheduler(step: Step, scheduler: LRScheduler) -> Step:
    """`step`, then a step of the scheduler."""
    on_plateau = isinstance(scheduler, ReduceLROnPlateau)

    def scheduled(closure: Closure) -> object:
        loss = step(closure)
        if on_plateau:
            scheduler.step(loss)  # type: ignore[arg-type] # a number, as every step returns
        else:
            scheduler.step()
        return loss

    return scheduled
