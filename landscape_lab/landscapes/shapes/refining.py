"""Shapes of `over` made ready for SVG: what a program draws comes near to the target again.

A program cuts the colours of each shape to 0…1 and averages over the area of each pixel, whereas a run sees
any colours, at the centres of pixels. A few more steps see what the program will: bounded colours, and the
mean over the quarters of each pixel.
"""

from collections.abc import Mapping
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from landscape_lab.landscapes.shapes.coordinates import Painted
from landscape_lab.landscapes.shapes.landscape import ShapesLandscape
from landscape_lab.landscapes.shapes.rendering import render
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.target import rmse
from landscape_lab.landscapes.shapes.textures import COLOUR

LR = 0.01
"""Of Adam, at the first step; it falls to 0."""


def refined(landscape: ShapesLandscape, member: int, steps: int) -> tuple[Shapes, Tensor]:
    """The shapes of a member, and their background, after some steps towards the target as SVG shows it.

    Args:
        landscape: Of `over`; it stays as it is.
        member: Whose shapes.
        steps: How many; each costs that of a picture with four times the pixels.

    Raises:
        ValueError: The shapes do not hide each other, so there is no SVG of them.
    """
    if not isinstance(landscape.coordinates, Painted) or landscape.model != "over":
        raise ValueError(
            f"Only shapes that hide each other can be refined: model=over. Found {landscape.model}."
        )
    coordinates = replace(landscape.coordinates, colours="bounded")
    numbers = _within(landscape.state_of(member))
    optimizer = torch.optim.Adam([each.requires_grad_() for each in numbers.values()], LR, betas=(0.85, 0.98))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps))
    height, width = landscape.target.shape[1:]
    with torch.enable_grad():
        for _ in range(steps):
            shapes, background = coordinates.shapes(numbers)
            fine = render(shapes, (2 * height, 2 * width), "over", background, primitive=landscape.primitive)
            optimizer.zero_grad()
            rmse(F.avg_pool2d(fine[None], 2)[0], landscape.target).backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        return coordinates.shapes(numbers)


def _within(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A copy with colours in 0…1, so that none has a long way back from outside."""
    numbers = {kind: each.clone() for kind, each in state.items()}
    for kind in ("colour", "background"):
        numbers[kind].clamp_(0, 1 / COLOUR)
    return numbers
