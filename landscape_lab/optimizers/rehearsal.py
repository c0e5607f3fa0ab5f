"""An optimizer and its schedule are tried before a run begins: what refuses its settings leaves no files."""

import warnings

import torch
from torch.optim import Optimizer

from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.groups import groups_of
from landscape_lab.optimizers.probing import Bowl
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler, with_scheduler


def rehearse(factory: Factory, scheduler: SchedulerFactory | None = None, steps: int = 1000) -> None:
    """Build an optimizer of a bowl, then its schedule, which makes two steps.

    A function that builds an optimizer may need the landscape itself, so only classes are tried.
    Torch's random numbers go on as if none had been used.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        scheduler: The same of a schedule, if there is one.
        steps: How many steps the descent will make.

    Raises:
        ValueError: One of them refuses its settings.

    >>> from functools import partial
    >>> from torch.optim import SGD
    >>> from torch.optim.lr_scheduler import StepLR
    >>> rehearse(SGD, partial(StepLR, step_size=0))
    Traceback (most recent call last):
    ValueError: The scheduler StepLR(step_size=0) cannot step: integer modulo by zero
    """
    if not isinstance(parts_of(factory).maker, type):
        return
    default, *others = groups_of(factory)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for group in others:
            if group.apart:
                make_optimizer(group.factory, _bowl(), steps)
        bowl = _bowl()
        optimizer = make_optimizer(default.factory, bowl, steps)
        if scheduler is not None:
            _two_steps(scheduler, optimizer, bowl, steps)


def _bowl() -> Bowl:
    """A landscape of two numbers."""
    return Bowl(torch.tensor([[1.0, -0.7]]))


def _two_steps(scheduler: SchedulerFactory, optimizer: Optimizer, bowl: Bowl, steps: int) -> None:
    """Let a schedule step where the optimizer stands still."""
    step = with_scheduler(lambda closure: closure(), build_scheduler(scheduler, optimizer, steps))
    try:
        for _ in range(2):
            step(Unrecorded(bowl.backward))
    except Exception as error:  # a class may raise anything; here the message gets the class's name
        maker, settings = parts_of(scheduler).name, parts_of(scheduler).settings
        given = ", ".join(f"{name}={value}" for name, value in settings.items())
        raise ValueError(f"The scheduler {maker}({given}) cannot step: {error}") from error
