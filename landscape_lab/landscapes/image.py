"""A picture as a landscape: brightness is loss."""

from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from landscape_lab.landscapes.base import Axes, PointLandscape
from landscape_lab.landscapes.boundaries import Wall, make_boundary
from landscape_lab.landscapes.gradients import Evaluate, GivenGradient, make_gradient
from landscape_lab.landscapes.image_functions import as_function, map_differences, map_image
from landscape_lab.landscapes.pictures import find_picture, read_picture
from landscape_lab.landscapes.starts import as_starts, check_inside
from landscape_lab.validation import check_choice, check_number

INTERPOLATIONS = {"bilinear": 0, "bicubic": 2}
"""The ways to read between pixels, and their numbers in `torch.grid_sampler`."""
EDGES_REPEATED = 1
"""The number in `torch.grid_sampler` of padding with the edge's pixels."""


class ImageLandscape(PointLandscape):
    r"""Descend a picture: grey in [0, 1] is the loss, dark is low.

    Coordinates are (x right, y down) in [-1, 1]; the centre of the pixel (column, row) lies at
    :math:`x = (2\,column + 1) / width - 1`, and y alike.

    Args:
        image: A path, array, tensor or nested lists; see `read_picture`.
        start: Where members begin, `(x, y)` or `[members, 2]`. Integers are pixels (column, row), floats are coordinates.
        smoothing: Standard deviation of a Gaussian blur, in pixels; flat areas from compression would have no gradient.
        interpolation: How the loss is read between pixels, `bicubic` (Keys' kernel, a = -0.75) or `bilinear`; edges are repeated.
        gradient: `pixel`, the forward difference between pixels, interpolated halfway between them, times `scale`;
            `exact`, the derivative of the loss, twice differentiable; `forward` or `central`, differences of step `h`;
            `auto`, which the lab replaces by `exact` for an optimizer that needs it, and which is `pixel` here.
        scale: Multiplies the `pixel` gradient, so that learning rates look like those of networks.
        h: Step of the finite differences, in coordinates.
        boundary: Outside the picture: `hard`, a gradient of 0.003 × `scale` points back in; `soft`, one of `scale` × distance³;
            `freeze`, a member stays for good where it left; `reflect`, the picture is mirrored; `none`. The wall of `hard` and
            `soft` is part of the loss too, except under `pixel`, where the loss is always brightness.
        image_init: A function `[height, width] → [height, width]`, or its dotted path, that changes the picture once.
        gradient_init: One `[2, height + 1, width + 1] → the same` that changes the pictures of the `pixel` gradient once: the
            differences along x and along y between neighbours, edges repeated, before they are multiplied by `scale`.

    Raises:
        ValueError: A parameter is out of range or the picture cannot be used.
        FileNotFoundError: There is no such file.

    >>> landscape = ImageLandscape([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], start=(1, 0), smoothing=0)
    >>> landscape()
    tensor([0.5000], grad_fn=<GivenGradientBackward>)
    """

    pixels: Float[Tensor, "height width"]

    def __init__(
        self,
        image: Any,
        start: Any = (0.0, 0.0),
        smoothing: float = 2.0,
        interpolation: str = "bicubic",
        gradient: str = "pixel",
        scale: float = 100.0,
        h: float = 1e-3,
        boundary: str = "hard",
        image_init: Any = None,
        gradient_init: Any = None,
    ) -> None:
        check_number("smoothing", smoothing, low=0)
        check_number("scale", scale, positive=True)
        check_choice("interpolation", interpolation, INTERPOLATIONS)
        check_choice("gradient", gradient, ("pixel", "auto", "exact", "forward", "central"))
        if image_init is None and isinstance(image, str | PathLike):
            path = find_picture(Path(image)).absolute()
            pixels = _smoothed(path, path.stat().st_mtime_ns, smoothing)
        else:
            pixels = read_picture(image)
            if image_init is not None:
                pixels = map_image("image_init", as_function("image_init", image_init), pixels)
            pixels = smooth(pixels, smoothing)
        height, width = pixels.shape
        bounds = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
        starts = _normalised(start, width, height, bounds)
        mover, wall = make_boundary(boundary, starts, bounds, scale)
        rule: nn.Module
        if gradient in ("pixel", "auto"):
            rule, wall = PixelGradient(pixels, interpolation, scale, wall, gradient_init), None
        elif gradient_init is not None:
            raise ValueError(f"Parameter `gradient_init` should be used with `gradient = pixel`. Found `gradient = {gradient}`.")
        else:
            rule = make_gradient(gradient, 2, h)
        super().__init__(
            start=starts,
            bounds=bounds,
            gradient=rule,
            boundary=mover,
            wall=wall,
            minima=_darkest(pixels),
            axes=Axes(
                labels=("column", "row"),
                origin=(1.0 / width - 1.0, 1.0 / height - 1.0),
                unit=(2.0 / width, 2.0 / height),
                picture=True,
            ),
        )
        self.register_buffer("pixels", pixels, persistent=False)
        self.interpolation = interpolation
        self.scale = scale
        self.gradient_init = gradient_init

    def loss(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        if points.requires_grad:
            return interpolate(self.pixels, points, self.interpolation)
        mode = INTERPOLATIONS[self.interpolation]
        grid = points.to(self.pixels.dtype)[None, None]
        return torch.grid_sampler(self.pixels[None, None], grid, mode, EDGES_REPEATED, False).view(-1)


class PixelGradient(nn.Module):
    r"""The loss and the forward differences between pixels, sampled at once from textures made once.

    The difference `I[x+1] - I[x]` lives halfway between the two pixels, so its texture is read half a pixel aside. Interpolation
    is linear in the pixels: this is :math:`L(x + \tfrac12 px) - L(x - \tfrac12 px)`, but exactly 0 where the picture is flat.

    Args:
        pixels: `[height, width]`.
        interpolation: `bicubic` or `bilinear`.
        scale: Multiplies the gradient.
        wall: Its gradient is added outside the bounds.
        change: Changes the two textures of differences, before `scale`.
    """

    textures: Float[Tensor, "3 1 rows columns"]
    stretch: Float[Tensor, "2"]
    shifts: Float[Tensor, "3 1 1 2"]

    def __init__(
        self,
        pixels: Float[Tensor, "height width"],
        interpolation: str,
        scale: float,
        wall: Wall | None,
        change: Any = None,
    ) -> None:
        super().__init__()
        height, width = pixels.shape
        textures = _textures(pixels, scale) if change is None else _make_textures(pixels, scale, change)
        # Texture index = pixel index + 1, less half a pixel for a difference; coordinates are of a texture one pixel larger.
        size = torch.tensor([width, height], dtype=pixels.dtype)
        offsets = torch.tensor([[1.0, 1.0], [0.5, 1.0], [1.0, 0.5]], dtype=pixels.dtype)
        self.register_buffer("textures", textures.unsqueeze(1), persistent=False)
        self.register_buffer("stretch", size / (size + 1), persistent=False)
        self.register_buffer("shifts", ((size + 2 * offsets) / (size + 1) - 1).view(3, 1, 1, 2), persistent=False)
        self.mode = INTERPOLATIONS[interpolation]
        self.wall = wall

    def forward(self, evaluate: Evaluate, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """Losses whose backward pass returns the pixel gradient."""
        return GivenGradient.apply(points, *self.sample(evaluate, points.detach()))

    def sample(
        self,
        evaluate: Evaluate,
        points: Float[Tensor, "n 2"],
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        """Losses and their gradients, both detached."""
        buffers: Any = self._buffers  # as in `PointLandscape.backward`
        textures, stretch, shifts = buffers.values()
        grid = torch.addcmul(shifts, points, stretch)
        values = torch.grid_sampler(textures, grid, self.mode, EDGES_REPEATED, False).view(3, -1)
        losses, gradients = values[0], values[1:].T
        if self.wall is not None:
            gradients = self.wall.add_gradient(gradients, F.softshrink(points, 1.0))
        return losses, gradients


_KNOWN = WeakTensorKeyDictionary()
"""What was computed from pixels, as long as these are kept: the textures of each scale, and the darkest pixel."""


def _textures(pixels: Float[Tensor, "height width"], scale: float) -> Float[Tensor, "3 rows columns"]:
    """The textures of a picture, remembered: the jobs of a sweep share the pixels, and so their textures."""
    known: dict[float, Tensor] = _KNOWN.setdefault(pixels, {})
    if scale not in known:
        known[scale] = _make_textures(pixels, scale, None)
    return known[scale]


def _make_textures(pixels: Float[Tensor, "height width"], scale: float, change: Any) -> Float[Tensor, "3 rows columns"]:
    """The padded pixels, and their differences along x and y times `scale`."""
    padded = F.pad(pixels[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
    differences = torch.stack([padded[:-1, :].diff(dim=1), padded[:, :-1].diff(dim=0)])
    if change is not None:
        differences = map_differences("gradient_init", as_function("gradient_init", change), differences)
    return torch.cat([padded[:-1, :-1].unsqueeze(0), scale * differences])


@lru_cache(maxsize=2)
def _smoothed(path: Path, changed: int, sigma: float) -> Float[Tensor, "height width"]:
    """A file as it was when it was changed last, smoothed; kept, since the jobs of a sweep share it and only read it."""
    return smooth(read_picture(path), sigma)


def smooth(pixels: Float[Tensor, "height width"], sigma: float) -> Float[Tensor, "height width"]:
    """Gaussian blur of standard deviation `sigma` pixels, cut off at 4 sigma, edges repeated."""
    radius = int(4.0 * sigma + 0.5)
    if radius == 0:
        return pixels
    distance = torch.arange(-radius, radius + 1, dtype=torch.float64)
    kernel = torch.exp(-0.5 * (distance / sigma) ** 2)
    kernel = (kernel / kernel.sum()).to(pixels.dtype)
    blurred = F.pad(pixels[None, None], (radius, radius, radius, radius), mode="replicate")
    blurred = F.conv2d(blurred, kernel.view(1, 1, 1, -1))
    return F.conv2d(blurred, kernel.view(1, 1, -1, 1))[0, 0]


CUBIC = torch.tensor(
    [
        [0.0, 1.0, 0.0, 0.0],
        [-0.75, 0.0, 0.75, 0.0],
        [1.5, -2.25, 1.5, -0.75],
        [-0.75, 1.25, -1.25, 0.75],
    ],
    dtype=torch.float64,
)
"""Weights of the four pixels around a point, polynomials of its place t between the middle two: `[1, t, t², t³] @ CUBIC`.

R. Keys, "Cubic convolution interpolation for digital image processing", IEEE ASSP 29 (1981), with a = -0.75 as in torch."""
LINEAR = torch.tensor([[1.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
"""The same for the two pixels of linear interpolation."""


def interpolate(pixels: Float[Tensor, "height width"], points: Float[Tensor, "n 2"], interpolation: str) -> Float[Tensor, " n"]:
    """A picture read between its pixels, edges repeated: `grid_sample`, but differentiable twice.

    Args:
        pixels: `[height, width]`.
        points: (x, y) in [-1, 1], `[n, 2]`.
        interpolation: `bicubic` or `bilinear`.
    """
    polynomial = (CUBIC if interpolation == "bicubic" else LINEAR).to(points)
    taps = len(polynomial)
    height, width = pixels.shape
    size = points.new_tensor([width, height])
    place = (((points + 1.0) * size - 1.0) / 2.0).clamp(-taps * torch.ones_like(size), size + taps)  # all is flat beyond
    cell = place.detach().nan_to_num().floor()
    powers = torch.stack([(place - cell) ** power for power in range(taps)], dim=-1)  # a tensor of powers has no Hessian at 0
    weights = powers @ polynomial
    neighbours = cell.long().unsqueeze(-1) + torch.arange(taps, device=points.device) - (taps // 2 - 1)
    columns, rows = neighbours[:, 0].clamp(0, width - 1), neighbours[:, 1].clamp(0, height - 1)
    patches = pixels[rows.unsqueeze(2), columns.unsqueeze(1)].to(points.dtype)
    return torch.einsum("nij,ni,nj->n", patches, weights[:, 1], weights[:, 0])


def _normalised(start: Any, width: int, height: int, bounds: Float[Tensor, "2 2"]) -> Float[Tensor, "members 2"]:
    """Starts in coordinates: integers are pixels (column, row)."""
    starts = as_starts(start, dims=2)
    if starts.is_floating_point():
        starts = starts.float()
        check_inside(starts, bounds, "(x, y)")
        return starts
    size = torch.tensor([width, height])
    check_inside(starts, torch.stack([torch.zeros_like(size), size - 1]), "(column, row)")
    return (2.0 * starts + 1.0) / size - 1.0


def _darkest(pixels: Float[Tensor, "height width"]) -> Float[Tensor, "1 2"] | None:
    """The darkest place in coordinates, unless several pixels share it."""
    at = (pixels == pixels.min()).nonzero()
    if len(at) != 1:
        return None
    size = torch.tensor([pixels.shape[1], pixels.shape[0]])
    return (2.0 * at.flip(-1) + 1.0) / size - 1.0
