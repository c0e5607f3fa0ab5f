"""Gradients that can be derived again, and what that costs."""

import torch
from torch import Tensor

from landscape_lab.optimizers.problem import Problem


class Products:
    """Counts Hessian-vector products: each is one gradient that flows back into a gradient."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, gradient: Tensor) -> None:
        self.number += 1


class GraphBackward:
    """Losses and a gradient that can be derived again: `create_graph=True` without its reference cycle.

    Args:
        problem: What is evaluated.
        products: Counts every product of the Hessian with a vector.
    """

    def __init__(self, problem: Problem, products: Products) -> None:
        self.problem = problem
        self.products = products

    def __call__(self) -> Tensor:
        """The losses `[members]`, detached."""
        parameters = [parameter for parameter in self.problem.parameters() if parameter.requires_grad]
        with torch.enable_grad():
            losses = self.problem()
            gradients = torch.autograd.grad(losses.sum(), parameters, create_graph=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        # a product flows back into the gradients of all parameters at once: one of them counts
        if gradients[0].requires_grad:
            gradients[0].register_hook(self.products)
        return losses.detach()
