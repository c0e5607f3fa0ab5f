"""The picture that shapes approximate, and how near they come."""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from landscape_lab.dotted_paths import locate
from landscape_lab.landscapes.pictures import read_colours
from landscape_lab.validation import check_choice, refusal

Picture = Float[Tensor, "channels height width"]
Difference = Callable[[Tensor, Tensor], Tensor]
"""Of a picture and its target: one number."""
WINDOW = 11
"""Pixels along a side of the window in which the structure of two pictures is compared."""
SPREAD = 1.5
"""The standard deviation of the Gaussian in it, in pixels."""
CONSTANTS = 0.01**2, 0.03**2
"""What keeps the fractions of SSIM finite, of pictures from 0 to 1."""


def read_target(image: object, size: int | tuple[int, int] | None = None) -> Picture:
    """A picture in colour or in grey, from 0 to 1; where it is transparent, white shows through.

    Args:
        image: A file, an array, a tensor or nested lists; see `pictures.read_picture`.
        size: Pixels along the longer side, or (height, width), to which it is stretched. Pixels are averaged
            as Lanczos' filter does. By default the picture's own.

    Raises:
        ValueError: It is no picture that can be read.
        FileNotFoundError: There is no such file.
    """
    picture = Image.fromarray(read_colours(image))
    if size is not None:
        picture = picture.resize(_scaled(picture.size, size), Image.Resampling.LANCZOS)
    pixels = np.asarray(picture, dtype=np.float32) / 255
    return torch.from_numpy(pixels.reshape(*pixels.shape[:2], -1)).permute(2, 0, 1).contiguous()


def _scaled(own: tuple[int, int], size: int | tuple[int, int]) -> tuple[int, int]:
    """Width and height."""
    if isinstance(size, int):
        return tuple(max(1, round(side * size / max(own))) for side in own)  # type: ignore[return-value]
    height, width = size
    return width, height


def rmse(picture: Picture, target: Picture) -> Tensor:
    """Root of the mean squared error; the tiny number keeps its slope finite where it is 0."""
    return (F.mse_loss(picture, target) + 1e-12).sqrt()


def psnr(picture: Picture, target: Picture) -> Tensor:
    r"""Peak signal to noise, :math:`-10 \log_{10} MSE`, in dB, of a picture cut to 0…1."""
    return -10 * (F.mse_loss(picture.clamp(0, 1), target) + 1e-12).log10()


def ssim(picture: Picture, target: Picture) -> Tensor:
    r"""Mean structural similarity, 1 for equal pictures, in a Gaussian window of 11 × 11 pixels.

    With means μ, variances σ² and covariance σ_xy in a window, :math:`SSIM = \frac{(2 \mu_x \mu_y + c_1)(2
    \sigma_{xy} + c_2)}{(\mu_x^2 + \mu_y^2 + c_1)(\sigma_x^2 + \sigma_y^2 + c_2)}`. Windows lie inside the
    picture; of a smaller picture they are smaller.

    Source: Wang, Bovik, Sheikh, Simoncelli 2004, "Image quality assessment".
    """
    channels = len(picture)
    window = _window(min(WINDOW, *picture.shape[1:])).to(picture)
    both = torch.cat([picture, target, picture**2, target**2, picture * target])
    means = F.conv2d(both.unsqueeze(1), window).squeeze(1).split(channels)
    x, y = means[0], means[1]
    first, second = CONSTANTS
    variances = means[2] - x**2 + means[3] - y**2
    covariance = means[4] - x * y
    similar = (2 * x * y + first) * (2 * covariance + second)
    return (similar / ((x**2 + y**2 + first) * (variances + second))).mean()


def _window(size: int) -> Float[Tensor, "1 1 size size"]:
    """A Gaussian whose sum is 1."""
    places = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    weights = torch.exp(-(places**2) / (2 * SPREAD**2))
    weights = weights / weights.sum()
    return weights.outer(weights)[None, None]


def mix(picture: Picture, target: Picture) -> Tensor:
    """0.8 of the mean distance and 0.2 of what lacks in similarity."""
    return 0.8 * F.l1_loss(picture, target) + 0.2 * (1 - ssim(picture, target))


LOSSES: dict[str, Difference] = {
    "rmse": rmse,
    "mse": F.mse_loss,
    "l1": F.l1_loss,
    "ssim": lambda picture, target: 1 - ssim(picture, target),
    "mix": mix,
}
"""What may be minimised, by name: functions of (picture, target)."""


def difference(loss: str | Difference, target: Picture) -> Difference:
    """A loss by its name, by the path of a function, or itself.

    Args:
        loss: Which.
        target: What a function that is not ours is tried on.

    Raises:
        ValueError: There is none of this name, or the function returns no number that can be followed.
    """
    if isinstance(loss, str) and (loss in LOSSES or "." not in loss):
        check_choice("loss", loss, LOSSES)
        return LOSSES[loss]
    found = cast(Difference, locate("loss", loss)) if isinstance(loss, str) else loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    wanted = "a differentiable function of (picture, target) that returns one number"
    with torch.enable_grad():
        try:
            returned: object = found(target.detach().mul(0.5).requires_grad_(), target)
        except Exception as error:  # a user's function can raise anything
            told = " ".join(str(error).split())
            raise refusal("loss", wanted, name, f" It raises {type(error).__name__}: {told}.") from error
    if not isinstance(returned, Tensor) or returned.shape != () or not returned.requires_grad:
        raise refusal("loss", wanted, name, f" It returns {_described(returned)}.")
    return found


def _described(returned: object) -> str:
    """What a function returned, in a few words."""
    if not isinstance(returned, Tensor):
        return f"a {type(returned).__name__}"
    return f"a tensor of shape {list(returned.shape)}" if returned.shape else "a number without a gradient"
