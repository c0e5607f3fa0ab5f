r"""Shapes that hide each other as SVG: polygons from the back to the front, at any size.

A soft edge is several polygons, one within the other. If α_k is the opacity that is wanted within the k-th,
its own is (α_k - α_{k-1}) / (1 - α_{k-1}), since polygons of one colour cover what is left of what is behind.
"""

import math
from collections.abc import Iterator
from operator import itemgetter

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.outlines import OUTLINES, Outline
from landscape_lab.landscapes.shapes.shape import Shapes

CORNERS = 96
"""Of a polygon that stands for a smooth outline; those of all primitives are among its angles."""
SHARP = 1.6
"""Pixels: an edge no wider is one polygon, whose own edge any program smooths."""
MOST = 8
"""Polygons of one soft edge. More are no better: programs round each to a byte as they lay it down."""
APART = 1.5
"""Pixels of a soft edge for each of its polygons."""
LEAST = 1 / 24
"""Opacity for each polygon of a soft edge: programs round what fainter ones add."""
FAINT = 0.5 / 255
"""An opacity that changes no byte."""
STOPS = 17
"""Colours along a gradient. Each is cut to 0…1, so between few of them a gradient would bend."""


def why_not(model: str, brushed: bool) -> str | None:
    """What speaks against an SVG of some shapes, in words; `None`: nothing.

    >>> why_not("sum", brushed=False)
    'SVG has no sums of colours, only what hides what is behind it: model=over'
    """
    if model != "over":
        return "SVG has no sums of colours, only what hides what is behind it: model=over"
    if brushed:
        return "SVG has no brush: texture=flat or gradient"
    return None


def svg_of(
    shapes: Shapes,
    background: Float[Tensor, " channels"],
    size: tuple[int, int],
    primitive: str = "blob",
) -> str:
    """An SVG document of shapes in `over`.

    Args:
        shapes: The first in front; with one colour or with a gradient, without a brush.
        background: The colour behind all.
        size: Height and width in pixels, which tell how many polygons a soft edge needs; the document
            itself may be shown at any size.
        primitive: What they are made of.
    """
    height, width = size
    shapes, background = shapes.map(lambda kind: kind.detach().double().cpu()), background.detach().cpu()
    drawn = [
        line
        for number in reversed(range(len(shapes.centre)))
        for line in _shape(shapes.map(itemgetter(number)), number, size, OUTLINES[primitive])
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
    )
    ground = f'<rect width="{width}" height="{height}" fill="{_colour(background)}"/>'
    return "\n".join([head, ground, *drawn, "</svg>"]) + "\n"


def _shape(shape: Shapes, number: int, size: tuple[int, int], outline: Outline) -> Iterator[str]:
    """The elements of one shape, all of whose tensors are without their first dimension."""
    strength = min(1.0, float(shape.strength))
    numbers = torch.cat([kind.flatten() for kind in shape if kind is not None])
    if strength < FAINT or not bool(numbers.isfinite().all()) or not float(torch.linalg.det(shape.matrix)):
        return
    axes = torch.linalg.inv(shape.matrix) * max(size)  # from the own frame to pixels
    width = 2 / float(shape.sharpness) * float(axes.det().abs().sqrt())
    rings = 1 if width <= SHARP else min(MOST, math.ceil(width / APART), math.ceil(strength / LEAST))
    fill, below = _colour(shape.colour), 0.0
    if shape.slope is not None:
        fill = f"url(#g{number})"
        yield _gradient(shape, number, max(size))
    for ring in range(1, rings + 1):
        alpha = strength * ring / rings
        own = (alpha - below) / (1 - below) if below < 1 else 0.0
        points = _ring(shape, axes, _level((ring - 0.5) / rings) / float(shape.sharpness), outline)
        if own >= FAINT and (places := _within(points + shape.centre * max(size), size)):
            yield f'<polygon points="{places}" fill="{fill}" fill-opacity="{own:.4g}"/>'
        below = alpha


def _level(share: float) -> float:
    """Where smoothstep reaches a share of 1: the level e of t² (3 - 2t) = share, t = ½ + ½ e.

    >>> _level(0.5)
    0.0
    """
    return -2 * math.sin(math.asin(1 - 2 * share) / 3) + 0.0


def _ring(shape: Shapes, axes: Tensor, inwards: float, outline: Outline) -> Float[Tensor, "corners 2"]:
    """The outline in pixels around the centre, moved inwards by so much in the shape's own radius."""
    angles = torch.arange(CORNERS, dtype=torch.float64) * (2 * math.pi / CORNERS)
    turns = torch.arange(1, len(shape.cosines) + 1, dtype=torch.float64)[:, None] * angles
    direction = torch.stack([angles.cos(), angles.sin()])
    radius = outline.radius(*direction) + shape.cosines @ turns.cos() + shape.sines @ turns.sin()
    return (axes @ (direction * (radius - inwards).clamp(min=0))).T


def _within(points: Float[Tensor, "corners 2"], size: tuple[int, int]) -> str:
    """Corners as SVG writes them; nothing where all lie in one place, or beside the picture."""
    low, high = points.amin(0), points.amax(0)
    corner = points.new_tensor([size[1], size[0]])
    if bool((high - low < 1e-2).all() or (high < 0).any() or (low > corner).any()):
        return ""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points.tolist())


def _gradient(shape: Shapes, number: int, longer: int) -> str:
    """The colour c + C (X, Y) along its main direction, as a gradient.

    SVG changes all channels along one line. So C, channels × 2, is replaced by the nearest matrix of
    rank 1, u s vᵀ by its singular values: the colour changes by u s along v · (X, Y).
    """
    left, singular, right = torch.linalg.svd(shape.slope, full_matrices=False)
    along, change = right[0], left[:, 0] * singular[0]
    reach = 1 + float(torch.hypot(shape.cosines, shape.sines).sum() + 1 / shape.sharpness)
    line = shape.matrix.T @ along
    line = line / line.square().sum() * reach * longer
    ends = torch.cat([shape.centre * longer - line, shape.centre * longer + line]).tolist()
    stops = "".join(
        f'<stop offset="{share:g}" stop-color="{_colour(shape.colour + (2 * share - 1) * reach * change)}"/>'
        for share in torch.linspace(0, 1, STOPS).tolist()
    )
    places = 'x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}"'.format(*ends)
    return f'<linearGradient id="g{number}" gradientUnits="userSpaceOnUse" {places}>{stops}</linearGradient>'


def _colour(colour: Float[Tensor, " channels"]) -> str:
    """A colour, or a grey, cut to 0…1."""
    channels = (255 * colour.nan_to_num().clamp(0, 1)).round().int().expand(3).tolist()
    return "#" + "".join(f"{channel:02x}" for channel in channels)
