"""Optimizers by the names of the catalogue, with their settings, ready to descend."""

from dataclasses import dataclass
from functools import lru_cache, partial

import yaml
from omegaconf import OmegaConf

from landscape_lab.assembly import factories_of
from landscape_lab.configuration.composed import CONF, catalogued
from landscape_lab.optimizers.factories import Factory, own_rate, parts_of, takes_rate
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.traits import Traits
from landscape_lab.validation import alternatives

OPTIMIZERS = ("sgd", "nesterov", "rmsprop", "adam", "lion", "adagrad")
"""Who plays where nobody says otherwise."""
FREE = 0.01
"""The rate of a class that asks for one and has none of its own."""


@dataclass(frozen=True)
class Player:
    """An optimizer that descends.

    Args:
        name: What it is called.
        factory: Builds it.
        traits: How it wants to be called.
        rate: Its own learning rate; `None` where it has none.
    """

    name: str
    factory: Factory
    traits: Traits
    rate: float | None

    @classmethod
    def of(cls, name: str, factory: Factory) -> "Player":
        """An optimizer of which only the factory is known."""
        rate = own_rate(factory)
        if rate is None and takes_rate(parts_of(factory).maker):
            rate, factory = FREE, partial(factory, lr=FREE)
        return cls(name, factory, probe(factory), rate)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """All that `optimizer=NAME` chooses, but a module's own."""
    curated = {path.stem for path in (CONF / "optimizer").glob("*.yaml")}
    return tuple(sorted(curated | (catalogued().keys() - {"own"})))


@lru_cache(maxsize=256)
def player(name: str) -> Player:
    """The optimizer that `optimizer=NAME` chooses.

    Raises:
        ValueError: The catalogue has none of this name.

    >>> player("lion").rate
    0.03
    """
    if name not in names():
        raise ValueError(f"There is no optimizer `{name}`. {alternatives(name, names())}")
    file = CONF / "optimizer" / f"{name}.yaml"
    node = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {"_target_": catalogued()[name]}
    return Player.of(name, factories_of(OmegaConf.create({"optimizer": node, "scheduler": None}))[0])
