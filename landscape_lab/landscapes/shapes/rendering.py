"""From shapes to a picture."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.fast import Picture
from landscape_lab.landscapes.shapes.formulas import MEAN, OVER, SUM, UNCUT, Formula
from landscape_lab.landscapes.shapes.outlines import OUTLINES
from landscape_lab.landscapes.shapes.plain import Plain
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import Grid
from landscape_lab.validation import check_choice, refusal

MODELS = {"sum": SUM, "uncut": UNCUT, "weighted": MEAN, "over": OVER}
"""The models by name; see `formulas`."""
PLAINEST = {"primitive": "blob", "texture": "flat", "order": "given", "edges": "soft", "colours": "free"}
"""What shapes have that do not hide each other: the choices that only `over` has."""
FAINT = 1e-3
"""ε, the background's weight in `weighted`."""


def only_in_over(model: str, **choices: str) -> None:
    """Refuse what a model cannot draw.

    Raises:
        ValueError: The model is another than `over`, and a choice is not the plainest.

    >>> only_in_over("sum", primitive="blob", texture="gradient")
    Traceback (most recent call last):
    ValueError: Parameter `texture` should be flat where `model` is not over. Found `texture = gradient`.
    """
    for name, choice in choices.items():
        if model != "over" and choice != PLAINEST[name]:
            raise refusal(name, f"{PLAINEST[name]} where `model` is not over", choice)


def formula_of(model: str, primitive: str = "blob") -> Formula:
    """How shapes of a kind make a picture.

    Raises:
        ValueError: There is no such model or primitive.
    """
    check_choice("model", model, MODELS)
    check_choice("primitive", primitive, OUTLINES)
    return MODELS[model]._replace(outline=OUTLINES[primitive])


def render(
    shapes: Shapes,
    size: tuple[int, int],
    model: str = "over",
    background: Float[Tensor, " channels"] | None = None,
    *,
    primitive: str = "blob",
    plain: bool = False,
) -> Float[Tensor, "channels height width"]:
    """The picture of some shapes, differentiable in all of their numbers and in the background.

    Values are not clamped: those of `sum` may lie anywhere. The first derivative is computed by
    tiles; a second one (`create_graph=True`) by the plain formula, in bounded memory, and a warning
    says so. Numbers that are not finite give a picture that is not a number anywhere.

    Args:
        shapes: Any number of them, in one dtype, on one device.
        size: Height and width in pixels, 1 at least.
        model: `sum`, `uncut`, `weighted` or `over`.
        background: One number a channel; black by default.
        primitive: `blob`, a disc that the Fourier sum bends, `triangle`, `rectangle` or `stroke`;
            see `outlines`. What Fourier weights there are, bend the others as well.
        plain: Compute the formula as it reads, at every pixel of every shape, some hundred times
            slower. `uncut` always does.

    Returns:
        `[channels, height, width]`, row by row from above.

    Raises:
        ValueError: There is no such model or primitive.

    >>> disc = Shapes(
    ...     centre=torch.tensor([[0.5, 0.5]]),
    ...     matrix=torch.eye(2)[None] / 0.25,
    ...     cosines=torch.zeros(1, 8),
    ...     sines=torch.zeros(1, 8),
    ...     sharpness=torch.tensor([1000.0]),
    ...     strength=torch.ones(1),
    ...     colour=torch.tensor([[0.5]]),
    ... )
    >>> render(disc, (4, 4))
    tensor([[[0.0000, 0.0000, 0.0000, 0.0000],
             [0.0000, 0.5000, 0.5000, 0.0000],
             [0.0000, 0.5000, 0.5000, 0.0000],
             [0.0000, 0.0000, 0.0000, 0.0000]]])
    """
    formula = formula_of(model, primitive)
    if background is None:
        background = shapes.colour.new_zeros(shapes.colour.shape[1])
    if not torch.is_grad_enabled():
        background, shapes = background.detach(), shapes.map(Tensor.detach)
    draw = Plain if plain or model == "uncut" else Picture
    if model == "weighted":
        ground = torch.cat([background, background.new_ones(1)]) * FAINT
        weighed = _drawn(draw, formula, Grid(*size), ground, _weighed(shapes))
        return weighed[:-1] / weighed[-1:]
    return _drawn(draw, formula, Grid(*size), background, shapes)


def _drawn(
    draw: type[Plain | Picture], formula: Formula, grid: Grid, background: Tensor, shapes: Shapes
) -> Float[Tensor, "channels height width"]:
    """The picture, or one that is not a number anywhere."""
    health = torch.stack([kind.sum() for kind in (*shapes, background) if kind is not None]).sum()
    if not torch.isfinite(health):
        return (health * torch.nan).expand(len(background), grid.height, grid.width)
    return draw.apply(formula, grid, background, *shapes)


def _weighed(shapes: Shapes) -> Shapes:
    """The shapes with a channel more, 1 everywhere, whose sum is that of the weights."""
    colour = torch.nn.functional.pad(shapes.colour, (0, 1), value=1.0)
    slope = None if shapes.slope is None else torch.nn.functional.pad(shapes.slope, (0, 0, 0, 1))
    return shapes._replace(colour=colour, slope=slope)
