"""Users' functions of pictures, called and checked."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.dotted_paths import locate


def as_function(name: str, given: object) -> Callable:
    """A function, or what a dotted path names; a class is called without arguments.

    Raises:
        ValueError: It is neither.
    """
    function = locate(name, given) if isinstance(given, str) else given
    function = function() if isinstance(function, type) else function
    if not callable(function):
        raise ValueError(
            f"Parameter `{name}` should be a function, or the dotted path of one. Found `{name} = {given}`."
        )
    return function


def map_image(
    name: str, function: Callable, pixels: Float[Tensor, "height width"]
) -> Float[Tensor, "rows columns"]:
    """The picture that a function makes of a picture; torchvision's transforms get a channel.

    Raises:
        ValueError: It raises, or the result is not a picture: of two dimensions, finite.
    """
    channel = type(function).__module__.startswith("torchvision.")
    pixels = pixels.clone()  # some work in place
    image = call(name, function, pixels.unsqueeze(0) if channel else pixels)
    image = image.squeeze(0) if channel else image
    if image.ndim != 2 or image.numel() == 0:
        raise ValueError(
            f"Parameter `{name}` should return a picture [height, width]. Found the shape "
            f"{tuple(image.shape)}."
        )
    if not image.isfinite().all():
        raise ValueError(
            f"Parameter `{name}` should return a picture of finite numbers. Found NaN or infinity."
        )
    return image.to(pixels).contiguous()


def map_differences(
    name: str, function: Callable, differences: Float[Tensor, "2 rows columns"]
) -> Float[Tensor, "2 rows columns"]:
    """The differences between pixels that a function makes of them.

    Raises:
        ValueError: It raises, or the result has another shape or is not finite.
    """
    changed = call(name, function, differences.clone())
    if changed.shape != differences.shape:
        raise ValueError(
            f"Parameter `{name}` should keep the shape {tuple(differences.shape)}. Found "
            f"{tuple(changed.shape)}."
        )
    if not changed.isfinite().all():
        raise ValueError(f"Parameter `{name}` should return finite numbers. Found NaN or infinity.")
    return changed.to(differences)


def call(name: str, function: Callable, given: Tensor) -> Tensor:
    """What a user's function returns, as a tensor."""
    try:
        with torch.no_grad():
            return torch.as_tensor(function(given))
    except Exception as error:
        raise ValueError(
            f"Parameter `{name}` should be a function of a tensor. It raised {type(error).__name__}: {error}"
        ) from error
