"""What optimizers keep beside their tensors, so that a run that goes on ends where it would have.

Torch keeps `state` and `param_groups`. An optimizer may also draw from Python's or NumPy's generator, or keep
numbers, tensors and generators as attributes; and torch brings its tensors back in the parameters' type,
masks of ones and zeros too.
"""

import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar, cast

import numpy as np
import pytorch_lightning as pl
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.resuming.packing import Unpackable, pack, unpack

KEPT = "own"
"""Where in a checkpoint it stands."""
MISSING = object()
"""Instead of a value that is not kept."""
OF_TORCH = ("state", "param_groups", "defaults")
"""Attributes that torch itself keeps."""
T = TypeVar("T")
State = dict[str, object]
States = list[State]


class Unresumable(ValueError):
    """An optimizer whose state no checkpoint can hold."""


class OwnState(pl.Callback):
    """Keep in every checkpoint what belongs to the optimizers, and give it back.

    Functions among the settings of an optimizer stay those with which it was built.
    """

    def __init__(self) -> None:
        self._kept: dict[str, object] | None = None
        self._states: States = []
        self._settings: list[dict[str, object]] = []

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, object]
    ) -> None:
        """Pack the states of optimizers and schedules.

        Raises:
            Unresumable: One holds what cannot be kept.
        """
        for name in ("optimizer_states", "lr_schedulers"):
            states = cast("States", checkpoint[name])
            try:
                checkpoint[name] = [pack(_without_functions(state)) for state in states]
            except Unpackable as error:
                kind = type(trainer.optimizers[0]).__name__
                raise Unresumable(f"{kind} the state holds {error}") from error
        checkpoint[KEPT] = {
            "random": pack(random.getstate()),
            "numpy": pack(np.random.get_state(legacy=False)),
            "attributes": [_attributes(optimizer) for optimizer in _all(trainer.optimizers)],
        }

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, object]
    ) -> None:
        """Unpack the states, before Lightning gives them back."""
        for name in ("optimizer_states", "lr_schedulers"):
            checkpoint[name] = unpack(checkpoint[name])
        self._states = cast("States", checkpoint["optimizer_states"])
        self._kept = cast("dict[str, object]", checkpoint[KEPT])

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Remember settings that no checkpoint holds."""
        self._settings = [dict(group) for one in trainer.optimizers for group in one.param_groups]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Give back what Lightning does not."""
        if self._kept is None:
            return
        _fill_settings(trainer.optimizers, self._settings)
        for optimizer, state in zip(trainer.optimizers, self._states, strict=True):
            _give_back(optimizer, state)
        attributes = cast("States", self._kept["attributes"])
        for optimizer, kept in zip(_all(trainer.optimizers), attributes, strict=True):
            vars(optimizer).update(cast("dict[str, object]", unpack(kept)))
        random.setstate(cast("tuple[object, ...]", unpack(self._kept["random"])))
        np.random.set_state(cast("dict[str, object]", unpack(self._kept["numpy"])))
        self._kept, self._states = None, []


def _fill_settings(optimizers: Iterable[Optimizer], before: Iterable[Mapping[str, object]]) -> None:
    """Give groups the settings that no checkpoint holds, as they were built."""
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    for group, settings in zip(groups, before, strict=True):
        group.update({name: value for name, value in settings.items() if name not in group})


def _all(optimizers: Iterable[Optimizer]) -> Iterator[Optimizer]:
    """Optimizers and those that they wrap."""
    for optimizer in optimizers:
        yield optimizer
        yield from _all(value for value in vars(optimizer).values() if isinstance(value, Optimizer))


def _without_functions(state: Mapping[str, object]) -> dict[str, object]:
    """A state without functions among the settings of its groups."""
    if not isinstance(groups := state.get("param_groups"), list):
        return dict(state)
    kept = [{name: value for name, value in group.items() if not _is_function(value)} for group in groups]
    return {**state, "param_groups": kept}


def _is_function(value: object) -> bool:
    return callable(value) and not isinstance(value, (Tensor, type))


def _attributes(optimizer: Optimizer) -> dict[str, object]:
    """The attributes of an optimizer that a checkpoint can hold and that are no view of something else's."""
    shared = {tensor.data_ptr() for tensor in _tensors([optimizer.state, optimizer.param_groups])}
    own = {name: value for name, value in vars(optimizer).items() if name not in OF_TORCH}
    packed = {name: _packed(value, shared) for name, value in own.items()}
    return {name: value for name, value in packed.items() if value is not MISSING}


def _packed(value: object, shared: Collection[int]) -> object:
    """A value for a checkpoint; `MISSING` of a view of the state, a hook, another optimizer."""
    try:
        return MISSING if any(one.data_ptr() in shared for one in _tensors([value])) else pack(value)
    except Unpackable:
        return MISSING


def _tensors(values: Iterable[object]) -> Iterator[Tensor]:
    """All tensors in nested lists and dictionaries, keys too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, Mapping):
            yield from _tensors([*value.keys(), *value.values()])
        elif isinstance(value, (list, tuple, set)):
            yield from _tensors(value)


def _give_back(optimizer: Optimizer, saved: Mapping[str, object]) -> None:
    """Give back a state as it was: torch gives tensors the type of parameters, and a queue no length."""
    for state, kept in _of_parameters(optimizer, saved):
        state.update({name: _placed(value, state[name]) for name, value in kept.items() if name in state})


def _of_parameters(optimizer: Optimizer, saved: Mapping[str, object]) -> Iterator[tuple[State, State]]:
    """The state of each parameter, and what was saved of it; none of a class with another kind of state."""
    groups, states = saved.get("param_groups"), saved.get("state")
    if not isinstance(groups, list) or not isinstance(states, Mapping):
        return
    for number, parameter in zip(_params(groups), _params(optimizer.param_groups), strict=False):
        yield optimizer.state.get(parameter, {}), states.get(number, {})


def _params(groups: Iterable[Mapping[str, list[T]]]) -> list[T]:
    """The parameters of all groups, or the numbers by which a checkpoint calls them."""
    return [one for group in groups for one in group["params"]]


def _placed(kept: object, now: object) -> object:
    """A value that was kept, on the device on which torch has put it."""
    return kept.to(now.device) if isinstance(kept, Tensor) and isinstance(now, Tensor) else kept
