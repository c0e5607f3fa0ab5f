"""An optimizer and its schedule are tried before a run begins: what refuses its settings leaves no files."""

import warnings
from collections.abc import Callable

import torch

from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.groups import groups_of
from landscape_lab.optimizers.probing import Bowl, first_steps, probe
from landscape_lab.optimizers.schedulers import SchedulerFactory, build_scheduler, with_scheduler
from landscape_lab.optimizers.traits import Traits


def rehearse(factory: Factory, scheduler: SchedulerFactory | None = None, steps: int = 1000) -> Traits:
    """Let an optimizer and its schedule make a few steps on a bowl.

    A function that builds an optimizer may need the landscape itself, so only classes are tried. A
    class that makes no step here with any settings may need the landscape, too. Torch's random
    numbers go on as if none had been used.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        scheduler: The same of a schedule, if there is one.
        steps: How many steps the descent will make.

    Returns:
        What `probe` finds.

    Raises:
        ValueError: One of them refuses its settings, or groups cannot be joined.

    >>> from functools import partial
    >>> from torch.optim import SGD
    >>> from torch.optim.lr_scheduler import StepLR
    >>> rehearse(SGD, partial(StepLR, step_size=0))
    Traceback (most recent call last):
    ValueError: The scheduler StepLR(step_size=0) cannot step: integer modulo by zero
    """
    if not isinstance(parts_of(factory).maker, type):
        return probe(factory, steps)
    default, *others = groups_of(factory)
    apart = [group.factory for group in others if group.apart]
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traits = [_rehearse(one, steps) for one in (default.factory, *apart)]
        if scheduler is not None:
            _rehearse_schedule(scheduler, default.factory, steps)
    return probe(factory, steps) if apart else traits[0]


def _rehearse(factory: Factory, steps: int) -> Traits:
    """Let an optimizer step; it is refused where only its settings can be the reason why it does not."""
    make_optimizer(factory, _bowl(), steps)
    maker, settings = parts_of(factory)
    traits = probe(factory, steps)
    error = _failure(factory, steps, traits) if settings.keys() - {"lr"} else None
    if error is not None and _failure(maker, steps, probe(maker, steps)) is None:
        raise ValueError(f"The optimizer {_called(factory)} cannot step: {error}") from error
    return traits


def _failure(factory: Factory, steps: int, traits: Traits) -> Exception | None:
    """What an optimizer raises in a few steps."""
    try:
        first_steps(factory, steps, traits)
    except Exception as error:  # noqa: BLE001 - a class may raise anything
        return error
    return None


def _rehearse_schedule(scheduler: SchedulerFactory, factory: Factory, steps: int) -> None:
    """Let a schedule step where the optimizer stands still."""
    bowl = _bowl()
    schedule = build_scheduler(scheduler, make_optimizer(factory, bowl, steps), steps)
    step = with_scheduler(lambda closure: closure(), schedule)
    try:
        for _ in range(2):
            step(Unrecorded(bowl.backward))
    except Exception as error:  # a class may raise anything; here the message gets the class's name
        raise ValueError(f"The scheduler {_called(scheduler)} cannot step: {error}") from error


def _bowl() -> Bowl:
    """A landscape of two numbers."""
    return Bowl(torch.tensor([[1.0, -0.7]]))


def _called(factory: Callable[..., object]) -> str:
    """A class and its settings."""
    parts = parts_of(factory)
    return f"{parts.name}({', '.join(f'{name}={value}' for name, value in parts.settings.items())})"
