"""New initial weights of a network, as its own layers draw them."""

import copy
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.landscapes.networks.seeds import torch_random


def initial_weights(model: nn.Module, seeds: Sequence[int]) -> list[nn.Module]:
    """Copies of a model with new weights: what its layers' own `reset_parameters` draw under each seed.

    Layers are reset in the order in which they were made, so a model that was built under a seed is
    built again. Parameters that no layer resets keep their values.

    Raises:
        ValueError: No layer draws its weights anew.

    >>> first, second = initial_weights(nn.Linear(2, 1), [0, 1])
    >>> torch.equal(first.weight, second.weight)
    False
    """
    drawn = [copy.deepcopy(model) for _ in seeds]
    for one, seed in zip(drawn, seeds, strict=True):
        layers = [part for part in one.modules() if callable(getattr(part, "reset_parameters", None))]
        if not layers:
            raise ValueError(
                "Parameter `model` should have layers with `reset_parameters()` to begin with other weights. "
                f"Found a {type(model).__name__} without one."
            )
        with torch_random(seed, torch.device("cpu")), torch.no_grad():
            for layer in layers:
                layer.reset_parameters()  # type: ignore[operator]
    return drawn


def as_points(models: Sequence[nn.Module]) -> Float[Tensor, "models dims"]:
    """The trainable parameters of each model as one vector."""
    return torch.stack(
        [
            torch.cat(
                [parameter.detach().flatten() for parameter in model.parameters() if parameter.requires_grad]
            )
            for model in models
        ]
    )
