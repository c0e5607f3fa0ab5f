"""SophiaG: a clipped second-order step at the price of a first-order one."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import SOPHIA_G
from landscape_lab.optimizers.factories import Settings
from landscape_lab.optimizers.traits import Traits


@SOPHIA_G.checks_class
class SophiaG(Optimizer):
    r"""Momentum over an estimate of the curvature, clipped in each coordinate.

    .. math::
        m &← β_1 m + (1 - β_1) g \\
        h &← β_2 h + (1 - β_2) B \hat g^2 \quad \text{every `interval` steps} \\
        x &← x - lr · clip(m / \max(ρ h, ε), 1)

    :math:`\hat g` is the Gauss–Newton–Bartlett estimate: the gradient for labels drawn from the
    model's own prediction. The closure of a model offers it as `closure.sampled()`, which leaves
    that gradient in the parameters. A landscape predicts nothing: there :math:`\hat g` is the
    gradient itself, and h the empirical Fisher information.

    Reference: Liu et al., "Sophia: A Scalable Stochastic Second-order Optimizer for Language Model
    Pre-training", ICLR 2024, algorithms 2 and 3.

    Args:
        params: Parameters or groups of them.
        lr: The longest step in a coordinate, zero or positive.
        betas: Decay of the momentum and of the curvature, in [0, 1).
        rho: How much of the curvature divides the momentum, positive.
        weight_decay: Share of the parameters, times lr, taken off at each step.
        interval: Steps between two estimates of the curvature.
        batch_size: B, the data in a batch.
        eps: The least divisor.
    """

    traits: ClassVar[Traits] = Traits()

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.965, 0.99),
        rho: float = 0.04,
        weight_decay: float = 0.0,
        interval: int = 10,
        batch_size: int = 1,
        eps: float = 1e-12,
    ) -> None:
        settings = {"lr": lr, "betas": betas, "rho": rho, "weight_decay": weight_decay, "interval": interval}
        super().__init__(params, settings | {"batch_size": batch_size, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """One step; the gradient is the closure's, or the one that is there."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        moved = [(group, p) for group in self.param_groups for p in group["params"] if p.grad is not None]
        gradients = [p.grad for _, p in moved]
        sampled = getattr(closure, "sampled", None)
        if sampled is not None and any(self._estimates(group, p) for group, p in moved):
            gradients = [gradient.clone() for gradient in gradients]
            with torch.enable_grad():
                sampled()
        for (group, p), gradient in zip(moved, gradients, strict=True):
            self._move(group, p, gradient)
        return loss

    def _estimates(self, group: Settings, parameter: Tensor) -> bool:
        """Whether this step estimates the curvature."""
        return int(self.state[parameter].get("step", 0)) % group["interval"] == 0

    def _move(self, group: Settings, parameter: Tensor, gradient: Tensor) -> None:
        state, (beta1, beta2) = self.state[parameter], group["betas"]
        if not state:
            state |= {
                "step": 0,
                "momentum": torch.zeros_like(parameter),
                "curvature": torch.zeros_like(parameter),
            }
        momentum, curvature = state["momentum"], state["curvature"]
        momentum.lerp_(gradient, 1.0 - beta1)
        if self._estimates(group, parameter) and parameter.grad is not None:
            curvature.lerp_(group["batch_size"] * parameter.grad.square(), 1.0 - beta2)
        state["step"] += 1
        parameter.mul_(1.0 - group["lr"] * group["weight_decay"])
        parameter.sub_(
            (momentum / (group["rho"] * curvature).clamp(min=group["eps"])).clamp(-1.0, 1.0),
            alpha=group["lr"],
        )
