"""What a grid depends on, as one number: the same content has the same file."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from types import CodeType

import torch
from torch import Tensor, nn

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.batchnorm import tracking_layers
from landscape_lab.landscapes.networks.foreign import ModuleStep
from landscape_lab.landscapes.networks.loading import from_lightning
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.trees import tensors_of
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.slices import freezes
from landscape_lab.planes.window import Window

Part = Tensor | bytes | str
"""What goes into the number."""


def fingerprint(landscape: Landscape, plane: Plane, window: Window, *choices: object) -> str | None:
    """Sixteen digits that change with whatever decides a grid: weights, directions, data and mode.

    The landscape's own point is no part of it, as a plane brings its own.

    Args:
        landscape: A network; of others, that are evaluated in a moment, there is none.
        plane: Its origin and directions.
        window: What of it is drawn.
        choices: What else was chosen, such as the resolution.
    """
    if not isinstance(landscape, NetworkLandscape):
        return None
    digest = hashlib.sha256()
    for part in (
        plane.origin,
        plane.directions,
        repr(window),
        repr(choices),
        *_parts(landscape),
        repr(freezes(landscape, plane)),
    ):
        digest.update(b"\0")  # so that two parts are told from one that is as long as both
        digest.update(_bytes(part))
    return digest.hexdigest()[:16]


def _parts(landscape: NetworkLandscape) -> Iterator[Part]:
    """The model, what is asked of it, and the data."""
    objective = landscape.objective
    yield repr(objective)
    yield from sorted({code for module in objective.modules() for code in _code(type(module).forward)})
    for name, measure in (("", objective.loss), ("", objective.batch_loss), *objective.metrics.items()):
        yield name
        yield from _code(measure)
    yield from _steps(objective)
    yield from _constants(landscape)
    yield from _tensors(landscape.batches.whole())
    if landscape.recalibrates and landscape.calibration is not landscape.batches:
        yield from _tensors(landscape.calibration.whole())


def _steps(objective: Objective) -> Iterator[Part]:
    """What a LightningModule does in its steps: its own methods, and the settings that they may read."""
    if not isinstance(objective.batch_loss, ModuleStep):
        return
    module = objective.model
    kinds = [kind for kind in type(module).__mro__ if not from_lightning(kind)]
    for part in (part for kind in kinds[: kinds.index(nn.Module)] for part in vars(kind).values()):
        yield from _code(part)
    plain = {name: value for name, value in vars(module).items() if isinstance(value, int | float | str)}
    yield f"{sorted(plain.items())} {getattr(module, 'hparams', None)}"


def _constants(landscape: NetworkLandscape) -> Iterator[Part]:
    """What of the model is no coordinate: frozen parameters, and buffers that a point does not bring."""
    like = next(landscape.parameters())
    yield f"{like.dtype} {like.device.type} {landscape.recalibrates}"
    recalibrated = tracking_layers(landscape.objective) if landscape.recalibrates else []
    brought = {id(buffer) for layer in recalibrated for buffer in layer.buffers()}
    for name, tensor in landscape.objective.state_dict(keep_vars=True).items():
        if not tensor.requires_grad and id(tensor) not in brought:
            yield name
            yield tensor


def _tensors(batches: Iterable[object]) -> Iterator[Part]:
    """The samples, batch by batch."""
    for batch in batches:
        yield from tensors_of(batch)


def _code(function: Callable[..., object] | None) -> list[bytes]:
    """The name of a function and, where it is written in Python, what it does."""
    name = getattr(function, "__qualname__", None) or repr(type(function))
    code = getattr(function, "__code__", None)
    return [str(name).encode(), *(_instructions(code) if isinstance(code, CodeType) else ())]


def _instructions(code: CodeType) -> list[bytes]:
    """The instructions and constants of a function, and of those inside it."""
    plain = [part for part in code.co_consts if not isinstance(part, CodeType)]
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    own = code.co_code + repr((plain, code.co_names)).encode()
    return [own, *(part for each in inner for part in _instructions(each))]


def _bytes(part: Part) -> bytes:
    """A part as bytes; of a tensor its shape and type, too."""
    if isinstance(part, str):
        return part.encode()
    if isinstance(part, bytes):
        return part
    values = part.detach().cpu().contiguous().reshape(-1)
    return f"{part.dtype} {tuple(part.shape)}".encode() + values.view(torch.uint8).numpy().tobytes()
