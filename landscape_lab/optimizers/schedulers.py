"""Learning rate schedules: torch's own, told how long the descent is."""

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from landscape_lab.keys.optimizers import WARMUP_COSINE
from landscape_lab.optimizers.adapters import Step
from landscape_lab.validation import nearest

SchedulerFactory = Callable[..., LRScheduler]
"""Builds a scheduler from an optimizer: a class, or a `functools.partial` with its settings."""
LENGTHS = ("T_max", "total_steps", "total_iters", "steps")
"""Names of an argument that is the number of steps."""


def build_scheduler(factory: SchedulerFactory, optimizer: Optimizer, steps: int) -> LRScheduler:
    """The scheduler of an optimizer; where it asks for the number of steps or for the highest rate, it gets them.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        optimizer: Whose rate it sets.
        steps: How many steps will be made: one of the scheduler for each of the optimizer.

    Raises:
        ValueError: A setting is unknown or refused, or the optimizer has no learning rate.
    """
    settings = dict(factory.keywords) if isinstance(factory, partial) else {}
    maker: Any = factory.func if isinstance(factory, partial) else factory
    known = inspect.signature(maker).parameters
    names = list(known)[1:]
    for name in settings.keys() - known.keys():
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. It has: {', '.join(nearest(name, names) or names)}.")
    if any("lr" not in group for group in optimizer.param_groups):
        raise ValueError(f"{type(optimizer).__name__} has no learning rate that a scheduler could set: choose scheduler=none.")
    for name in LENGTHS:
        if name in known and name not in settings:
            settings[name] = steps
    if "max_lr" in known and "max_lr" not in settings:
        settings["max_lr"] = [float(group["lr"]) for group in optimizer.param_groups]
    try:
        return maker(optimizer, **settings)
    except Exception as error:
        raise ValueError(f"The scheduler {maker.__name__} cannot be built: {error}") from error


@WARMUP_COSINE.checks
def warmup_cosine(optimizer: Optimizer, steps: int, warmup: float = 0.05, floor: float = 0.0) -> LambdaLR:
    r"""Linear from 0 up to the optimizer's rate, then half a cosine down.

    With w = `warmup` · `steps` and step k from 0: the rate times :math:`(k + 1) / w` while k < w, then
    :math:`floor + (1 - floor) (1 + \cos(\pi (k - w) / (steps - w))) / 2`.

    Args:
        optimizer: Whose rate is set.
        steps: The length of the whole descent.
        warmup: The share of the steps that the rate rises, from 0 to 1.
        floor: The last rate, as a share of the highest, from 0 to 1.
    """
    rising = warmup * steps

    def share(step: int) -> float:
        if step < rising:
            return min(1.0, (step + 1) / rising)
        return floor + (1 - floor) * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(steps - rising, 1)))) / 2

    return LambdaLR(optimizer, share)


def with_scheduler(step: Step, scheduler: LRScheduler, rates: list[float]) -> Step:
    """`step`, then a step of the scheduler; the rate that each step uses is appended to `rates`."""
    group, on_plateau = scheduler.optimizer.param_groups[0], isinstance(scheduler, ReduceLROnPlateau)

    def scheduled(closure: Callable[[], Any]) -> Any:
        rates.append(float(group["lr"]))
        loss = step(closure)
        if on_plateau:
            scheduler.step(loss)
        else:
            scheduler.step()
        return loss

    return scheduled
