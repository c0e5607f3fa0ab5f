"""How an optimizer is called: one `step(closure)`, whatever it looks like."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim import optimizer as torch_optimizer

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.traits import Traits, takes_closure

Step = Callable[..., Any]
"""An optimizer's `step(closure)`."""
Closure = Callable[[], Any]
"""Evaluates the loss and leaves its gradient in the parameters."""


@dataclass
class Adapted:
    """An optimizer as a descent calls it.

    The closure that `step` is given may offer more than the loss and its gradient, as attributes: `closure.losses()` is the loss
    without gradient, and `closure.note(losses, gradients)` tells the loss and gradient of the point where the step began, for the
    record, where they are known from an earlier step or were never evaluated.

    Args:
        step: `step(closure)`.
        backward: Evaluates the losses of the members and leaves the gradient as the optimizer wants it.
        traits: How it wants to be called.
        products: Counts Hessian-vector products.
    """

    step: Step
    backward: Callable[[], Tensor]
    traits: Traits = field(default_factory=Traits)
    products: "Products | None" = None


def adapt(optimizer: Optimizer, landscape: Landscape, traits: Traits) -> Adapted:
    """Make an optimizer callable as `step(closure)`, giving it what it needs."""
    step, products = closure_step(optimizer), None
    backward: Callable[[], Tensor] = landscape.backward
    if traits.graph:
        products = Products()
        backward = GraphBackward(landscape, products)
    if traits.sparse:
        step = _with_sparse_gradient(step, landscape)
    if traits.pair:
        step = _returning_pair(step)
    own_backward = getattr(optimizer, "fused_backward", None) or getattr(optimizer, "backward", None)
    if callable(own_backward):
        step = _through_own_backward(optimizer, landscape, own_backward)
    elif traits.gradient_first and takes_closure(optimizer):
        step = _after_gradient(step)
    switches = callable(getattr(optimizer, "train", None)) and callable(getattr(optimizer, "eval", None))
    if switches:
        step = _in_training_mode(step, optimizer)
    if switches or traits.elsewhere:
        step = _noting(step, landscape)
    return Adapted(step, backward, traits, products)


class Products:
    """Counts Hessian-vector products: each is one gradient that flows back into a gradient."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, gradient: Tensor) -> None:
        self.number += 1


class GraphBackward:
    """The losses of the members and a gradient that can itself be derived: `create_graph=True` without its reference cycle.

    Args:
        landscape: What is evaluated.
        products: Told of every product of the Hessian with a vector.
    """

    def __init__(self, landscape: Landscape, products: Products) -> None:
        self.landscape = landscape
        self.products = products

    def __call__(self) -> Tensor:
        """Evaluate."""
        parameters = [parameter for parameter in self.landscape.parameters() if parameter.requires_grad]
        with torch.enable_grad():
            losses = self.landscape()
            gradients = torch.autograd.grad(losses.sum(), parameters, create_graph=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        if gradients[0].requires_grad:
            gradients[0].register_hook(self.products)
        return losses.detach()


def closure_step(optimizer: Optimizer) -> Step:
    """The optimizer's `step(closure)`, as fast as it can be called.

    Torch wraps every `step` in a range for its profiler and a search for hooks, 8 µs around the 17 of a fused Adam on two
    numbers; where nobody listens, the method inside is called. An optimizer whose `step` takes no closure gets its gradient
    first.
    """
    step: Step = optimizer.step
    inner = getattr(type(optimizer).step, "__wrapped__", None)
    hooks = (
        getattr(optimizer, "_optimizer_step_pre_hooks", None),  # a wrapper need not have called the constructor of its parent
        getattr(optimizer, "_optimizer_step_post_hooks", None),
        torch_optimizer._global_optimizer_pre_hooks,
        torch_optimizer._global_optimizer_post_hooks,
    )
    patched = vars(optimizer).get("step")
    if getattr(patched, "_wrapped_by_lr_sched", False):  # a scheduler only wants to know that there was a step
        optimizer._opt_called = True  # type: ignore[attr-defined]
        patched = None
    if inner is not None and patched is None and not any(hooks):
        step = inner.__get__(optimizer)
    return step if inspect.signature(step).parameters else _after_gradient(step, takes_closure=False)


def _after_gradient(step: Step, takes_closure: bool = True) -> Step:
    """`step` with the gradient of its point there, and a closure to go on with where it takes one."""

    def step_after(closure: Closure) -> Any:
        loss = closure()
        result = step(closure) if takes_closure else step()
        return loss if result is None else result

    return step_after


def _noting(step: Step, landscape: Landscape) -> Step:
    """`step` of an optimizer that evaluates elsewhere: the record is of the point where it begins, no evaluation of its own."""
    for parameter in landscape.parameters():
        if parameter.grad is None:  # which would mean that the parameter takes no part
            parameter.grad = torch.zeros_like(parameter)

    def noting(closure: Any) -> Any:
        loss = step(closure)
        if (note := getattr(closure, "note", None)) is not None:
            note()
        return loss

    return noting


def _with_sparse_gradient(step: Step, landscape: Landscape) -> Step:
    """`step` with gradients as sparse tensors."""
    parameters = list(landscape.parameters())

    def sparse_step(closure: Closure) -> Any:
        def sparse_closure() -> Any:
            _forget_gradients(parameters)
            loss = closure()
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.grad = parameter.grad.to_sparse()
            return loss

        loss = step(sparse_closure)
        _forget_gradients(parameters)
        return loss

    return sparse_step


def _forget_gradients(parameters: Iterable[Tensor]) -> None:
    for parameter in parameters:
        parameter.grad = None


def _returning_pair(step: Step) -> Step:
    """`step` with a closure that returns outputs, of which a landscape has none, and loss."""
    return lambda closure: step(lambda: (None, closure()))[1]


def _through_own_backward(optimizer: Any, landscape: Landscape, own_backward: Callable[..., Any]) -> Step:
    """A step of an optimizer that makes the backward pass itself: it gets a linear loss of the same gradient."""
    parameters = [parameter for parameter in landscape.parameters() if parameter.requires_grad]
    fused = hasattr(optimizer, "fused_backward")

    def step(closure: Closure) -> Any:
        loss = closure()
        gradients = [parameter.grad.clone() for parameter in parameters if parameter.grad is not None]
        _forget_gradients(parameters)
        with torch.enable_grad():
            linear = torch.stack([(one * gradient).sum() for one, gradient in zip(parameters, gradients, strict=True)]).sum()
            if fused:
                own_backward(linear, optimizer.param_groups[0]["lr"])
            else:
                own_backward(linear)
        if not fused:
            optimizer.step()
        return loss

    return step


def _in_training_mode(step: Step, optimizer: Any) -> Step:
    """`step` between `train()` and `eval()`: such an optimizer takes its gradient elsewhere than at the point that it has found.

    What is recorded is the point found, and its loss.
    """

    def switched(closure: Any) -> Any:
        optimizer.train()
        loss = step(closure)
        optimizer.eval()
        return loss

    return switched
