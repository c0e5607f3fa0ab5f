"""What a shape is, and the frame in which it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Shapes(NamedTuple):
    r"""Smooth closed shapes, row s of every tensor for shape s; in `over` the first is the front.

    A place p of the picture has in the shape's own frame the coordinates :math:`(X, Y) = A (p - c)`,
    the radius :math:`\rho = \sqrt{X^2 + Y^2}` and the angle :math:`\theta = atan2(Y, X)`. The
    boundary lies at :math:`\rho = 1 + F(\theta)`, with :math:`F = \sum_m a_m \cos m\theta + b_m \sin
    m\theta`, and the level is :math:`e = g (1 + F - \rho)`: 0 on the boundary, positive inside. Other
    primitives have a radius :math:`B(\theta)` in place of the 1.

    Places are measured in the longer side of the picture: x right, y down, (0, 0) the upper left
    corner, the longer side ends at 1. The centre of pixel (column i, row j) lies at (i + ½, j + ½)
    / longer side, as in the notebook of the seed. So shapes belong to no number of pixels.

    Args:
        centre: c, `[shapes, 2]`, (x, y).
        matrix: A, `[shapes, 2, 2]`, from the picture to the own frame; its inverse holds the axes.
        cosines: a, `[shapes, harmonics]`, for m = 1, 2, … A shape without harmonics is an ellipse.
        sines: b, `[shapes, harmonics]`.
        sharpness: g > 0, `[shapes]`. The edge of `over` is 2 / g wide, in the shape's radius.
        strength: `[shapes]`; in `over` the opacity, 0 … 1; elsewhere a factor of the shape.
        colour: `[shapes, channels]`, at the centre.
        slope: `[shapes, channels, 2]`, what the colour gains along X and along Y; None: one colour.
        brush: `[shapes, 8]`, what the strength is multiplied by, see `brush`; None: by nothing.
        depth: `[shapes]`, in units of a temperature, see `depth`; None: shapes lie in the order of rows.
    """

    centre: Float[Tensor, "shapes 2"]
    matrix: Float[Tensor, "shapes 2 2"]
    cosines: Float[Tensor, "shapes harmonics"]
    sines: Float[Tensor, "shapes harmonics"]
    sharpness: Float[Tensor, " shapes"]
    strength: Float[Tensor, " shapes"]
    colour: Float[Tensor, "shapes channels"]
    slope: Float[Tensor, "shapes channels 2"] | None = None
    brush: Float[Tensor, "shapes numbers"] | None = None
    depth: Float[Tensor, " shapes"] | None = None

    @classmethod
    def of(cls, values: Sequence[Tensor | None]) -> Shapes:
        """The shapes of these fields, in their order; those that may be None, are last."""
        return cls(*values)  # type: ignore[arg-type]  # which are None, is known when it runs

    def map(self, change: Callable[[Tensor], Tensor]) -> Shapes:
        """The shapes with every tensor changed."""
        return Shapes.of([None if kind is None else change(kind) for kind in self])


def affine(
    rotation: Float[Tensor, " shapes"], scale: Float[Tensor, "shapes 2"]
) -> Float[Tensor, "shapes 2 2"]:
    r"""The matrices :math:`A = diag(s_x, s_y) \, Rot(\varphi)` of shapes with half-axes 1 / s.

    Args:
        rotation: φ, radians.
        scale: s, own radii in the longer side of the picture; of the seed (sx / r, sy / r).

    >>> affine(torch.tensor([torch.pi / 2]), torch.tensor([[2.0, 4.0]])).round().abs()
    tensor([[[0., 2.],
             [4., 0.]]])
    """
    cos, sin = rotation.cos(), rotation.sin()
    turn = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    return scale.unsqueeze(2) * turn
