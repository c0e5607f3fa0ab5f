"""Your own functions as augmentations: of the whole picture (the slow way), of the gradient, of the loss."""

import random
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from landscape_lab.augmentations.base import Augmentation, GradientAugmentation, LossAugmentation
from landscape_lab.keys import augmentations as keys
from landscape_lab.landscapes.image_functions import as_function, map_image

PLAIN_STEP = 50e-6
"""A step without augmentations, in seconds."""


@keys.MAP_IMAGE.checks_class
@dataclass(frozen=True)
class MapImage(Augmentation):
    """The slow way: a function `image → image` that changes the whole picture at every step.

    It acts before all other augmentations. All members see the same picture. While the function
    runs, the random numbers of torch, NumPy and Python are seeded by the seed and the step.

    Args:
        function: Takes a tensor `[height, width]` and returns one, of any size; a dotted path; or a
            transform of torchvision, which gets `[1, height, width]`.
    """

    function: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", as_function("function", self.function))

    def apply(self, pixels: Float[Tensor, "height width"], seed: int) -> Float[Tensor, "rows columns"]:
        """The new picture."""
        with _seeded(seed):
            return map_image("function", self.function, pixels)

    def warn(self, pixels: Float[Tensor, "height width"], seed: int) -> None:
        """Say what a step costs, and find out whether the function works."""
        began = time.perf_counter()
        self.apply(pixels, seed)
        seconds = time.perf_counter() - began
        name = getattr(self.function, "__name__", type(self.function).__name__)
        warnings.warn(
            f"{name} changes the whole picture at every step: {1e3 * seconds:.2g} ms a step, where a "
            "step without it takes about "
            f"{1e3 * PLAIN_STEP:.2g} ms. The augmentations of landscape_lab change only the pixels "
            "around the point.",
            stacklevel=5,
        )


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Random numbers of everybody, as if a program began here; later ones are as if nothing had happened."""
    states = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


@keys.MAP_GRADIENT.checks_class
@dataclass(frozen=True)
class MapGradient(GradientAugmentation):
    """Your own function of the gradient, in the backward path.

    Args:
        function: Takes gradients `[members, dims]` and returns as many; or its dotted path.
    """

    function: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", as_function("function", self.function))

    def draw(self, steps: int, members: int, dims: int, generator: Generator) -> None:
        return None

    def apply(self, gradients: Tensor, draw: None) -> Tensor:
        return _same_shape(self.function, gradients)


@keys.MAP_LOSS.checks_class
@dataclass(frozen=True)
class MapLoss(LossAugmentation):
    """Your own function of the loss; the gradient follows by the chain rule.

    Args:
        function: Takes losses `[members]` and returns as many, each of its own loss, in operations
            that autograd follows; or its dotted path.
    """

    function: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", as_function("function", self.function))

    def draw(self, steps: int, members: int, generator: Generator) -> None:
        return None

    def apply(self, losses: Tensor, draw: None) -> Tensor:
        return _same_shape(self.function, losses)

    def slope(self, losses: Tensor, draw: None) -> Tensor:
        with torch.enable_grad():
            losses = losses.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.apply(losses, None).sum(), losses)
        return slope


def _same_shape(function: Callable[[Tensor], Any], values: Tensor) -> Tensor:
    """The function's result, if it has the shape of what it was given: copies, which it may change."""
    result = function(values.clone())
    if not isinstance(result, Tensor) or result.shape != values.shape:
        found = tuple(result.shape) if isinstance(result, Tensor) else type(result).__name__
        raise ValueError(
            f"Parameter `function` should return a tensor of shape {tuple(values.shape)}. Found {found}."
        )
    return result
