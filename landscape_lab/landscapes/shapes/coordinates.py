"""What an optimizer moves, and the shapes that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.annealing import hardened, hardness, ordered
from landscape_lab.landscapes.shapes.shape import Shapes, affine
from landscape_lab.landscapes.shapes.textures import fields, smooth

Numbers = Mapping[str, Tensor]
"""The numbers of all shapes by kind, `[shapes, …]` each."""
EDGE = 16.0
"""How steep the edge of the seed's shapes is."""
WAVES = 0.1
"""What the seed's Fourier weights are multiplied by."""
RADIUS = 0.53
"""Of a shape at the start of `over`, as a share of the distance at which so many would cover the picture."""
SOFT = 2.0
"""How steep edges are at the start of `over`."""


class Coordinates(Protocol):
    """Numbers of several kinds, and the shapes that they stand for."""

    def begin(
        self, target: Float[Tensor, "channels height width"], random: torch.Generator
    ) -> dict[str, Tensor]:
        """Where a descent begins."""

    def shapes(self, numbers: Numbers, progress: float = 1.0) -> tuple[Shapes, Tensor | None]:
        """The shapes and the background of the picture; before the end of a run, as its steps see them."""


@dataclass(frozen=True)
class Seed:
    r"""The notebook's: centre 3σ(n) - 1, radius σ(-3n), scales 4σ(n), angle π n, colour tanh(n).

    The radius r and the scales act by (sx / r, sy / r) alone. Colours, rotations and Fourier weights begin at
    0, all else at random. So a picture begins black, and about three quarters of the centres lie outside it.

    Args:
        number: Of shapes.
        harmonics: Of their outlines.
    """

    number: int
    harmonics: int

    def begin(
        self, target: Float[Tensor, "channels height width"], random: torch.Generator
    ) -> dict[str, Tensor]:
        """Numbers of a standard normal distribution, and zeros."""
        drawn = {"centre": (2,), "radius": (), "scale": (2,)}
        zero = {
            "rotation": (),
            "cosines": (self.harmonics,),
            "sines": (self.harmonics,),
            "colour": (len(target),),
        }
        return {
            **{kind: torch.randn(self.number, *shape, generator=random) for kind, shape in drawn.items()},
            **{kind: torch.zeros(self.number, *shape) for kind, shape in zero.items()},
        }

    def shapes(self, numbers: Numbers, progress: float = 1.0) -> tuple[Shapes, None]:
        """On black."""
        radius = (-3 * numbers["radius"]).sigmoid()
        scale = 4 * numbers["scale"].sigmoid() / radius.unsqueeze(1)
        ones = torch.ones_like(radius)
        return Shapes(
            centre=3 * numbers["centre"].sigmoid() - 1,
            matrix=affine(torch.pi * numbers["rotation"], scale),
            cosines=WAVES * numbers["cosines"],
            sines=WAVES * numbers["sines"],
            sharpness=EDGE * ones,
            strength=ones,
            colour=numbers["colour"].tanh(),
        ), None


@dataclass(frozen=True)
class Painted:
    r"""Coordinates for shapes that hide each other, in which one learning rate suits every kind.

    Their units are such that a rate of 0.05, which an adaptive optimizer makes of each number in a step,
    moves centres by 0.006 of the picture, angles, logarithms of radii and of softness by 0.06, colours by
    0.02. With the numbers n of each kind: centre σ(n / 2) of the picture's width and height, half-axes
    exp(1.2 n), opacity σ(2 n), colour 0.4 n.

    Args:
        number: Of shapes, the first in front.
        harmonics: Of their outlines.
        size: Height and width of the picture, in pixels.
        texture: One of `textures.TEXTURES`.
        edges: `soft`, or `hard`.
        order: `given`, that of the shapes, or `learned`.
    """

    number: int
    harmonics: int
    size: tuple[int, int]
    texture: str = "flat"
    edges: str = "soft"
    order: str = "given"

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the picture, the longer side 1."""
        height, width = self.size
        return width / max(self.size), height / max(self.size)

    def begin(
        self, target: Float[Tensor, "channels height width"], random: torch.Generator
    ) -> dict[str, Tensor]:
        """Discs at random places, in the colours of the target there, on its mean colour."""
        places = torch.rand(self.number, 2, generator=random)
        radius = RADIUS * (self.extent[0] * self.extent[1] / self.number) ** 0.5
        width, height = (max(1, round(side / radius / 2)) for side in self.extent)
        blurred = F.adaptive_avg_pool2d(target, (height, width))
        grid = 2 * places[None, None] - 1
        colours = F.grid_sample(blurred[None], grid, padding_mode="border", align_corners=False)[0, :, 0].T
        return {
            "centre": 2 * places.clamp(1e-3, 1 - 1e-3).logit(),
            "rotation": torch.zeros(self.number),
            "scale": torch.full((self.number, 2), radius).log() / 1.2,
            "cosines": torch.zeros(self.number, self.harmonics),
            "sines": torch.zeros(self.number, self.harmonics),
            "softness": torch.full((self.number,), SOFT).log() / 1.2,
            "opacity": torch.zeros(self.number),
            "colour": colours / 0.4,
            **({"depth": torch.linspace(0, 1, self.number) / 0.12} if self.order == "learned" else {}),
            **smooth(self.texture, self.number, len(target), places),
            "background": target.mean(dim=(1, 2)) / 0.4,
        }

    def shapes(self, numbers: Numbers, progress: float = 1.0) -> tuple[Shapes, Tensor]:
        """On a background of one colour."""
        extent = numbers["centre"].new_tensor(self.extent)
        slope, brush = fields(numbers)
        half_axes = numbers["scale"]
        if brush is not None:
            half_axes = half_axes.sort(1, descending=True).values  # a brush is drawn along the major axis
        shapes = Shapes(
            centre=extent * (numbers["centre"] / 2).sigmoid(),
            matrix=affine(1.2 * numbers["rotation"], (-1.2 * half_axes).exp()),
            cosines=1.2 * WAVES * numbers["cosines"],
            sines=1.2 * WAVES * numbers["sines"],
            sharpness=(1.2 * numbers["softness"]).exp(),
            strength=(2 * numbers["opacity"]).sigmoid(),
            colour=0.4 * numbers["colour"],
            slope=slope,
            brush=brush,
        )
        if self.edges == "hard":
            shapes = hardened(shapes, hardness(progress), max(self.size))
        if self.order == "learned":
            shapes = ordered(shapes, 0.12 * numbers["depth"], progress)
        return shapes, 0.4 * numbers["background"]
