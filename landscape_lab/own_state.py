"""What optimizers keep beside their tensors, so that a run that goes on ends where it would have.

Torch keeps `state` and `param_groups`. An optimizer may also draw from Python's or NumPy's generator, or keep
numbers, tensors and generators as attributes; and torch brings its tensors back in the parameters' type,
masks of ones and zeros too.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import numpy as np
import pytorch_lightning as pl
from torch import Tensor, nn
from torch.optim import Optimizer

from landscape_lab.packing import Unpackable, pack, unpack

KEPT = "own"
"""Where in a checkpoint it stands."""
OF_TORCH = ("state", "param_groups", "defaults")
"""Attributes that torch itself keeps."""
States = list[dict[str, object]]


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
        self._settings = [group for optimizer in trainer.optimizers for group in _groups(optimizer)]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Give back what Lightning does not."""
        if self._kept is None:
            return
        now = [group for optimizer in trainer.optimizers for group in optimizer.param_groups]
        for group, before in zip(now, self._settings, strict=True):
            group.update({name: value for name, value in before.items() if name not in group})
        for optimizer, state in zip(trainer.optimizers, self._states, strict=True):
            _keep_types(optimizer, state)
        attributes = cast("States", self._kept["attributes"])
        for optimizer, kept in zip(_all(trainer.optimizers), attributes, strict=True):
            vars(optimizer).update(cast("dict[str, object]", unpack(kept)))
        random.setstate(cast("tuple[object, ...]", unpack(self._kept["random"])))
        np.random.set_state(cast("dict[str, object]", unpack(self._kept["numpy"])))
        self._kept, self._states = None, []


def _groups(optimizer: Optimizer) -> list[dict[str, object]]:
    """The settings of each group as they are now."""
    return [dict(group) for group in optimizer.param_groups]


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
    kept = {}
    for name, value in vars(optimizer).items():
        if name in OF_TORCH or any(tensor.data_ptr() in shared for tensor in _tensors([value])):
            continue
        try:
            kept[name] = pack(value)
        except Unpackable:
            continue  # a hook or another optimizer: it stays as it was built
    return kept


def _tensors(values: Iterable[object]) -> Iterator[Tensor]:
    """All tensors in nested lists and dictionaries, keys too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, Mapping):
            yield from _tensors([*value.keys(), *value.values()])
        elif isinstance(value, (list, tuple, set)):
            yield from _tensors(value)


def _keep_types(optimizer: Optimizer, saved: Mapping[str, object]) -> None:
    """Give back a state as it was: torch gives tensors the type of parameters, and a queue no length."""
    groups = saved.get("param_groups")
    states = saved.get("state")
    if not isinstance(groups, list) or not isinstance(states, Mapping):
        return
    numbers = [number for group in groups for number in group["params"]]
    parameters: list[nn.Parameter] = [one for group in optimizer.param_groups for one in group["params"]]
    for number, parameter in zip(numbers, parameters, strict=False):
        if (state := optimizer.state.get(parameter)) is not None:
            kept = states.get(number, {}).items()
            state.update({name: _placed(value, state.get(name)) for name, value in kept})


def _placed(kept: object, now: object) -> object:
    """A value that was kept, on the device on which torch has put it."""
    return kept.to(now.device) if isinstance(kept, Tensor) and isinstance(now, Tensor) else kept
