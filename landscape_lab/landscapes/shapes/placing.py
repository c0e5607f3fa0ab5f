"""Where new shapes are wanted most."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

REACH = 1.5
"""How far apart new shapes begin, as a multiple of the blur."""
SPREAD = 3
"""Standard deviations after which a Gaussian is cut off."""


def worst(
    residual: Float[Tensor, "channels height width"], number: int, blur: float
) -> Float[Tensor, "number 2"]:
    """Where the blurred residual is largest, and which are no neighbours.

    After each place the square of the blurred residual is damped around it, by one minus a Gaussian.

    Args:
        residual: Black outside.
        number: Of places.
        blur: The standard deviation in pixels; that of the Gaussian is `REACH` times as large.

    Returns:
        (x, y), from 0 to 1.
    """
    _, height, width = residual.shape
    error = blurred(residual.nan_to_num(posinf=0.0, neginf=0.0), blur).square().sum(0)
    rows, columns = (torch.arange(side, device=error.device) for side in (height, width))
    places = []
    for _ in range(number):
        row, column = divmod(int(error.argmax()), width)
        places.append([(column + 0.5) / width, (row + 0.5) / height])
        square = (rows - row).square()[:, None] + (columns - column).square()
        error = error * -torch.expm1(-square / (2 * (REACH * blur) ** 2))
    return residual.new_tensor(places)


def blurred(
    picture: Float[Tensor, "channels height width"], sigma: float
) -> Float[Tensor, "channels height width"]:
    """A Gaussian blur; outside the picture there is black."""
    reach = max(1, round(SPREAD * sigma))
    weights = torch.exp(-torch.arange(-reach, reach + 1).to(picture).square() / (2 * sigma**2))
    weights = (weights / weights.sum()).view(1, 1, 1, -1)
    lines = F.conv2d(picture.unsqueeze(1), weights, padding=(0, reach))
    return F.conv2d(lines, weights.mT, padding=(reach, 0)).squeeze(1)
