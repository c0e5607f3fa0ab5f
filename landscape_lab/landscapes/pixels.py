"""The pixels of a picture: blurred, read in between, and the gradient by differences of them."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from landscape_lab.landscapes.boundaries import Wall
from landscape_lab.landscapes.gradients import Evaluate, GivenGradient
from landscape_lab.landscapes.image_functions import as_function, map_differences

INTERPOLATIONS = {"bilinear": 0, "bicubic": 2}
"""The ways to read between pixels, and their numbers in `torch.grid_sampler`."""
EDGES_REPEATED = 1
"""The number in `torch.grid_sampler` of padding with the edge's pixels."""


class PixelGradient(nn.Module):
    r"""The loss and the forward differences between pixels, sampled at once from textures made once.

    The difference `I[x+1] - I[x]` lies halfway between the two pixels, so its texture is read half
    a pixel aside. Interpolation is linear in the pixels, so the result equals :math:`L(x + \tfrac12
    px) - L(x - \tfrac12 px)`, but is exactly 0 where the picture is flat.

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
        change: object = None,
    ) -> None:
        super().__init__()
        height, width = pixels.shape
        textures = _remembered(pixels, scale) if change is None else _textures(pixels, scale, change)
        # The padded picture is one pixel larger on each side, so pixel i is texture index i + 1,
        # and the difference between i and i + 1 is texture index i + ½. A point x in -1…1 lies at
        # pixel index ((x + 1) size - 1) / 2; written in coordinates of a texture of size + 1
        # pixels, that is `stretch * x + shift`.
        size = torch.tensor([width, height], dtype=pixels.dtype)
        offsets = torch.tensor([[1.0, 1.0], [0.5, 1.0], [1.0, 0.5]], dtype=pixels.dtype)
        self.register_buffer("textures", textures.unsqueeze(1), persistent=False)
        self.register_buffer("stretch", size / (size + 1), persistent=False)
        self.register_buffer(
            "shifts", ((size + 2 * offsets) / (size + 1) - 1).view(3, 1, 1, 2), persistent=False
        )
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
        textures, stretch, shifts = self._buffers.values()  # all at once, as in `PointLandscape.backward`
        grid = torch.addcmul(shifts, points, stretch)  # type: ignore[arg-type] # [3, 1, n, 2]
        values = torch.grid_sampler(textures, grid, self.mode, EDGES_REPEATED, False).view(3, -1)  # type: ignore[arg-type]
        losses, gradients = values[0], values[1:].T
        return losses, self.push_back(gradients, points)

    def push_back(
        self, gradients: Float[Tensor, "n 2"], points: Float[Tensor, "n 2"]
    ) -> Float[Tensor, "n 2"]:
        """Add the gradient of the wall to that of points outside -1…1, in place."""
        if self.wall is None or (points.numel() == 2 and points.is_cpu and _inside(*points.tolist()[0])):
            return gradients  # a single point is looked at in a fifth of the time of three operations on it
        # softshrink(x, 1) is by how much x lies outside -1…1: `excess` in one operation instead of
        # two.
        return self.wall.add_gradient(gradients, F.softshrink(points, 1.0))


def _inside(x: float, y: float) -> bool:
    """Whether a point is in -1…1, where there is no wall."""
    return -1.0 <= x <= 1.0 and -1.0 <= y <= 1.0


_KNOWN = WeakTensorKeyDictionary()
"""The textures of each scale, as long as the pixels that they were made from are kept."""


def _remembered(pixels: Float[Tensor, "height width"], scale: float) -> Float[Tensor, "3 rows columns"]:
    """The textures of a picture; the jobs of a sweep share the pixels, and so their textures."""
    known: dict[float, Tensor] = _KNOWN.setdefault(pixels, {})
    if scale not in known:
        known[scale] = _textures(pixels, scale, None)
    return known[scale]


def _textures(
    pixels: Float[Tensor, "height width"], scale: float, change: object
) -> Float[Tensor, "3 rows columns"]:
    """The padded pixels, and their differences along x and y times `scale`."""
    padded = F.pad(pixels[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
    differences = torch.stack([padded[:-1, :].diff(dim=1), padded[:, :-1].diff(dim=0)])
    if change is not None:
        differences = map_differences("gradient_init", as_function("gradient_init", change), differences)
    return torch.cat([padded[:-1, :-1].unsqueeze(0), scale * differences])


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
"""Weights of the four pixels around a point: `[1, t, t², t³] @ CUBIC`, t from the second of them.

R. Keys, "Cubic convolution interpolation for digital image processing", IEEE ASSP 29 (1981), with
a = -0.75 as in torch."""
LINEAR = torch.tensor([[1.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
"""The same for the two pixels of linear interpolation."""


def interpolate(
    pixels: Float[Tensor, "height width"], points: Float[Tensor, "n 2"], interpolation: str
) -> Float[Tensor, " n"]:
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
    index = (((points + 1.0) * size - 1.0) / 2.0).clamp(
        -taps * torch.ones_like(size), size + taps
    )  # all is flat beyond
    cell = index.detach().nan_to_num().floor()
    powers = torch.stack(
        [(index - cell) ** power for power in range(taps)], dim=-1
    )  # a tensor of powers has no Hessian at 0
    weights = powers @ polynomial  # [n, 2, taps], along x and along y
    neighbours = cell.long().unsqueeze(-1) + torch.arange(taps, device=points.device) - (taps // 2 - 1)
    columns, rows = neighbours[:, 0].clamp(0, width - 1), neighbours[:, 1].clamp(0, height - 1)
    patches = pixels[rows.unsqueeze(2), columns.unsqueeze(1)].to(points.dtype)
    return torch.einsum("nij,ni,nj->n", patches, weights[:, 1], weights[:, 0])
