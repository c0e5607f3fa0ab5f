"""How an optimizer is called: one `step(closure)`, whatever it looks like."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor
from torch.optim import Optimizer
from torch.optim import optimizer as torch_optimizer

from landscape_lab.optimizers.closures import Step
from landscape_lab.optimizers.graph import GraphBackward, Products
from landscape_lab.optimizers.problem import Problem
from landscape_lab.optimizers.traits import Traits
from landscape_lab.optimizers.wrappers import (
    WithoutHooks,
    after_gradient,
    firing_hooks,
    giving_loss_alone,
    hooks_of,
    in_training_mode,
    noting,
    parameters_of,
    returning_pair,
    through_own_backward,
    with_sparse_gradient,
)


@dataclass(frozen=True)
class Adapted:
    """An optimizer as a descent calls it.

    Args:
        step: `step(closure)`.
        backward: Evaluates the losses of the members and leaves the gradient as the optimizer wants
            it.
        products: Counts Hessian-vector products; `None` where there can be none.
    """

    step: Step
    backward: Callable[[], Tensor]
    products: Products | None = None


def adapt(optimizer: Optimizer, problem: Problem, traits: Traits) -> Adapted:
    """Make an optimizer callable as `step(closure)`, giving it what it needs."""
    step = closure_step(optimizer)
    for rung in LADDER:
        if rung.needed(optimizer, traits):
            step = rung.wrap(step, optimizer, problem)
    if hasattr(optimizer, "fused_backward") or _steps_in_hooks(optimizer, traits):
        return Adapted(step, WithoutHooks(problem))
    if not traits.graph:
        return Adapted(step, problem.backward)
    products = Products()
    return Adapted(step, GraphBackward(problem, products), products)


def closure_step(optimizer: Optimizer) -> Step:
    """The optimizer's `step(closure)`, as fast as it can be called.

    Torch wraps every `step` in a range for its profiler and a search for hooks, 8 µs around the 17
    of a fused Adam on two numbers; where nobody listens, the method inside is called. An optimizer
    whose `step` takes no closure gets its gradient first.
    """
    step: Callable[..., object] = optimizer.step
    kind = type(optimizer).step
    # torch's own wrapper only: inside another, such as `no_grad`, the step is not what its author wrote
    inner = kind.__wrapped__ if getattr(kind, "hooked", False) else None  # type: ignore[attr-defined]
    hooks = (
        # a wrapper of an optimizer need not have called the constructor of its parent
        getattr(optimizer, "_optimizer_step_pre_hooks", None),
        getattr(optimizer, "_optimizer_step_post_hooks", None),
        torch_optimizer._global_optimizer_pre_hooks,
        torch_optimizer._global_optimizer_post_hooks,
    )
    patched = vars(optimizer).get("step")
    if getattr(
        patched, "_wrapped_by_lr_sched", False
    ):  # a scheduler only wants to know that there was a step
        optimizer._opt_called = True  # type: ignore[attr-defined]
        patched = None
    if inner is not None and patched is None and not any(hooks):
        step = inner.__get__(optimizer)
    argument = closure_argument(step)
    if argument is None:
        return after_gradient(step, takes_closure=False)
    return step if argument.kind is not argument.KEYWORD_ONLY else by_name(step, argument.name)


def by_name(step: Callable[..., object], name: str) -> Step:
    """A step that gets its closure as the argument of this name."""
    return lambda closure: step(**{name: closure})


def closure_argument(step: Callable[..., object]) -> inspect.Parameter | None:
    """The argument of a `step` for its closure, by keyword where others come before it.

    It is called closure, or else it comes first and has to be given. An argument that may be left
    out, such as a rate, is none.

    >>> closure_argument(lambda lr=None, closure=None: None).kind.description
    'keyword-only'
    >>> closure_argument(lambda lr=None: None)
    """
    arguments = list(inspect.signature(step).parameters.values())
    for place, one in enumerate(arguments):
        if "closure" in one.name:
            return one if place == 0 else one.replace(kind=one.KEYWORD_ONLY)
    first = arguments[:1]
    return next((one for one in first if one.default is one.empty and one.kind is not one.VAR_KEYWORD), None)


def takes_closure(optimizer: Optimizer) -> bool:
    """Whether `step` has an argument for a closure."""
    return closure_argument(optimizer.step) is not None


def _has_own_backward(optimizer: Optimizer, traits: Traits) -> bool:
    names = ("fused_backward", "backward")
    return any(callable(getattr(optimizer, name, None)) for name in names)


def _steps_in_hooks(optimizer: Optimizer, traits: Traits) -> bool:
    """Whether parameters have hooks that the backward pass calls, by which some optimizers step."""
    return not _has_own_backward(optimizer, traits) and any(map(hooks_of, parameters_of(optimizer)))


def _needs_gradient_first(optimizer: Optimizer, traits: Traits) -> bool:
    alone = _has_own_backward(optimizer, traits) or _steps_in_hooks(optimizer, traits)
    wanted = traits.gradient_first and not alone
    return wanted and takes_closure(optimizer)  # else `closure_step` has seen to it


def _switches(optimizer: Optimizer, traits: Traits) -> bool:
    return all(callable(getattr(optimizer, name, None)) for name in ("train", "eval"))


class Rung(NamedTuple):
    """One wrapper of the ladder.

    Args:
        needed: Whether an optimizer with such traits needs it.
        wrap: Makes a step of a step.
        why: Why it stands where it stands.
    """

    needed: Callable[[Optimizer, Traits], bool]
    wrap: Callable[[Step, Optimizer, Problem], Step]
    why: str


LADDER = (
    Rung(
        lambda _, traits: traits.sparse,
        with_sparse_gradient,
        "The innermost: every gradient that `step` sees is sparse, whatever else its closure does.",
    ),
    Rung(
        lambda _, traits: traits.loss_alone,
        giving_loss_alone,
        "Its closure takes an argument, which no other does.",
    ),
    Rung(
        lambda _, traits: traits.pair,
        returning_pair,
        "What `step` sees returned is a pair; all that is around it sees a loss.",
    ),
    Rung(
        _has_own_backward,
        through_own_backward,
        "It calls the optimizer itself and so replaces what stands above; no such optimizer needs that.",
    ),
    Rung(
        _steps_in_hooks,
        firing_hooks,
        "It calls the optimizer itself, without a closure, as a loop does after its backward pass.",
    ),
    Rung(
        _needs_gradient_first,
        lambda step, optimizer, problem: after_gradient(step),
        "The gradient comes through the plain closure, once, before `step` may call the closure of above.",
    ),
    Rung(
        _switches,
        in_training_mode,
        "The gradient that comes first has to be taken in training mode too.",
    ),
    Rung(
        lambda optimizer, traits: traits.elsewhere or _switches(optimizer, traits),
        noting,
        "The outermost: the note comes when the optimizer is back in evaluation mode.",
    ),
)
"""What is put around `step`, from the inside to the outside."""
