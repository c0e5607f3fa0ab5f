"""What changes while shapes are learned: a pure function of how far the run is, from 0 to 1, the end."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import FunctionCtx

from landscape_lab.landscapes.shapes.shape import Shapes

HARD = 0.8
"""The share of a run after which edges are hard. Later costs more: the last steps have to learn with them."""

TEMPERATURES = 0.01, 0.001
"""In which depths are told at the beginning and at the end of a run; at first all lie between 0 and 1."""


def temperature(progress: float) -> float:
    """How near in depth two shapes have to be to hide each other both; its logarithm falls evenly.

    >>> temperature(0.0), round(temperature(0.5), 4), round(temperature(1.0), 4)
    (0.01, 0.0032, 0.001)
    """
    begin, end = TEMPERATURES
    return begin * (end / begin) ** progress


def hardness(progress: float) -> float:
    """How near edges are to their end: 0, as soft as is learned, to 1, one pixel wide.

    >>> hardness(0.0), hardness(0.4), hardness(0.9)
    (0.0, 0.5, 1.0)
    """
    return min(1.0, progress / HARD)


class Bounded(torch.autograd.Function):
    """A number cut to 0…1, and of its slope what leads back there: so none is stuck outside."""

    @staticmethod
    def forward(number: Tensor) -> Tensor:
        return number.clamp(0, 1)

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: FunctionCtx, slope: Tensor) -> Tensor:
        (number,) = ctx.saved_tensors  # type: ignore[attr-defined]
        leads_out = ((number <= 0) & (slope > 0)) | ((number >= 1) & (slope < 0))
        return slope.masked_fill(leads_out, 0)


def bounded(shapes: Shapes, background: Tensor) -> tuple[Shapes, Tensor]:
    """The same with colours cut to 0…1 before one shape hides another, as every program cuts them."""
    return shapes._replace(colour=Bounded.apply(shapes.colour)), Bounded.apply(background)


def hardened(shapes: Shapes, share: float, longer: int) -> Shapes:
    r"""The shapes with edges between those that they have and ±½ pixel, in the logarithm.

    The edge of a shape is 2 / g wide in its own radius. A step of that radius moves the boundary by the
    harmonic mean of the half-axes, on average over an ellipse, :math:`h = 2 / (|A_1| + |A_2|)` with the rows
    of A; so it is a pixel wide where :math:`g = 2 h` longer.
    Colours are cut to 0…1, as those of polygons are. No edge is wider than its shape, g ≥ 1: one that is
    not born yet stays invisible.

    Args:
        shapes: Any.
        share: 0, as they are, to 1, hard.
        longer: Pixels along the longer side of the picture.
    """
    if share == 0:
        return shapes
    hard = (4 * longer / shapes.matrix.norm(dim=2).sum(1)).clamp(min=1)
    sharpness = torch.lerp(shapes.sharpness.log(), hard.log(), share).exp()
    return shapes._replace(sharpness=sharpness, colour=Bounded.apply(shapes.colour))


def ordered(shapes: Shapes, depth: Float[Tensor, " shapes"], progress: float) -> Shapes:
    """The shapes with their depths in units of the temperature; at the end sorted, the front first."""
    if progress < 1:
        return shapes._replace(depth=depth / temperature(progress))
    front_first = depth.argsort(stable=True)
    return shapes.map(lambda kind: kind.index_select(0, front_first))
