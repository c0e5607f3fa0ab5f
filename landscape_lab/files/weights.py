"""Weights of networks in files: written as safetensors, read without running code."""

import hashlib
import warnings
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from pickle import UnpicklingError  # what torch.load raises; nothing is unpickled
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from landscape_lab.files.sealing import is_intact
from landscape_lab.files.writing import replacing

LAST = "weights.safetensors"
"""A run's file with the weights of its last step."""
BEST = "best_weights.safetensors"
"""A run's file with the weights of the lowest validation loss."""
PICKLED = (".pt", ".pth", ".ckpt", ".bin")
"""Files of torch; of these only tensors and plain containers are read."""
KINDS = (".safetensors", *PICKLED)
"""All files of weights that are read."""
INSIDE = ("state_dict", "model_state_dict", "model")
"""Where a training checkpoint keeps the weights; the first is Lightning's."""
COUNTERS = ("global_step", "step")
"""Where it keeps how many steps had been made; the first is Lightning's."""
DIGEST = "landscape_lab_sha256"
"""What our files of weights call their checksum."""
DAMAGED = "The file {} is damaged: its bytes are not those that were written."


class Checkpoint(NamedTuple):
    """What a file of weights holds.

    Args:
        weights: Parameters and buffers by name, on the CPU.
        step: How many steps had been made, where it says so.
    """

    weights: dict[str, Tensor]
    step: int | None = None


def save_weights(state: Mapping[str, Tensor], path: str | PathLike[str]) -> None:
    """Write a `state_dict` as safetensors.

    Plain code reads it: `model.load_state_dict(safetensors.torch.load_file(path))`.

    Args:
        state: Parameters and buffers by name; tied ones are written under each of their names.
        path: The file, which appears whole or not at all.
    """
    apart = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    with replacing(path, durable=True) as unfinished:
        save_file(apart, unfinished, {"format": "pt", DIGEST: _digest(apart)})  # others ask for the format


def load_weights(path: str | PathLike[str]) -> dict[str, Tensor]:
    """The weights of `load_checkpoint`: parameters and buffers by name, on the CPU."""
    return load_checkpoint(path).weights


def load_checkpoint(path: str | PathLike[str]) -> Checkpoint:
    """Weights, and after how many steps.

    Args:
        path: `.safetensors`; `.pt`, `.pth`, `.bin` or `.ckpt` with a `state_dict`, alone or inside a
            checkpoint (Lightning's too); or the folder of a run, whose last weights are meant.

    Raises:
        ValueError: There is no such file, it is of another kind, or it would have to run code.
    """
    source = Path(path)
    file = source / LAST if source.is_dir() else source
    if not file.is_file():
        inside = f" The run {source} left none." if source.is_dir() else ""
        raise ValueError(f"There is no file of weights {file}.{inside}")
    if file.suffix == ".safetensors":
        return Checkpoint(_load_safe(file))
    if file.suffix not in PICKLED:
        raise ValueError(f"Parameter `weights` should be a run or a file {', '.join(KINDS)}. Found {file}.")
    if not is_intact(file):
        raise ValueError(DAMAGED.format(file))
    content = _load_plain(file)
    return Checkpoint(_state_of(content, file), _step_of(content))


def put_weights(model: nn.Module, weights: Mapping[str, Tensor], source: str | PathLike[str]) -> None:
    """Copy weights into a model, whatever prefix its names have in the file, such as `model.`.

    Args:
        model: Whose parameters and buffers are overwritten, none replaced.
        weights: By name; those outside the prefix (metrics of a LightningModule) are left alone.
        source: Where they come from, for errors.

    Raises:
        ValueError: The architectures differ; the message says in which names.
    """
    model.load_state_dict(fitting(model, weights, source))


