"""How an optimizer is built from a landscape and called, whatever it looks like."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim import optimizer as torch_optimizer

from landscape_lab.landscapes.base import Landscape
from landscape_lab.validation import check_number, nearest

Factory = Callable[..., Optimizer]
"""Builds an optimizer from parameters: a class, or a `functools.partial` with its settings."""

Step = Callable[..., Any]
"""An optimizer's `step(closure)`."""


def build_optimizer(factory: Factory, landscape: Landscape) -> Optimizer:
    """The optimizer of a landscape's parameters, fused where its class offers that: one kernel instead of a dozen.

    Raises:
        ValueError: A setting is unknown or refused, or the learning rate is negative or not a number.
    """
    settings = factory.keywords if isinstance(factory, partial) else {}
    maker = factory.func if isinstance(factory, partial) else factory
    known = inspect.signature(maker).parameters
    _check_settings(maker, settings, known)
    if "fused" in known and not settings.keys() & {"fused", "foreach", "differentiable"}:
        factory = partial(factory, fused=True)
    try:
        return factory(landscape.parameters())
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        given = ", ".join(f"{name}={value}" for name, value in settings.items())
        raise ValueError(f"The optimizer {maker.__name__}({given}) cannot be built: {error}") from error


def _check_settings(maker: Callable, settings: dict[str, Any], known: Mapping[str, inspect.Parameter]) -> None:
    """Raise `ValueError` for a setting that the class does not have, and for a rate that is none."""
    if "lr" in settings and not isinstance(settings["lr"], Tensor):
        check_number("optimizer.lr", settings["lr"], low=0.0)
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in known.values()):
        return
    for name in settings.keys() - known.keys():
        close = nearest(name, list(known)[1:])
        hint = f"Nearest: {', '.join(close)}." if close else f"It has: {', '.join(list(known)[1:])}."
        raise ValueError(f"{maker.__name__} has no parameter `{name}`. {hint}")


def closure_step(optimizer: Optimizer) -> Step:
    """The optimizer's `step(closure)`, as fast as it can be called.

    Torch wraps every `step` in a range for its profiler and a search for hooks, 8 µs around the 17 of a fused Adam on two
    numbers; where nobody listens, the method inside is called. An optimizer whose `step` takes no closure gets its gradient
    first.
    """
    step: Step = optimizer.step
    inner = getattr(type(optimizer).step, "__wrapped__", None)
    hooks = (
        optimizer._optimizer_step_pre_hooks,
        optimizer._optimizer_step_post_hooks,
        torch_optimizer._global_optimizer_pre_hooks,
        torch_optimizer._global_optimizer_post_hooks,
    )
    if inner is not None and "step" not in vars(optimizer) and not any(hooks):
        step = inner.__get__(optimizer)
    if inspect.signature(step).parameters:
        return step

    def step_after(closure: Callable[[], Tensor]) -> None:
        closure()
        step()

    return step_after
