"""What an optimizer moves, and the shapes that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.shapes.annealing import bounded, hardened, hardness, ordered
from landscape_lab.landscapes.shapes.placing import Wanted, wanted
from landscape_lab.landscapes.shapes.shape import Shapes, affine
from landscape_lab.landscapes.shapes.textures import COLOUR, fields, smooth

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
UNBORN = -6.0
"""The `scale` of a shape that is not born yet: so small that it covers no pixel."""
ANGLE, SCALE, OPACITY, DEPTH = 1.2, 2.4, 4.0, 0.12
"""The units of `Painted`; that of colours is `textures.COLOUR`."""


@runtime_checkable
class Coordinates(Protocol):
    """Numbers of several kinds, and the shapes that they stand for.

    Attributes:
        variety: By kind, how much more shapes that are tried out differ than those of a start.
        absent: Numbers by kind, all others 0, of a shape too small to be seen.
    """

    variety: ClassVar[Mapping[str, float]]
    absent: ClassVar[Mapping[str, float]]

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
    variety: ClassVar[Mapping[str, float]] = {"rotation": 1.0, "colour": 0.5}
    absent: ClassVar[Mapping[str, float]] = {"radius": 5.0}

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
    moves centres by 0.006 of the picture, angles by 0.06, logarithms of radii and of softness by 0.12,
    colours by 0.04. With the numbers n of each kind: centre σ(n / 2) of the picture's width and height, angle
    1.2 n, half-axes and sharpness exp(2.4 n), opacity σ(4 n), colour 0.8 n, depth 0.12 n.

    Args:
        number: Of shapes, the first in front.
        harmonics: Of their outlines.
        size: Height and width of the picture, in pixels.
        texture: One of `textures.TEXTURES`.
        edges: `soft`, or `hard`.
        hiding: Whether they hide each other; else they add up, and have no opacity.
        order: `given`, that of the shapes, or `learned`.
        colours: `free`, or `bounded` to 0…1.
    """

    number: int
    harmonics: int
    size: tuple[int, int]
    texture: str = "flat"
    edges: str = "soft"
    hiding: bool = True
    order: str = "given"
    colours: str = "free"
    variety: ClassVar[Mapping[str, float]] = {"rotation": 1.0, "scale": 0.25}
    absent: ClassVar[Mapping[str, float]] = {"scale": UNBORN, "centre": -20.0}

    @property
    def annealed(self) -> bool:
        """Whether steps see other shapes than there are at the end."""
        return self.edges == "hard" or self.order == "learned"

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the picture, the longer side 1."""
        height, width = self.size
        return width / max(self.size), height / max(self.size)

    def begin(
        self, target: Float[Tensor, "channels height width"], random: torch.Generator
    ) -> dict[str, Tensor]:
        """Discs at random places, in the colours of the target there, on its mean colour."""
        mean = target.mean(dim=(1, 2))
        places = torch.rand(self.number, 2, generator=random)
        paint = target if self.hiding else target - mean[:, None, None]
        width, height = (max(1, round(side / self.radius / 2)) for side in self.extent)
        blurred = F.adaptive_avg_pool2d(paint, (height, width))
        grid = 2 * places[None, None] - 1
        colours = F.grid_sample(blurred[None], grid, padding_mode="border", align_corners=False)[0, :, 0].T
        discs = Wanted(places, places.new_full((self.number, 2), self.radius), 0 * places[:, 0], colours)
        depth = {"depth": torch.linspace(0, 1, self.number) / DEPTH} if self.order == "learned" else {}
        return {**self._numbers(discs), **depth, "background": mean / COLOUR}

    @property
    def radius(self) -> float:
        """Of a typical shape, in the longer side of the picture."""
        return RADIUS * (self.extent[0] * self.extent[1] / self.number) ** 0.5

    def newborn(
        self,
        target: Float[Tensor, "channels height width"],
        picture: Float[Tensor, "channels height width"],
        number: int,
    ) -> dict[str, Tensor]:
        """Ellipses where a picture is far from the target, in the colours that are wanted there."""
        residual = target - picture
        paint = target if self.hiding else residual.nan_to_num()
        return self._numbers(wanted(residual, paint, number, self.radius))

    def _numbers(self, ellipses: Wanted) -> dict[str, Tensor]:
        """The numbers of ellipses of one colour, half transparent."""
        places, half_axes, angles, colours = ellipses
        number, channels = colours.shape
        opacity = {"opacity": places.new_zeros(number)} if self.hiding else {}
        return {
            "centre": 2 * places.clamp(1e-3, 1 - 1e-3).logit(),
            "rotation": angles / ANGLE,
            "scale": half_axes.log() / SCALE,
            "cosines": places.new_zeros(number, self.harmonics),
            "sines": places.new_zeros(number, self.harmonics),
            "softness": places.new_full((number,), SOFT).log() / SCALE,
            **opacity,
            "colour": colours / COLOUR,
            **smooth(self.texture, number, channels, places),
        }

    def shapes(self, numbers: Numbers, progress: float = 1.0) -> tuple[Shapes, Tensor]:
        """On a background of one colour."""
        extent, angle = numbers["centre"].new_tensor(self.extent), ANGLE * numbers["rotation"]
        slope, brush = fields(numbers)
        half_axes = numbers["scale"]
        if brush is not None:
            half_axes = half_axes.sort(1, descending=True).values  # a brush is drawn along the major axis
        shapes = Shapes(
            centre=extent * (numbers["centre"] / 2).sigmoid(),
            matrix=affine(angle, (-SCALE * half_axes).exp()),
            cosines=SCALE * WAVES * numbers["cosines"],
            sines=SCALE * WAVES * numbers["sines"],
            sharpness=(SCALE * numbers["softness"]).exp(),
            strength=(OPACITY * numbers["opacity"]).sigmoid() if self.hiding else torch.ones_like(angle),
            colour=COLOUR * numbers["colour"],
            slope=slope,
            brush=brush,
        )
        background = COLOUR * numbers["background"]
        if self.edges == "hard":
            shapes = hardened(shapes, hardness(progress), max(self.size))
        if self.colours == "bounded":
            shapes, background = bounded(shapes, background)
        if self.order == "learned":
            shapes = ordered(shapes, DEPTH * numbers["depth"], progress)
        return shapes, background
