"""Values of an optimizer's state as tensors, numbers and texts, of which alone a checkpoint consists.

A checkpoint is read without running anything that it says. Some optimizers keep more than tensors: queues,
numbers of NumPy, generators of random numbers, small objects of their own library. Each becomes a dictionary
with its kind, and is built again from that.
"""

import random
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from enum import Enum
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

KIND = "landscape_lab.kind"
"""The key by which a packed value is known."""
PLAIN = (type(None), bool, int, float, complex, str, bytes, torch.dtype, torch.device, torch.Size)
"""What a checkpoint holds as it is."""
NESTED = (dict, OrderedDict, defaultdict, list, tuple)
"""What holds values; an ordered dictionary comes back as a plain one, which is as ordered."""
BITS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
"""NumPy's sources of random bits."""


class Unpackable(ValueError):
    """A value that no checkpoint can hold."""


class _Kind(NamedTuple):
    """How values of a class are told in plain ones, and built again."""

    of: type
    tell: Callable[..., object]
    build: Callable[..., object]


def pack(value: object) -> object:
    """A value in tensors, numbers, texts, lists and dictionaries.

    Raises:
        Unpackable: It holds a function, say, or something of a library that is no optimizer's.
    """
    if isinstance(value, Tensor) or type(value) in PLAIN:
        return value
    if type(value) in NESTED:
        return _each(pack, value)
    name, kind = next((name, kind) for name, kind in KINDS.items() if isinstance(value, kind.of))
    return {KIND: name, "told": pack(kind.tell(value))}


def unpack(value: object) -> object:
    """The value that `pack` packed.

    Raises:
        ValueError: It is of a kind, or of a class, that is none of a loaded optimizer's library.
    """
    if type(value) not in NESTED:
        return value
    if not isinstance(value, dict) or KIND not in value:
        return _each(unpack, value)
    if value[KIND] not in KINDS:
        raise ValueError(f"A checkpoint holds no values of kind `{value[KIND]}`.")
    return KINDS[value[KIND]].build(unpack(value["told"]))


def _each(change: Callable[[object], object], nested: object) -> object:
    """The same dictionary, list or tuple of changed values."""
    if isinstance(nested, dict):
        return {_key(key): change(value) for key, value in nested.items()}
    assert isinstance(nested, (list, tuple))
    return type(nested)(map(change, nested))


def _key(key: object) -> object:
    """A key of a dictionary, which is a number or a text."""
    if type(key) not in PLAIN:
        raise Unpackable(f"a key that is a {type(key).__name__}")
    return key


def _array_told(array: np.ndarray | np.generic) -> object:
    """The bytes of an array, its type and its shape."""
    whole = np.ascontiguousarray(array)
    if whole.dtype.hasobject:
        raise Unpackable("an array of objects")
    content = torch.from_numpy(np.frombuffer(whole.tobytes(), np.uint8).copy())
    return [content, whole.dtype.str, list(np.shape(array))]


def _array(told: tuple[Tensor, str, list[int]]) -> np.ndarray:
    content, dtype, shape = told
    return np.frombuffer(content.numpy().tobytes(), dtype).reshape(shape).copy()


def _generator(state: dict[str, object]) -> np.random.Generator:
    """A generator of NumPy's that goes on from a state."""
    if state["bit_generator"] not in BITS:
        raise ValueError(f"NumPy has no random bits called `{state['bit_generator']}`.")
    generator = np.random.Generator(getattr(np.random, str(state["bit_generator"]))())
    generator.bit_generator.state = state
    return generator


def _random_state(state: dict[str, object]) -> np.random.RandomState:
    generator = np.random.RandomState()
    generator.set_state(state)
    return generator


def _random(state: tuple[object, ...]) -> random.Random:
    generator = random.Random()
    generator.setstate(state)
    return generator


def _torch_generator(state: Tensor) -> torch.Generator:
    generator = torch.Generator()
    generator.set_state(state)
    return generator


def _libraries() -> set[str]:
    """The packages that brought optimizers into this process; torch has no objects in their states."""
    found, waiting = set[str](), [Optimizer]
    while waiting:
        found.add((kind := waiting.pop()).__module__.partition(".")[0])
        waiting += kind.__subclasses__()
    return found - {"torch"}


def _name_of(kind: type) -> list[str]:
    """The module and the name of a class of an optimizer's library."""
    if kind.__module__.partition(".")[0] not in _libraries():
        raise Unpackable(f"a {kind.__name__}")
    return [kind.__module__, kind.__qualname__]


def _class_of(name: list[str]) -> type:
    """The class of that name, if an optimizer's library that is loaded has it."""
    module, path = name
    try:
        found = attrgetter(path)(sys.modules[module])
    except (KeyError, AttributeError):
        found = None
    if not isinstance(found, type) or found.__module__.partition(".")[0] not in _libraries():
        raise ValueError(f"{module}.{path} is no class of a loaded optimizer's library.")
    return found


def _choice(told: tuple[list[str], str]) -> object:
    return getattr(_class_of(told[0]), told[1])


def _object(told: tuple[list[str], dict[str, object]]) -> object:
    """An object of some class with the attributes that it had; its constructor is not called."""
    kind = _class_of(told[0])
    built: object = object.__new__(kind)
    vars(built).update(told[1])
    return built


def _object_told(value: object) -> object:
    if isinstance(value, type) or not hasattr(value, "__dict__"):
        raise Unpackable(f"a {type(value).__name__}")
    return [_name_of(type(value)), vars(value)]


KINDS = {
    "deque": _Kind(deque, lambda kept: [list(kept), kept.maxlen], lambda told: deque(*told)),
    "set": _Kind(set, sorted, set),
    "number": _Kind(np.generic, _array_told, lambda told: _array(told)[()]),
    "array": _Kind(np.ndarray, _array_told, _array),
    "generator": _Kind(np.random.Generator, lambda kept: kept.bit_generator.state, _generator),
    "random state": _Kind(np.random.RandomState, lambda kept: kept.get_state(legacy=False), _random_state),
    "random": _Kind(random.Random, random.Random.getstate, _random),
    "torch generator": _Kind(torch.Generator, torch.Generator.get_state, _torch_generator),
    "choice": _Kind(
        Enum,
        lambda kept: [_name_of(type(kept)), kept.name],
        lambda told: getattr(_class_of(told[0]), told[1]),
    ),
    "object": _Kind(object, _object_told, _object),
}
"""By the name of each kind; the last takes what the others do not."""
