"""Vectors of weights from files."""

from os import PathLike
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.files.weights import load_weights
from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.parameters import check_size
from landscape_lab.planes.settings import PlaneSettings


def read_vector(landscape: Landscape, source: str | PathLike[str]) -> Float[Tensor, " dims"]:
    """A vector of a landscape's weights.

    Args:
        landscape: Whose named parameters are looked for.
        source: A run's folder, a file of weights by name (`.safetensors`, `.pt`, `.pth`, `.bin`,
            `.ckpt`), or one of plain numbers in the order of the parameters, `.npy`.

    Raises:
        ValueError: There is no such file, or it holds weights of another network.
    """
    file = Path(source)
    if file.suffix == ".npy":
        vector = _plain(file)
    else:
        weights, parts = load_weights(source), landscape.member(0)
        known = {name: _named(weights, name) for name in parts}
        if lacking := [name for name, part in known.items() if part is None]:
            raise ValueError(f"{source} should hold the parameter {lacking[0]} of the network. Found none.")
        vector = torch.cat([part.reshape(-1).double() for part in known.values() if part is not None])
    check_size(landscape, vector, f"The vector in {source}")
    return vector


def check_vectors(landscape: Landscape, settings: PlaneSettings) -> None:
    """Raise `ValueError` for files of vectors that do not fit; called before a descent."""
    if settings.directions == "custom" and len(settings.vectors or ()) != 2:
        raise ValueError(
            "Parameter `plane.vectors` should hold two directions: plane=custom plane.vectors=[A,B]. "
            f"Found {len(settings.vectors or ())}."
        )
    for source in settings.vectors or ():
        read_vector(landscape, source)


def _named(weights: dict[str, Tensor], name: str) -> Tensor | None:
    """A parameter of a file, which may leave out the names of what holds the model."""
    short = name.removeprefix("objective.")
    return weights.get(short, weights.get(short.removeprefix("model.")))


def _plain(file: Path) -> Tensor:
    """The numbers of a NumPy file, which holds no objects."""
    try:
        return torch.from_numpy(np.load(file, allow_pickle=False).astype(np.float64))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{file} should be a NumPy array of numbers. It cannot be read as one.") from error
