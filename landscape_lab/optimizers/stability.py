"""Above which curvature an optimizer's steps are unstable: the line of the edge of stability."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer


class Stability(NamedTuple):
    """The highest curvature along which steps on a parabola do not grow.

    Args:
        threshold: That curvature.
        formula: How it follows from the settings.
        preconditioned: Whether it is one of :math:`P^{-1} H`, with the optimizer's preconditioner P.
    """

    threshold: float
    formula: str
    preconditioned: bool = False


def stability_of(optimizer: Optimizer) -> Stability | None:
    r"""The threshold of an optimizer for which it is known, with its present learning rate.

    Gradient descent: :math:`2/η`; with heavy-ball momentum β: :math:`(2 + 2β)/η` (Cohen et al.,
    "Gradient descent on neural networks typically occurs at the edge of stability", ICLR 2021). Adam: of
    the preconditioned Hessian, :math:`(2 + 2β_1)/((1 - β_1) η)`, which is 38/η at :math:`β_1 = 0.9`
    (Cohen et al., "Adaptive gradient methods at the edge of stability", 2022).

    Returns:
        `None` for all other optimizers, and for settings that change the step: Nesterov's momentum,
        dampening, weight decay, AMSGrad, several groups of parameters.

    >>> stability_of(SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.5))
    Stability(threshold=30.0, formula='(2 + 2β)/lr', preconditioned=False)
    """
    if len(optimizer.param_groups) != 1:
        return None
    group: dict[str, Any] = optimizer.param_groups[0]
    rate = float(group.get("lr", 0.0))
    others = ("nesterov", "dampening", "weight_decay", "amsgrad", "maximize")
    if not rate >= 0 or any(group.get(name) for name in others):
        return None
    if type(optimizer) is SGD:
        momentum = group["momentum"]
        return Stability(_over(2.0 + 2.0 * momentum, rate), "(2 + 2β)/lr" if momentum else "2/lr")
    if type(optimizer) is Adam:
        beta = float(group["betas"][0])
        factor = (2.0 + 2.0 * beta) / (1.0 - beta)
        return Stability(_over(factor, rate), f"{factor:.4g}/lr", preconditioned=True)
    return None


def _over(factor: float, rate: float) -> float:
    """The threshold; infinite where a schedule ends with a learning rate of 0."""
    return factor / rate if rate > 0 else math.inf


@torch.no_grad()
def preconditioner_of(optimizer: Optimizer, parameters: Iterable[Tensor]) -> Float[Tensor, " dims"] | None:
    r"""The diagonal of Adam's preconditioner, :math:`P = (1 - β_1^t)(\sqrt{v/(1 - β_2^t)} + ε)`.

    Args:
        optimizer: Adam.
        parameters: In the order of a point.

    Returns:
        `None` before the first step.
    """
    group = optimizer.param_groups[0]
    (first, second), epsilon = group["betas"], group["eps"]
    parts = []
    for parameter in parameters:
        state = optimizer.state.get(parameter)
        if not state:
            return None
        steps = float(state["step"])
        scaled = (state["exp_avg_sq"] / (1.0 - second**steps)).sqrt()
        parts.append(((1.0 - first**steps) * (scaled + epsilon)).flatten())
    return torch.cat(parts)
