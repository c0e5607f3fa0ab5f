"""The plain formulas in bounded memory, differentiable twice: some pixels at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.formulas import Formula, picture
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import Grid

VALUES_AT_ONCE = 2**17
"""Pixels × shapes of one part: some 80 arrays of 0.5 MB in float32, with the second derivative."""


def parts(grid: Grid, like: Tensor, shapes: int) -> Iterator[tuple[slice, Float[Tensor, "2 n"]]]:
    """Pixels in rows, some at a time, and the places of their centres."""
    at_once = max(1, VALUES_AT_ONCE // max(1, shapes))
    count = grid.height * grid.width
    for begin in range(0, count, at_once):
        part = slice(begin, min(begin + at_once, count))
        pixel = torch.arange(part.start, part.stop, device=like.device)
        row = pixel // grid.width
        yield part, (torch.stack([pixel - row * grid.width, row]).to(like) + 0.5) / grid.longer


class Plain(torch.autograd.Function):
    """The picture; its backward pass computes each part anew, so no part is kept."""

    @staticmethod
    def forward(ctx, formula: Formula, grid: Grid, background: Tensor, *parameters: Tensor | None) -> Tensor:
        """Part by part."""
        ctx.formula, ctx.grid = formula, grid
        ctx.save_for_backward(background, *parameters)
        shapes = Shapes.of(parameters)
        found = background.new_empty(len(background), grid.height * grid.width)
        for part, places in parts(grid, background, len(shapes.centre)):
            found[:, part] = picture(formula, places, background, shapes)
        return found.view(-1, grid.height, grid.width)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Differentiable once more."""
        return None, None, *Gradients.apply(ctx.formula, ctx.grid, gradient, *ctx.saved_tensors)


class Gradients(torch.autograd.Function):
    """The gradients of background and parameters, from that of the picture."""

    @staticmethod
    def forward(
        ctx, formula: Formula, grid: Grid, gradient: Tensor, *parameters: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        """The sum over all parts."""
        ctx.formula, ctx.grid = formula, grid
        ctx.save_for_backward(gradient, *parameters)
        given = gradient.flatten(1)

        def derive(part: slice, places: Tensor, free: Sequence[Tensor]) -> Sequence[Tensor | None]:
            drawn = picture(formula, places, *_filled(parameters, free))
            return torch.autograd.grad(drawn, free, given[:, part], allow_unused=True)

        found = iter(_summed(grid, parameters, derive))
        return tuple(None if one is None else next(found) for one in parameters)

    @staticmethod
    def backward(ctx, *vectors: Tensor | None) -> tuple[Tensor | None, ...]:
        """The vectors times the derivative of the gradients."""
        found = Gradients._products(ctx, vectors)
        if torch.is_grad_enabled():
            given = [one for one in found if one is not None]
            last = iter(Last.apply(len(given), *given, *ctx.saved_tensors))
            found = [None if one is None else next(last) for one in found]
        return None, None, *found

    @staticmethod
    def _products(ctx, vectors: Sequence[Tensor | None]) -> list[Tensor | None]:
        """The same, part by part."""
        gradient, *parameters = ctx.saved_tensors
        second = torch.zeros_like(gradient).flatten(1)
        given = gradient.flatten(1)

        def derive(part: slice, places: Tensor, free: Sequence[Tensor]) -> Sequence[Tensor | None]:
            weight = given[:, part].detach().requires_grad_()
            drawn = picture(ctx.formula, places, *_filled(parameters, free))
            firsts = torch.autograd.grad(drawn, free, weight, create_graph=True, allow_unused=True)
            asked = [vector for vector, one in zip(vectors, parameters, strict=True) if one is not None]
            total = torch.zeros_like(weight).sum()
            for first, vector in zip(firsts, asked, strict=True):
                if first is not None and vector is not None:
                    total = total + (first * vector).sum()
            *found, of_weight = torch.autograd.grad(total, [*free, weight], allow_unused=True)
            second[:, part] = 0 if of_weight is None else of_weight
            return found

        found = iter(_summed(ctx.grid, parameters, derive))
        return [second.view_as(gradient), *(None if one is None else next(found) for one in parameters)]


class Last(torch.autograd.Function):
    """Tensors that refuse to be derived: `once_differentiable` would overlook what they depend on."""

    @staticmethod
    def forward(ctx, count: int, *tensors: Tensor | None) -> tuple[Tensor | None, ...]:
        """The first `count` tensors as they are; they depend on the others."""
        return tensors[:count]

    @staticmethod
    def backward(ctx, *gradients: Tensor) -> tuple[Tensor, ...]:
        """Refused."""
        raise RuntimeError("Shapes are differentiable twice, not three times.")


def _filled(parameters: Sequence[Tensor | None], free: Sequence[Tensor]) -> tuple[Tensor, Shapes]:
    """Background and shapes; those that exist come from `free`."""
    values = iter(free)
    background, *rest = (None if one is None else next(values) for one in parameters)
    assert background is not None
    return background, Shapes.of(rest)


Derive = Callable[[slice, Tensor, Sequence[Tensor]], Sequence[Tensor | None]]


def _summed(grid: Grid, parameters: Sequence[Tensor | None], derive: Derive) -> list[Tensor]:
    """What `derive` gives for every existing parameter, summed over all parts of the picture."""
    free = [one.detach().requires_grad_() for one in parameters if one is not None]
    sums = [torch.zeros_like(one) for one in free]
    for part, places in parts(grid, free[0], len(free[1])):
        with torch.enable_grad():
            found = derive(part, places, free)
        for total, more in zip(sums, found, strict=True):
            if more is not None:
                total += more
    return [total.detach() for total in sums]
