"""The trials of a race: settings spread evenly over a declared space."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hydra.core.override_parser.overrides_parser import OverridesParser
from scipy.stats import qmc

from landscape_lab.configuration.composed import key_of
from landscape_lab.sweeps.study.search_space import SearchSpace

RATE = "optimizer.lr"
"""The key that all members of a job differ in; every other setting gets a job of its own."""


@dataclass(frozen=True)
class Trial:
    """Settings that an optimizer may run with.

    Args:
        settings: Overrides, without the learning rate's.
        rate: The learning rate; `None` where the optimizer has none, or it is not searched.
    """

    settings: tuple[str, ...]
    rate: float | None


def spread_trials(space: Mapping[str, Any], optimizer: str, number: int, seed: int) -> list[Trial]:
    """Trials that are quasi-random in a space; where fewer settings are possible, each is tried once.

    The learning rate is the first dimension of the Halton sequence, so that in a study all optimizers
    try their rates at the same shares of their ranges.

    Args:
        space: The keys of an optimizer and their ranges.
        optimizer: Its name, for errors.
        number: How many trials there are at most.
        seed: Of the sequence.

    Raises:
        ValueError: A range cannot be read.
    """
    written = _of_optimizer(space)
    if not written:
        return [Trial((), None)]
    try:
        searched = SearchSpace(written, [], OverridesParser.create(), lambda _: None)
    except ValueError as error:
        raise ValueError(str(error).replace("sweep.search_space", f"sweep.spaces.{optimizer}")) from error
    parameters = [
        (setting.plain_key, one.name) for setting in searched.settings for one in setting.parameters
    ]
    others = [name for key, name in parameters if key != RATE]
    columns = {name: 0 for key, name in parameters if key == RATE}
    columns |= {name: column for column, name in enumerate(others, start=1)}
    trials = []
    for shares in qmc.Halton(1 + len(others), seed=seed).random(number):  # [number, 1 + others]
        chosen = searched.overrides(_AtShares({name: shares[column] for name, column in columns.items()}))
        rates = [float(text.partition("=")[2]) for text in chosen if key_of(text) == RATE]
        settings = tuple(text for text in chosen if key_of(text) != RATE)
        trials.append(Trial(settings, float(f"{rates[-1]:.6g}") if rates else None))
    return list(dict.fromkeys(trials))


class _AtShares:
    """A trial whose values lie at given shares, from 0 to 1, of their ranges."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.shares = shares

    def suggest_categorical(self, name: str, choices: tuple[Any, ...]) -> Any:
        """One of the choices."""
        return choices[int(self.shares[name] * len(choices))]

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A number between."""
        share = self.shares[name]
        if log:
            return float(low * (high / low) ** share)
        if step is None:
            return float(low + share * (high - low))
        return float(low + step * np.floor(share * (np.floor((high - low) / step) + 1)))

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """A whole number between, both ends too."""
        if log:
            return min(high, int(low * ((high + 1) / low) ** self.shares[name]))
        return low + step * int(self.shares[name] * ((high - low) // step + 1))


def _of_optimizer(space: Mapping[str, Any]) -> dict[str, Any]:
    """A space whose keys are those of the configuration."""
    return {
        f"when optimizer.{key[5:].lstrip()}" if key.startswith("when ") else f"optimizer.{key}": (
            _of_optimizer(value) if isinstance(value, Mapping) else value
        )
        for key, value in space.items()
    }
