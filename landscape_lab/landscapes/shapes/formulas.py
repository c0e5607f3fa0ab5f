r"""The models: how shapes become a picture.

With the level e of a shape at a pixel (`Shapes`), its strength o and its colour c:

- `sum`: q = max(tanh e, 0), picture = background + Σ o c q². With g = 16 and o = 1 that is the
  notebook of the seed.
- `uncut`: picture = background + Σ o c tanh e, the formula in the seed's text: a shape takes away
  outside what it adds inside, so every pixel gives every shape a gradient.
- `weighted`: picture = (Σ o c q + ε b) / (Σ o q + ε), of the author's second post. The background b
  counts as a shape of the small weight ε everywhere, so that no pixel divides by 0.
- `over`: t = clamp(½ + ½ e, 0, 1), α = o t² (3 - 2t); front to back, each shape hides the part α of
  what is behind it, and the background is last.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.brush import density
from landscape_lab.landscapes.shapes.depth import through
from landscape_lab.landscapes.shapes.outlines import OUTLINES, Outline
from landscape_lab.landscapes.shapes.profiles import CUT_TANH, CUT_TANH_SQUARED, SMOOTHSTEP, TANH, Profile
from landscape_lab.landscapes.shapes.shape import Shapes

TINY = 1e-24
"""Added to ρ², so that the centre has a radius with a derivative."""


class Formula(NamedTuple):
    """A model and a primitive.

    Args:
        profile: How a level becomes coverage.
        occludes: A shape hides those behind it; else all are added.
        outline: The radius to which the Fourier sums are added.
    """

    profile: Profile
    occludes: bool
    outline: Outline = OUTLINES["blob"]


SUM = Formula(CUT_TANH_SQUARED, occludes=False)
UNCUT = Formula(TANH, occludes=False)
MEAN = Formula(CUT_TANH, occludes=False)
OVER = Formula(SMOOTHSTEP, occludes=True)


def levels(shapes: Shapes, places: Float[Tensor, "2 n"], base: Outline) -> tuple[Tensor, Tensor]:
    """Levels, `[shapes, n]`, and the own coordinates (X, Y), `[shapes, 2, n]`."""
    own = shapes.matrix @ (places - shapes.centre[:, :, None])
    x, y = own.unbind(1)
    square = x.square() + y.square()
    # At a shape's very centre no angle is better than another, but 0 / 0 is no derivative.
    angle = torch.atan2(y, torch.where(square == 0, torch.ones_like(x), x))
    outline = base.radius(angle.cos(), angle.sin()) - (square + TINY).sqrt()
    for m in range(1, shapes.cosines.shape[1] + 1):
        outline = outline + shapes.cosines[:, m - 1, None] * (m * angle).cos()
        outline = outline + shapes.sines[:, m - 1, None] * (m * angle).sin()
    return shapes.sharpness[:, None] * outline, own


def colours(shapes: Shapes, own: Float[Tensor, "shapes 2 n"]) -> Float[Tensor, "shapes channels #n"]:
    """The colour c, or c₀ + c_X X + c_Y Y."""
    if shapes.slope is None:
        return shapes.colour[:, :, None]
    return shapes.colour[:, :, None] + shapes.slope @ own


def picture(
    formula: Formula,
    places: Float[Tensor, "2 n"],
    background: Float[Tensor, " channels"],
    shapes: Shapes,
) -> Float[Tensor, "channels n"]:
    """The colour at some places, as the formula reads, in operations that autograd follows twice."""
    level, own = levels(shapes, places, formula.outline)
    cover = formula.profile.value(level) * shapes.strength[:, None]
    if shapes.brush is not None:
        cover = cover * density(own[:, 1], shapes.brush)
    paint = cover[:, None] * colours(shapes, own)
    if not formula.occludes:
        return background[:, None] + paint.sum(0)
    if shapes.depth is not None:
        seen, left = through(cover, shapes.depth)
        return (seen[:, None] * paint).sum(0) + left * background[:, None]
    paint, left = composite(paint, 1 - cover)
    return paint + left * background[:, None]


def composite(paint: Float[Tensor, "shapes channels n"], passed: Float[Tensor, "shapes n"]):
    r"""Paint and what is let through of all shapes, front to back.

    Two neighbours are one, :math:`(C_1 + T_1 C_2, T_1 T_2)`, so half as many remain, and so on.
    """
    while len(paint) > 1:
        if len(paint) % 2:
            paint = torch.cat([paint, torch.zeros_like(paint[:1])])
            passed = torch.cat([passed, torch.ones_like(passed[:1])])
        paint = paint[::2] + passed[::2, None] * paint[1::2]
        passed = passed[::2] * passed[1::2]
    return paint[0], passed[0]
