"""The configuration against the declared keys: checked right after it is composed, and described in `--help`.

A node is checked with the declaration of its `_target_`, or with that of the node's own name, such as
`ensemble`. What neither declares belongs to a class of somebody else and stays open.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, Node, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from landscape_lab.keys import DECLARED, Key, Keys
from landscape_lab.keys.kinds import Nullable, Open
from landscape_lab.keys.optimizers import AUTO
from landscape_lab.validation import Text

OTHERS = Keys("_others", Open())
"""The declaration of a node that is not ours."""
OF_NETWORKS = ("model", "data")
"""The groups that landscape=network brings."""


@dataclass(frozen=True)
class Entry:
    """A key of a composed configuration.

    Args:
        node: What holds it.
        scope: The node's name, with a dot at its end.
        name: The key itself.
        value: As it was given: interpolations are not resolved.
        declarations: What declares the keys of the node, the most special first.
    """

    node: DictConfig
    scope: str
    name: str
    value: Any
    declarations: tuple[Keys, ...]

    @property
    def declared(self) -> Key | None:
        """How the key is declared."""
        return next((keys.keys[self.name] for keys in self.declarations if self.name in keys.keys), None)

    def check(self) -> object:
        """The value as the code gets it.

        Raises:
            ValueError: There is no such key, or it takes no such value.
        """
        if self.scope + self.name == "optimizer.lr" and self.value == AUTO:
            return self.value
        owner = next((keys for keys in self.declarations if self.name in keys.keys), self.declarations[0])
        return owner.check(self.name, self.resolved(), self.scope)

    def resolved(self) -> object:
        """The value, with interpolations resolved."""
        value = OmegaConf.select(self.node, self.name) if self.interpolated else self.value
        return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value

    @property
    def interpolated(self) -> bool:
        """Whether the value refers to other keys."""
        return "${" in str(self.value)

    @property
    def refers_to_checked(self) -> bool:
        """Whether what the value refers to needs no further check; OmegaConf takes 0.3 ms to resolve it."""
        if self.declared is None or isinstance(self.declared.kind, Text):
            return True  # text that is made of others is text
        named = re.fullmatch(r"\$\{(?:(\w+)\.)?(\w+)\}", str(self.value))
        if named is None:
            return False
        other = DECLARED.get(named[1] or "", OTHERS).keys.get(named[2])
        return other is not None and other.kind == self.declared.kind

    @property
    def missing(self) -> bool:
        """Whether the user has still to give the value."""
        return isinstance(self.value, str) and self.value == "???"


def check(cfg: DictConfig) -> None:
    """Check every key, and write in one way what may be written in several: `steps=1e3`, `figures=path`.

    Raises:
        ValueError: A key takes no such value, or there is no such key. The message names it as it was typed.
    """
    _check_groups(cfg)
    for entry in entries(cfg):
        _settle(entry)


def check_sweep(cfg: DictConfig) -> None:
    """Check `objective` and the keys of `sweep` before any job begins: they are the same for all jobs.

    Raises:
        ValueError: As `check`.
    """
    for entry in entries(cfg):
        if entry.scope == "sweep." or entry.scope + entry.name == "objective":
            _settle(entry)


def _check_groups(cfg: DictConfig) -> None:
    """Raise `ValueError` for settings of a model or of data that nobody builds."""
    given = [group for group in OF_NETWORKS if OmegaConf.is_dict(cfg.get(group))]
    built = [group for group in given if "_target_" in cfg[group]]
    if given and len(built) < len(OF_NETWORKS):
        keys = ", ".join(f"{given[0]}.{key}" for key in cfg[given[0]])
        raise ValueError(f"The group `{given[0]}` is there only with landscape=network. Found {keys}.")


def settle(cfg: DictConfig) -> None:
    """Write values in one way, as `check` does. What that would refuse stays as it is: the job tells it."""
    for entry in entries(cfg):
        try:
            _settle(entry)
        except ValueError:
            continue


def _settle(entry: Entry) -> None:
    if entry.missing or entry.name == "_target_":
        return  # whoever needs it says what is wrong with it
    if entry.interpolated and entry.refers_to_checked:
        return
    try:
        value = entry.check()
    except OmegaConfBaseException:
        return  # it refers to what is not known yet, such as the folder of the run
    if not entry.interpolated and (value != entry.value or type(value) is not type(entry.value)):
        entry.node[entry.name] = value


def entries(cfg: DictConfig) -> Iterator[Entry]:
    """Every key of a configuration but Hydra's own, from the top level down."""
    plain = {}
    for name in cfg:
        node = cfg._get_node(name)
        if name != "hydra" and isinstance(node, Node):
            plain[name] = OmegaConf.to_container(node) if OmegaConf.is_config(node) else node._value()
    yield from _entries(cfg, plain, "")


def _entries(node: DictConfig, plain: Mapping[Any, Any], scope: str) -> Iterator[Entry]:
    """The keys of a node, then those of the nodes in it."""
    declarations = _declarations(plain.get("_target_"), scope)
    inner = []
    for name, value in plain.items():
        entry = Entry(node, scope, str(name), value, declarations)
        if isinstance(value, Mapping) and entry.declared is None:
            inner.append(entry)
        elif entry.name == "_target_" or not entry.name.startswith("_"):
            yield entry
    for entry in inner:
        below = node._get_node(entry.name)
        assert isinstance(below, DictConfig)
        yield from _entries(below, entry.value, f"{scope}{entry.name}.")


def _declarations(target: object, scope: str) -> tuple[Keys, ...]:
    """What declares the keys of a node, the most special first."""
    names = (target if isinstance(target, str) else None, scope.removesuffix("."))
    return tuple(DECLARED[name] for name in names if name in DECLARED) or (OTHERS,)


def describe(cfg: DictConfig) -> str:
    """A line for each key: its value, and where it is declared, what it means and which values it takes."""
    lines = []
    for entry in entries(cfg):
        text = f"{entry.scope}{entry.name}={_written(entry.value)}"
        if entry.declared is not None:
            kind, meaning = entry.declared
            text = (
                f"{text:<44}  # {meaning} ({kind.wanted}{', or null' if isinstance(kind, Nullable) else ''})"
            )
        lines.append(text)
    return "\n".join(lines)


def _written(value: object) -> str:
    """A value as it is typed on the command line."""
    if isinstance(value, list):
        return f"[{','.join(_written(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key}:{_written(one)}' for key, one in value.items())}}}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) or "''"
