"""States of optimizers in what a checkpoint may hold."""

import io
import random
from collections import deque
from enum import Enum
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import SGD

from landscape_lab.resuming.packing import KIND, Unpackable, pack, unpack


class Norm(Enum):
    """A choice in this module's library, which has an optimizer."""

    SPECTRAL = "spectral"


class Library(SGD):
    """What makes this module an optimizer's library."""


class Projector:
    """An object that an optimizer keeps."""

    def __init__(self, rank):
        raise AssertionError("it is not built anew")


def projector():
    built = object.__new__(Projector)
    built.rank, built.basis = 3, torch.arange(6.0).reshape(2, 3)
    return built


def drawn(generator):
    """The next number of a generator."""
    if isinstance(generator, torch.Generator):
        return torch.rand(3, generator=generator).tolist()
    return generator.random()


def used(generator):
    drawn(generator)
    return generator


VALUES = {
    "tensors of many types": {"mask": torch.tensor([True, False]), "order": torch.tensor([2**60, 1])},
    "numbers": [1, 2.5, True, None, "text", b"bytes", 1 + 2j, torch.float64, torch.device("cpu")],
    "tuples": (1, [2, (3,)]),
    "keys that are numbers": {0: {1.5: "a"}},
    "a queue": deque([1, 2, 3], maxlen=4),
    "a set": {3, 1},
    "a number of NumPy": np.float64(0.1),
    "an array": np.arange(6, dtype=np.int16).reshape(2, 3).T,
    "an array of nothing": np.zeros((0, 3)),
    "a choice": Norm.SPECTRAL,
}
GENERATORS = {
    "PCG64": partial(np.random.default_rng, 0),
    "MT19937": lambda: np.random.Generator(np.random.MT19937(0)),
    "of NumPy, old": partial(np.random.RandomState, 0),
    "of Python": partial(random.Random, 0),
    "of torch": lambda: torch.Generator().manual_seed(0),
}


def stored(value):
    """What is read of a value that went through a file."""
    file = io.BytesIO()
    torch.save(pack(value), file)
    file.seek(0)
    return unpack(torch.load(file, weights_only=True))


def same(one, other):
    """Whether two values are equal in all that they hold, and of one type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple, deque)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_come_back_as_they_were(value):
    found = stored(value)
    assert same(found, value)
    assert getattr(found, "maxlen", None) == getattr(value, "maxlen", None)


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
def test_generators_go_on(make):
    generator = used(make())
    assert drawn(stored(generator)) == drawn(generator)


def test_an_object_of_an_optimizers_library_is_not_built_anew():
    found = stored({"projector": projector()})["projector"]
    assert type(found) is Projector
    assert same(vars(found), vars(projector()))


@pytest.mark.parametrize("value", [lambda step: step, io.StringIO(), {(1, 2): 3}, np.array([None])])
def test_what_cannot_be_kept_is_told(value):
    with pytest.raises(Unpackable, match=r"^an? "):
        pack({"state": [value]})


HOSTILE = {
    "a kind that is none": {KIND: "call", "told": ["os", "system"]},
    "a class of the standard library": {KIND: "object", "told": [["pathlib", "Path"], {}]},
    "a class of torch": {KIND: "object", "told": [["torch.nn", "Linear"], {}]},
    "a function": {KIND: "object", "told": [[__name__, "projector"], {}]},
    "a class that it imports": {KIND: "object", "told": [[__name__, "io.StringIO"], {}]},
    "a class that is not there": {KIND: "choice", "told": [[__name__, "Nobody"], "x"]},
    "other random bits": {KIND: "generator", "told": {"bit_generator": "seed"}},
}


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
def test_nothing_else_is_built(written):
    with pytest.raises(ValueError, match=r"no class of a loaded|no values of kind|no random bits"):
        unpack(written)
