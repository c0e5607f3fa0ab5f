"""What is put around an optimizer's `step`: the rungs of the ladder in `adapters.py`."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.optimizers.closures import Around, Closure, Step
from landscape_lab.optimizers.problem import Problem


def after_gradient(step: Callable[..., object], takes_closure: bool = True) -> Step:
    """`step` with the gradient of its point there, and a closure to go on with where it takes one."""

    def step_after(closure: Closure) -> object:
        loss = closure()
        result = step(closure) if takes_closure else step()
        return loss if result is None else result

    return step_after


def with_sparse_gradient(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """`step` with gradients as sparse tensors; whoever comes next finds none and makes a dense one."""
    parameters = list(problem.parameters())

    def sparse_step(closure: Closure) -> object:
        loss = step(_Sparse(closure, parameters))
        _forget_gradients(parameters)
        return loss

    return sparse_step


class _Sparse(Around):
    """A closure that leaves sparse gradients.

    Args:
        inner: The closure around which it is.
        parameters: Whose gradients they are.
    """

    def __init__(self, inner: Closure, parameters: Sequence[Tensor]) -> None:
        super().__init__(inner)
        self.parameters = parameters

    def __call__(self) -> Tensor:
        _forget_gradients(self.parameters)
        loss = self.inner()
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.grad = parameter.grad.to_sparse()
        return loss


def _forget_gradients(parameters: Iterable[Tensor]) -> None:
    for parameter in parameters:
        parameter.grad = None


def giving_loss_alone(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """`step` with a closure that leaves the gradient out where it is called with `False`."""
    return lambda closure: step(_LossAlone(closure, problem))


class _LossAlone(Around):
    """A closure that says by its argument whether the gradient is wanted.

    Args:
        inner: The closure around which it is.
        problem: What is evaluated.
    """

    def __init__(self, inner: Closure, problem: Problem) -> None:
        super().__init__(inner)
        self.problem = problem

    def __call__(self, backward: bool = True) -> Tensor:
        """The loss; without `backward`, autograd can follow it where that is switched on."""
        if backward:
            return self.inner()
        loss = self.inner.losses()  # counted and recorded, but without a graph
        return self.problem().sum() if torch.is_grad_enabled() else loss


def returning_pair(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """`step` with a closure that returns outputs, of which a landscape has none, and loss."""

    def pair_step(closure: Closure) -> object:
        outputs_and_loss = step(_Pair(closure))
        return outputs_and_loss[1]  # type: ignore[index] # it returns what its closure returned

    return pair_step


class _Pair(Around):
    """A closure that returns outputs and loss."""

    def __call__(self) -> Tensor:
        return None, self.inner()  # type: ignore[return-value] # what this optimizer takes instead of a loss


def through_own_backward(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """A step of an optimizer that makes the backward pass itself.

    It gets a linear loss, whose gradient is the landscape's and costs no second evaluation.
    """
    parameters = [parameter for parameter in problem.parameters() if parameter.requires_grad]
    fused = hasattr(optimizer, "fused_backward")
    own_backward = optimizer.fused_backward if fused else optimizer.backward  # type: ignore[attr-defined]

    def own_step(closure: Closure) -> object:
        loss = closure()
        gradients = [parameter.grad.clone() for parameter in parameters if parameter.grad is not None]
        _forget_gradients(parameters)
        with torch.enable_grad():
            products = [(one * gradient).sum() for one, gradient in zip(parameters, gradients, strict=True)]
            linear = torch.stack(products).sum()
            if fused:
                own_backward(linear, optimizer.param_groups[0]["lr"])
            else:
                own_backward(linear)
        if not fused:
            optimizer.step()
        return loss

    return own_step


def firing_hooks(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """A step of an optimizer that updates each parameter in a hook, as soon as its gradient is known.

    The gradients of all parameters are taken before any of them moves.
    """
    parameters = parameters_of(optimizer)

    def fired(closure: Closure) -> object:
        loss = closure()
        for parameter in parameters:
            for hook in hooks_of(parameter):
                hook(parameter)
        optimizer.step()
        return loss

    return fired


def parameters_of(optimizer: Optimizer) -> list[Tensor]:
    """The parameters of all groups."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def hooks_of(parameter: Tensor) -> list[Callable[[Tensor], None]]:
    """What the backward pass calls when the parameter's gradient is there."""
    return list((parameter._post_accumulate_grad_hooks or {}).values())


class WithoutHooks:
    """Losses and gradient without the hooks of parameters.

    An optimizer with a fused backward pass hangs its update there: a parameter would move, and lose
    its gradient, as soon as the gradient is known.

    Args:
        problem: What is evaluated.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def __call__(self) -> Tensor:
        """The losses `[members]`, detached."""
        parameters = [parameter for parameter in self.problem.parameters() if parameter.requires_grad]
        with torch.enable_grad():
            losses = self.problem()
            gradients = torch.autograd.grad(losses.sum(), parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = torch.zeros_like(parameter) if gradient is None else gradient
        return losses.detach()


def in_training_mode(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """`step` between `train()` and `eval()`.

    In training mode such an optimizer keeps its parameters where it takes the gradient, and not at
    the point that it has found. What is recorded is the point found, and its loss.
    """

    def switched(closure: Closure) -> object:
        optimizer.train()  # type: ignore[attr-defined]
        loss = step(closure)
        optimizer.eval()  # type: ignore[attr-defined]
        return loss

    return switched


def noting(step: Step, optimizer: Optimizer, problem: Problem) -> Step:
    """`step` of an optimizer that evaluates elsewhere: it asks for a record of where it began."""
    for parameter in problem.parameters():
        if parameter.grad is None:  # which would mean that the parameter takes no part
            parameter.grad = torch.zeros_like(parameter)

    def noted(closure: Closure) -> object:
        loss = step(closure)
        closure.note()
        return loss

    return noted
