"""Newton's method with the exact Hessian, for few dimensions."""

import math
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import NEWTON
from landscape_lab.optimizers.rows import (
    evaluate,
    gradients_of,
    move_to,
    parameters_of,
    points_of,
)
from landscape_lab.optimizers.traits import Traits


@NEWTON.checks_class
class Newton(Optimizer):
    r"""Damped Newton: :math:`x ← x - lr · |H|_λ^{-1} g`.

    :math:`|H|_λ` is the Hessian with its eigenvalues replaced by their absolute values, at least
    the damping λ, so that a step goes down and away from saddles. Each row of a parameter has its
    own Hessian, exact: `dims` products of the Hessian with a vector.

    The closure has to leave a gradient with a graph: `loss.backward(create_graph=True)`.

    Reference: Dauphin et al., "Identifying and attacking the saddle point problem in
    high-dimensional non-convex optimization", NeurIPS 2014.

    Args:
        params: Parameters.
        lr: Share of the step to the minimum of the local parabola, zero or positive.
        damping: λ, the least curvature, positive.
        radius: The longest step, positive.
    """

    traits: ClassVar[Traits] = Traits(graph=True, rows=True)

    def __init__(
        self, params: ParamsT, lr: float = 1.0, damping: float = 1e-6, radius: float = math.inf
    ) -> None:
        if not radius > 0:
            raise ValueError(f"Parameter `radius` should be positive. Found `radius = {radius}`.")
        super().__init__(params, {"lr": lr, "damping": damping, "radius": radius})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One evaluation, one Hessian and one step."""
        settings = self.param_groups[0]
        losses = evaluate(closure)
        gradients = gradients_of(self, len(losses))
        hessian = hessian_of(gradients, parameters_of(self))
        gradients = gradients.detach()
        if not (
            hessian.isfinite().all() and gradients.isfinite().all()
        ):  # `eigh` would raise: let the row diverge by itself
            broken = ~(hessian.isfinite().all(-1).all(-1) & gradients.isfinite().all(-1))
            hessian[broken], gradients[broken] = torch.eye(hessian.shape[-1]).to(hessian), torch.nan
        eigenvalues, vectors = torch.linalg.eigh(hessian)
        inverse = eigenvalues.abs().clamp(min=settings["damping"]).reciprocal()
        along = (vectors.mT @ gradients.unsqueeze(-1)).squeeze(-1) * inverse
        move = -settings["lr"] * (vectors @ along.unsqueeze(-1)).squeeze(-1)
        move *= (settings["radius"] / move.norm(dim=1, keepdim=True)).clamp(max=1.0)
        move_to(self, points_of(self, len(losses)) + move)
        return losses


@torch.enable_grad()
def hessian_of(gradients: Tensor, parameters: list[Tensor]) -> Tensor:
    """The Hessian of each row `[rows, dims, dims]`, zero where the gradients have no graph.

    Args:
        gradients: `[rows, dims]`.
        parameters: What they are derived by.
    """
    rows, dims = gradients.shape
    columns = []
    for i in range(dims):
        if not gradients.requires_grad:
            parts: tuple[Tensor | None, ...] = (None,) * len(parameters)
        else:
            parts = torch.autograd.grad(
                gradients[:, i].sum(), parameters, retain_graph=True, allow_unused=True
            )
        filled = (
            torch.zeros_like(p) if part is None else part for part, p in zip(parts, parameters, strict=True)
        )
        columns.append(torch.cat([part.reshape(rows, -1) for part in filled], dim=1))
    hessian = torch.stack(columns, dim=1).detach()
    return (hessian + hessian.mT) / 2.0
