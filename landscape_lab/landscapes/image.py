"""A picture as a landscape: brightness is loss."""

from functools import lru_cache
from os import PathLike
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import IMAGE
from landscape_lab.landscapes.axes import Axes
from landscape_lab.landscapes.boundaries import make_boundary
from landscape_lab.landscapes.gradients import RULES, ExactGradient, make_gradient
from landscape_lab.landscapes.image_functions import as_function, map_image
from landscape_lab.landscapes.pictures import find_picture, read_picture
from landscape_lab.landscapes.pixels import EDGES_REPEATED, INTERPOLATIONS, PixelGradient, interpolate, smooth
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.landscapes.starts import as_starts, check_inside


@IMAGE.checks_class
class ImageLandscape(PointLandscape):
    r"""Descend a picture: grey is the loss, dark is low; the darkest pixel is 0, the brightest 1.

    Coordinates are (x right, y down) in [-1, 1]; the centre of the pixel (column, row) lies at
    :math:`x = (2\,column + 1) / width - 1`, and y alike.

    Args:
        image: A path, array, tensor or nested lists; see `read_picture`.
        start: Where members begin, `(x, y)` or `[members, 2]`. Integers are pixels (column, row),
            floats are coordinates.
        normalize: Whether grey is stretched, before it is smoothed, so that the darkest pixel is 0
            and the brightest 1. Otherwise integers are fractions of the largest of their kind
            (255, 65535), and floats stay as they are, also outside 0…1.
        smoothing: Standard deviation of a Gaussian blur, in pixels; flat areas from compression
            would have no gradient.
        interpolation: How the loss is read between pixels, `bicubic` (Keys' kernel, a = -0.75) or
            `bilinear`; edges are repeated.
        gradient: `pixel`, the forward difference between pixels, interpolated halfway between them,
            times `scale`; `exact`, the derivative of the loss, twice differentiable; `forward` or
            `central`, differences of step `h`; `auto`, `pixel` until `suit` is told that an
            optimizer needs `exact`.
        scale: Multiplies the `pixel` gradient, so that learning rates look like those of networks.
        h: Step of the finite differences, in coordinates.
        boundary: Outside the picture: `hard`, a gradient of 0.003 × `scale` points back in; `soft`,
            one of `scale` × distance³; `freeze`, a member stays for good where it left; `reflect`,
            the picture is mirrored; `none`. The wall of `hard` and `soft` is part of the loss too,
            except under `pixel`, where the loss is always brightness.
        image_init: A function `[height, width] → [height, width]`, or its dotted path, that changes
            the picture once, after `normalize`; what it returns is not stretched again.
        gradient_init: One `[2, height + 1, width + 1] → the same` that changes the pictures of the
            `pixel` gradient once: the differences along x and along y between neighbours, edges
            repeated, before they are multiplied by `scale`.

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
        image: object,
        start: object = (0.0, 0.0),
        smoothing: float = 2.0,
        interpolation: str = "bicubic",
        gradient: str = "pixel",
        scale: float = 100.0,
        h: float = 1e-3,
        boundary: str = "hard",
        image_init: object = None,
        gradient_init: object = None,
        normalize: bool = True,
    ) -> None:
        # A constructor that works, against our habit: a picture is read and blurred here, so that
        # an error about the file comes where it is named. What is blurred is remembered for the
        # next landscape of the same file.
        own_gradient = gradient_init is not None
        if own_gradient and gradient in RULES:
            wanted = "Parameter `gradient_init` should be used with `gradient = pixel`."
            raise ValueError(f"{wanted} Found `gradient = {gradient}`.")
        pixels = _pixels(image, image_init, smoothing, normalize)
        bounds = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
        starts = _normalised(start, pixels, bounds)
        mover, wall = make_boundary(boundary, starts, bounds, scale)
        if by_pixels := gradient not in RULES:
            rule: nn.Module = PixelGradient(pixels, interpolation, scale, wall, gradient_init)
        else:
            rule = make_gradient(gradient, 2, h)
        super().__init__(
            start=starts,
            bounds=bounds,
            gradient=rule,
            boundary=mover,
            wall=None if by_pixels else wall,
            minima=_darkest(pixels),
            axes=_axes(pixels),
        )
        self.register_buffer("pixels", pixels, persistent=False)
        self.interpolation = interpolation
        self.scale = scale
        self.own_gradient = own_gradient
        self.free = gradient == "auto" and not own_gradient

    def loss(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        if points.requires_grad:
            return interpolate(self.pixels, points, self.interpolation)
        mode = INTERPOLATIONS[self.interpolation]
        grid = points.to(self.pixels.dtype)[None, None]
        return torch.grid_sampler(self.pixels[None, None], grid, mode, EDGES_REPEATED, False).view(-1)

    def suit(self, exact: bool) -> str | None:
        if not (exact and self.free):
            return None
        clean, pixel = self.field.clean, self.gradient
        # The wall was part of the pixel gradient only; where the gradient is the loss's derivative
        # it is part of the loss.
        clean.wall, clean.rule, self.free = pixel.wall, ExactGradient(), False
        return "landscape.gradient=exact"


def _pixels(
    image: object, image_init: object, smoothing: float, normalize: bool
) -> Float[Tensor, "height width"]:
    """The picture, stretched, changed by the user's function and blurred."""
    if image_init is None and isinstance(image, str | PathLike):
        path = find_picture(Path(image)).absolute()
        return _smoothed(path, path.stat().st_mtime_ns, smoothing, normalize)
    pixels = read_picture(image, normalize)
    if image_init is not None:
        pixels = map_image("image_init", as_function("image_init", image_init), pixels)
    return smooth(pixels, smoothing)


@lru_cache(maxsize=2)
def _smoothed(path: Path, changed: int, sigma: float, normalize: bool) -> Float[Tensor, "height width"]:
    """A file as it was when it was changed last, smoothed.

    It is kept, because the jobs of a sweep share it and only read it.
    """
    return smooth(read_picture(path, normalize), sigma)


def _axes(pixels: Float[Tensor, "height width"]) -> Axes:
    """A picture is drawn in pixels: coordinate 2 i / width + 1 / width - 1 is column i."""
    height, width = pixels.shape
    return Axes(
        labels=("column", "row"),
        origin=(1.0 / width - 1.0, 1.0 / height - 1.0),
        unit=(2.0 / width, 2.0 / height),
        picture=True,
    )


def _normalised(
    start: object, pixels: Float[Tensor, "height width"], bounds: Float[Tensor, "2 2"]
) -> Float[Tensor, "members 2"]:
    """Starts in coordinates: integers are pixels (column, row)."""
    starts = as_starts(start, dims=2)
    if starts.is_floating_point():
        starts = starts.float()
        check_inside(starts, bounds, "(x, y)")
        return starts
    size = torch.tensor([pixels.shape[1], pixels.shape[0]])
    check_inside(starts, torch.stack([torch.zeros_like(size), size - 1]), "(column, row)")
    return (2.0 * starts + 1.0) / size - 1.0


def _darkest(pixels: Float[Tensor, "height width"]) -> Float[Tensor, "1 2"] | None:
    """The centre of the darkest pixel in coordinates, unless several are as dark."""
    darkest = (pixels == pixels.min()).nonzero()
    if len(darkest) != 1:
        return None
    size = torch.tensor([pixels.shape[1], pixels.shape[0]])
    return (2.0 * darkest.flip(-1) + 1.0) / size - 1.0