def fitting(
    model: nn.Module, weights: Mapping[str, Tensor], source: str | PathLike[str]
) -> dict[str, Tensor]:
    """Weights by a model's own names, tied ones under each of theirs wherever the file has them.

    Raises:
        ValueError: The architectures differ; the message says in which names.
    """
    own = model.state_dict()
    prefix = _prefix(own, weights)
    found = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
    parameters = dict(model.named_parameters(remove_duplicate=False))
    held = {id(part): found[name] for name, part in parameters.items() if name in found}
    found |= {name: held[id(part)] for name, part in parameters.items() if id(part) in held}
    check_alike(own, found, f"The weights in {source} are of another architecture")
    return found


def check_alike(own: Mapping[str, Tensor], found: Mapping[str, Tensor], what: str) -> None:
    """Raise `ValueError`, which begins with some words, where names or shapes of weights differ."""
    if differences := _differences(own, found):
        raise ValueError(f"{what}: {'; '.join(differences)}.")


def _differences(own: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> list[str]:
    """In which names and shapes the weights of a file differ from a model's own, in words."""
    missing = [name for name in own if name not in found]
    unknown = [name for name in found if name not in own]
    misshapen = [
        f"{name} {list(found[name].shape)} instead of {list(tensor.shape)}"
        for name, tensor in own.items()
        if name in found and found[name].shape != tensor.shape
    ]
    kinds = (("without", missing), ("with unknown", unknown), ("with", misshapen))
    return [f"{what} {_some(names)}" for what, names in kinds if names]


def _load_safe(file: Path) -> dict[str, Tensor]:
    """The content of a file of safetensors."""
    try:
        with safe_open(file, "pt") as content:
            digest = (content.metadata() or {}).get(DIGEST)
        weights = load_file(file)
    except SafetensorError as error:
        raise ValueError(
            f"The file {file} should hold weights as safetensors. It cannot be read: {error}."
        ) from error
    if digest is not None and digest != _digest(weights):
        raise ValueError(DAMAGED.format(file))
    return weights


def _digest(weights: Mapping[str, Tensor]) -> str:
    """The SHA-256 of weights, with their names, kinds and shapes, in hexadecimal digits."""
    digest = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _load_plain(file: Path) -> object:
    """The content of a torch file if it is made of tensors and plain containers."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Detected pickle protocol")  # it is refused anyway
            return torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise ValueError(
            f"The file {file} should hold weights only. It holds Python objects, which could run code: save "
            "model.state_dict() instead of the model."
        ) from error
    except (RuntimeError, EOFError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"The file {file} should be written by torch.save. It cannot be read.") from error


def _state_of(content: object, file: Path) -> dict[str, Tensor]:
    """The tensors by name in what a file holds, or in what a checkpoint keeps under a usual name."""
    candidates = [content]
    if isinstance(content, Mapping):
        candidates += [content[name] for name in INSIDE if name in content]
    # From the inside: a checkpoint has tensors beside the weights, such as the optimizer's.
    for candidate in reversed(candidates):
        if tensors := _tensors_in(candidate):
            return tensors
    raise ValueError(f"The file {file} should hold a state_dict: tensors by name. Found none.")


def _step_of(content: object) -> int | None:
    """How many steps a checkpoint says had been made."""
    counts = [content.get(name) for name in COUNTERS] if isinstance(content, Mapping) else []
    return next((count for count in counts if isinstance(count, int)), None)


def _tensors_in(content: object) -> dict[str, Tensor]:
    """The tensors by name that are directly in something; none where it has no names."""
    if not isinstance(content, Mapping):
        return {}
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _prefix(own: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> str:
    """What stands before the model's names in a file; of several, that with the most names."""
    candidates = {""}
    for name in weights:
        parts = name.split(".")
        ends = ((".".join(parts[:cut]) + ".", ".".join(parts[cut:])) for cut in range(1, len(parts)))
        candidates |= {prefix for prefix, end in ends if end in own}
    return min(candidates, key=lambda prefix: (-sum(prefix + name in weights for name in own), len(prefix)))


def _some(names: list[str], most: int = 4) -> str:
    """The first of some names."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
