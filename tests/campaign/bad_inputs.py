"""Bad inputs made from the declarations of keys: every key of every choice, with what it cannot use."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf, open_dict

from landscape_lab.configuration.completeness import check_complete
from landscape_lab.configuration.composed import CONF, open_keys, register_catalogue
from landscape_lab.configuration.schema import check, entries
from landscape_lab.dotted_paths import locate
from landscape_lab.keys.signatures import parameters_of

BAD: dict[str, tuple[str, object]] = {
    "a word": ("abc", "abc"),
    "a switch": ("true", True),
    "NaN": ("nan", math.nan),
    "infinity": ("inf", math.inf),
    "a negative number": ("-1", -1),
    "zero": ("0", 0),
    "a fraction": ("0.3", 0.3),
    "a huge number": (f"{10**30}", 10**30),
    "null": ("null", None),
    "empty text": ("''", ""),
    "an empty list": ("[]", []),
    "a nested list": ("[[[abc]]]", [[["abc"]]]),
    "a nested mapping": ("{a:{b:1}}", {"a": {"b": 1}}),
}
"""What is given: as it is typed, and as it is composed."""
GIVEN = {
    "landscape=image": ["landscape.image=surfaces/spiral.png"],
    "landscape=function": ["landscape.fn=torch.hypot"],
    "landscape=expression": ["landscape.expression=x**2 + y**2"],
    "landscape=catalogue": ["landscape.name=booth"],
    "landscape=shapes": ["landscape.shapes=4", "landscape.size=16"],
    "landscape=lightning": ["landscape.module._target_=nowhere.Module"],
    "landscape=network": ["landscape.samples=20"],
}
"""What some choices cannot do without, or are slow without."""
TOGETHER = {
    "model=transformer_small": ["data=text"],
    "model=resnet_small": ["data=digits"],
    "model=lenet": ["data=digits"],
    "data=text": ["model=transformer_small"],
}
"""Which model and data fit each other."""
GROUPS = ("landscape", "augmentation", "optimizer", "scheduler", "ensemble", "plane", "callbacks", "logger")
NETWORK = ("landscape=network", "landscape.samples=20")
SETTINGS_OF_CLASSES = ("optimizer", "scheduler", "model", "data")
"""The groups that take whatever their class takes, also what no YAML lists."""

OPTIMIZERS = ("torch.optim", "pytorch_optimizer", "landscape_lab.optimizers")
"""Whose classes and functions get their first argument from the lab."""


@dataclass(frozen=True)
class Key:
    """A key of a composed configuration.

    Args:
        base: The overrides that bring its node.
        name: The key with its scope.
        there: Whether the configuration has it, or a class only takes it.
        owner: Who declares it.
    """

    base: tuple[str, ...]
    name: str
    there: bool
    owner: str


@dataclass(frozen=True)
class Case:
    """A bad input.

    Args:
        key: What is set.
        bad: To what, a key of `BAD`.
    """

    key: Key
    bad: str

    @property
    def overrides(self) -> list[str]:
        """As it is typed."""
        return [*self.key.base, f"{'' if self.key.there else '++'}{self.key.name}={BAD[self.bad][0]}"]

    def __str__(self) -> str:
        return " ".join(self.overrides)


class Composer:
    """Compose each base once.

    Attributes:
        known: The configurations by their overrides.
    """

    def __init__(self) -> None:
        register_catalogue()
        self.known: dict[tuple[str, ...], DictConfig] = {}

    def __call__(self, base: tuple[str, ...]) -> DictConfig:
        """A configuration with Hydra's part, as the lab gets it."""
        if base not in self.known:
            with initialize_config_dir(str(CONF), version_base="1.3"):
                self.known[base] = compose("config", open_keys(base), return_hydra_config=True)
            with open_dict(self.known[base]):
                self.known[base].folder = "run"
        return self.known[base].copy()


def bases() -> Iterator[tuple[str, ...]]:
    """Overrides that bring every choice of every group once."""
    yield ()
    for group in GROUPS:
        for path in sorted((CONF / group).glob("*.yaml")):
            choice = f"{group}={path.stem}"
            yield (choice, *GIVEN.get(choice, []))
    for group in ("model", "data"):
        for path in sorted((CONF / group).glob("*.yaml")):
            choice = f"{group}={path.stem}"
            yield (*NETWORK, choice, *TOGETHER.get(choice, []))
    for path in sorted((CONF / "sweep").glob("*.yaml")):
        yield (f"sweep={path.stem}",)


def keys(composer: Composer, chosen: Iterable[tuple[str, ...]]) -> list[Key]:
    """Every key of some bases, where it is first met."""
    found: dict[tuple[str, str], Key] = {}
    for base in chosen:
        for key in _keys_of(base, composer(base)):
            found.setdefault((key.owner, key.name.rpartition(".")[2]), key)
    return list(found.values())


def _keys_of(base: tuple[str, ...], cfg: DictConfig) -> Iterator[Key]:
    """The keys of one configuration, and those that its classes take besides."""
    seen = set()
    for entry in entries(cfg):
        target = entry.node.get("_target_")
        owner = next(
            (one.name for one in entry.declarations if entry.name in one.keys), target or entry.scope
        )
        if entry.name != "_target_":
            yield Key(base, entry.scope + entry.name, True, str(owner))
        if entry.scope in seen:
            continue
        seen.add(entry.scope)
        further = {name: one.name for one in entry.declarations if one.further is None for name in one.keys}
        if entry.scope.partition(".")[0] in SETTINGS_OF_CLASSES and target is not None:
            further |= dict.fromkeys(_settings_of(target), target)
        for name, owner in further.items():
            if name not in entry.node:
                yield Key(base, entry.scope + name, False, owner)


def _settings_of(target: str) -> list[str]:
    """What a class takes but its first argument, the parameters."""
    try:
        known = parameters_of(locate("_target_", target))
    except ValueError:
        return []
    plain = [name for name, one in known.items() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return plain[1:] if target.startswith(OPTIMIZERS) else plain


def refusal_of(cfg: DictConfig, case: Case) -> str | None:
    """What the lab says of a bad input before anything is built; `None` where it takes it.

    Raises:
        Exception: It is refused otherwise than by an error for the user.
    """
    hydra = cfg.hydra
    with open_dict(cfg):
        OmegaConf.update(cfg, case.key.name, BAD[case.bad][1], merge=False, force_add=True)
        del cfg["hydra"]
    try:
        check_complete(cfg, hydra)
        check(cfg)
    except ValueError as error:
        return str(error)
    return None
