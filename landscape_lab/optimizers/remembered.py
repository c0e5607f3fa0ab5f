"""What an optimizer remembers from step to step, as numbers: of each coordinate, and of each member."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

OF_TORCH = ("state", "param_groups", "defaults")
"""Attributes that every optimizer has."""
FEW = 4
"""A list of more numbers is no setting."""


class Remembered(NamedTuple):
    """The state of an optimizer after a step.

    Args:
        numbers: By name, `[members]` each, float64.
        vectors: What it has for each coordinate of a point, by name, `[members, dims]` each.
        skipped: What is no number, by name, and what it is.
    """

    numbers: dict[str, Tensor]
    vectors: dict[str, Tensor]
    skipped: dict[str, str]


def remembered(optimizer: Optimizer, parameters: Sequence[Tensor], members: int) -> Remembered:
    """Read the state of any optimizer, and of those that it wraps; nothing of it is touched.

    Tensors in the shape of their parameter are joined to vectors in the order of `parameters`, zero where
    a parameter has none. A tensor of another shape is told by its norm, `|name|`, and of several tensors
    with a number of the same name, such as `step`, the first tells it. Settings of the parameter groups
    that are numbers are among the numbers; of the second group they are called `lr (2)`. An optimizer may
    tell more by a method `inner_state()`, a mapping of names to arrays.

    Args:
        optimizer: What is read.
        parameters: What makes a point, in its order; stacked ones begin with `members`.
        members: How many points there are.

    >>> point = torch.nn.Parameter(torch.tensor([[1.0, 2.0]]))
    >>> optimizer = torch.optim.SGD([point], lr=0.1, momentum=0.9)
    >>> point.grad = torch.tensor([[3.0, 4.0]])
    >>> optimizer.step()
    >>> found = remembered(optimizer, [point], members=1)
    >>> found.vectors, found.numbers["lr"]
    ({'momentum_buffer': tensor([[3., 4.]])}, tensor([0.1000], dtype=torch.float64))
    """
    reader = _Reader(parameters, members)
    for one in _with_wrapped(optimizer):
        for number, parameter in enumerate(parameters):
            for name, value in _state_of(one, parameter).items():
                reader.take(str(name), value, number)
        if callable(tell := getattr(one, "inner_state", None)):
            for name, value in tell().items():
                reader.take(name, value, 0)
        for name, value in _numbers_of(one):
            reader.take(name, value)
    return Remembered(reader.numbers, reader.vectors(), reader.skipped)


def _with_wrapped(optimizer: Optimizer) -> Iterator[Optimizer]:
    """An optimizer, and those that it holds as attributes."""
    yield optimizer
    for value in vars(optimizer).values():
        if isinstance(value, Optimizer):
            yield from _with_wrapped(value)


def _state_of(optimizer: Optimizer, parameter: Tensor) -> Mapping[object, object]:
    """What is kept of a parameter; nothing by a class with another kind of state."""
    state = getattr(optimizer, "state", {})
    kept = state.get(parameter, {}) if isinstance(state, Mapping) else {}
    return kept if isinstance(kept, Mapping) else {}


def _numbers_of(optimizer: Optimizer) -> Iterator[tuple[str, object]]:
    """The numbers among the settings of its groups and among its own attributes."""
    for order, group in enumerate(getattr(optimizer, "param_groups", ()), start=1):
        settings = {name: value for name, value in group.items() if name != "params"}
        yield from _numbers_in(settings, "" if order == 1 else f" ({order})")
    hidden = [name for name in vars(optimizer) if name in OF_TORCH or name.startswith("_")]
    yield from _numbers_in({name: one for name, one in vars(optimizer).items() if name not in hidden}, "")


def _numbers_in(values: Mapping[str, object], behind: str) -> Iterator[tuple[str, object]]:
    """Those values that are numbers, and the numbers of pairs such as `betas`."""
    for name, value in values.items():
        if isinstance(value, tuple | list) and len(value) <= FEW:
            yield from _numbers_in({f"{name}[{i}]": one for i, one in enumerate(value)}, behind)
        elif _is_number(value):
            yield name + behind, value


def _is_number(value: object) -> bool:
    """Whether something is one number: flags are none."""
    if isinstance(value, Tensor | np.ndarray):
        return value.ndim == 0 and value.dtype not in (torch.bool, np.bool_)
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


class _Reader:
    """Sorts values into numbers and vectors.

    Args:
        parameters: What makes a point.
        members: How many points there are.
    """

    def __init__(self, parameters: Sequence[Tensor], members: int) -> None:
        self.parameters = parameters
        self.members = members
        self.numbers: dict[str, Tensor] = {}
        self.skipped: dict[str, str] = {}
        self._parts: dict[str, dict[int, Tensor]] = {}  # of vectors, by the number of the parameter

    def take(self, name: str, value: object, parameter: int | None = None) -> None:
        """One value, which may be kept for a parameter."""
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
            value = torch.from_numpy(value)
        if _is_number(value):
            self.numbers.setdefault(name, self._alike(float(value)))  # type: ignore[arg-type] # it is one
        elif isinstance(value, Tensor) and parameter is not None and _is_dense(value):
            self._take_tensor(name, value.detach(), parameter)
        elif value is not None and not isinstance(value, bool):
            self.skipped[name] = type(value).__name__

    def _take_tensor(self, name: str, value: Tensor, parameter: int) -> None:
        """A tensor of several numbers, or of one that has dimensions."""
        if value.shape == self.parameters[parameter].shape:
            self._parts.setdefault(name, {})[parameter] = value
        elif self._is_flat(value):
            self._parts.setdefault(name, dict(enumerate(value.split(self._sizes()))))
        elif value.numel() == 1:
            self.numbers.setdefault(name, self._alike(float(value)))
        elif value.numel() == self.members:
            self.numbers.setdefault(name, value.double().cpu().reshape(-1).clone())
        else:
            self.numbers.setdefault(f"|{name}|", self._norms(value))

    def _is_flat(self, value: Tensor) -> bool:
        """Whether it is a whole point of the only member, as some classes keep it."""
        return self.members == 1 and 1 < value.numel() == sum(self._sizes()) and value.ndim == 1

    def _sizes(self) -> list[int]:
        return [one.numel() for one in self.parameters]

    def _norms(self, value: Tensor) -> Tensor:
        """The norm of each member's part, or of all."""
        value = value.double().cpu()
        if value.ndim and len(value) == self.members:
            return value.reshape(self.members, -1).norm(dim=1)
        return self._alike(float(value.norm()))

    def _alike(self, value: float) -> Tensor:
        return torch.full((self.members,), value, dtype=torch.float64)

    def vectors(self) -> dict[str, Tensor]:
        """The vectors, put together, as copies."""
        return {name: self._joined(parts) for name, parts in self._parts.items()}

    def _joined(self, parts: Mapping[int, Tensor]) -> Tensor:
        rows = [
            parts[number].reshape(self.members, -1) if number in parts else self._nothing(parameter)
            for number, parameter in enumerate(self.parameters)
        ]
        return torch.cat(rows, dim=1).cpu()

    def _nothing(self, parameter: Tensor) -> Tensor:
        return parameter.new_zeros(self.members, parameter.numel() // self.members)


def _is_dense(value: Tensor) -> bool:
    return value.layout == torch.strided and not value.is_complex() and value.dtype != torch.bool
