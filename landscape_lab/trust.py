"""What is built of a folder that somebody may have sent: only what is on one list, without `trust=true`.

A configuration names classes and functions, and a folder brings its own configuration. Whatever turns such a
name into an object asks `admit` first: `dotted_paths.locate`, and `instantiation` before Hydra builds a
node. Interpolations are looked at where the file is read. The commands over folders are `guarded`, and so is
a run with `trust=false`, as each job of a sweep that somebody else left and `sweep.resume` goes on with.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FunctionType

from landscape_lab.configuration.composed import CONF, catalogued, plain
from landscape_lab.errors import without_exits
from landscape_lab.keys import DECLARED
from landscape_lab.validation import Choice

GROUPS = (
    "augmentation",
    "callbacks",
    "data",
    "landscape",
    "logger",
    "model",
    "optimizer",
    "scheduler",
    "sweep",
    "trainer",
)
"""The groups of `conf` whose choices describe objects of a run."""
TARGET = re.compile(r"\b_target_:\s*([\w.]+)")
RESOLVERS = ("hydra", "now", "oc.select", "keys")
"""What the lab's own configuration asks OmegaConf for; it tells nothing but what stands in it already."""
INNERMOST = re.compile(r"\$\{([^${}:]*)(:[^${}]*)?\}")
"""An interpolation that has no other one in it: `${seed}`, `${oc.env:HOME}`."""


class _Guard:
    """Whose things are built at the moment.

    A process has one, not a thread: what is built in a thread of its own is no less somebody else's.
    """

    def __init__(self) -> None:
        self.folder = ""
        """The folder that somebody may have sent, for the refusal; empty where all is trusted."""
        self.refused = False
        """Whether anything was refused, also where pictures that could not be drawn end no command."""


_GUARD = _Guard()


@contextmanager
def guarded_command() -> Iterator[None]:
    """Let a command over folders build what is listed, unless one of its words is `trust=true`.

    Raises:
        ValueError: `trust` is neither true nor false.
        RuntimeError: Code of the folder's owner wanted to end the process.
        SystemExit: With status 1, where something was refused and the command did the rest.
    """
    trust = _take_word()
    paths = ", ".join(word for word in sys.argv[1:] if "=" not in word)
    with guarded("" if trust else paths or "."):
        with without_exits():
            yield
        if _GUARD.refused:
            raise SystemExit(1)


def _take_word() -> bool:
    """Take `trust=…` out of the command line, and tell whether the last of them is true."""
    words = [word for word in sys.argv[1:] if word.startswith("trust=")]
    sys.argv[1:] = [word for word in sys.argv[1:] if word not in words]
    values = [Choice("true", "false").check("trust", word.partition("=")[2]) for word in words]
    return values[-1:] == ["true"]


@contextmanager
def guarded(folder: str | Path) -> Iterator[None]:
    """Build only what is listed for a while; an empty folder changes nothing."""
    before = _GUARD.folder, _GUARD.refused
    _GUARD.folder, _GUARD.refused = str(folder) or before[0], False
    try:
        yield
    finally:
        _GUARD.folder, _GUARD.refused = before


@contextmanager
def found_in(folder: Path) -> Iterator[None]:
    """Let refusals name the one folder, of those of a command, whose things are built for a while."""
    before = _GUARD.folder
    _GUARD.folder = str(folder) if before else ""
    try:
        yield
    finally:
        _GUARD.folder = before


def pass_refusal(error: Exception) -> None:
    """Raise an error again if something was refused: who goes on without a picture does not after that."""
    if _GUARD.refused:
        raise error


def beware(what: str) -> None:
    """Raise `ValueError` about what a folder asks for, unless it is trusted.

    Args:
        what: In words, and why nobody should have it unasked.
    """
    if _GUARD.folder:
        _GUARD.refused = True
        raise ValueError(f"{_GUARD.folder} asks for {what}. If you trust who made it: trust=true.")


def admit(path: str) -> None:
    """Raise `ValueError` for a dotted path of something that may not be built now."""
    if _GUARD.folder and not is_known(path):
        beware(f"`{path}`, which is not of the lab or of torch.nn and could run any code here")


def admit_targets(node: object) -> None:
    """Raise `ValueError` for a node in which, at any depth, a `_target_` may not be built now."""
    if _GUARD.folder:
        for target in _targets(plain(node)):
            admit(target)


def _targets(values: object) -> Iterator[str]:
    """Every `_target_` in values, nodes of a configuration among them."""
    if isinstance(values, Mapping):
        if "_target_" in values:
            yield str(values["_target_"])
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from _targets(plain(value))


def admit_interpolations(values: object, folder: Path) -> None:
    """Raise `ValueError` for plain values that would look beyond their own file, as `${oc.env:HOME}` does.

    Args:
        values: What was read, interpolations as they are written.
        folder: Where it was read.
    """
    if _GUARD.folder and (found := looks_beyond(values)) is not None:
        with found_in(folder):
            beware(f"`{found}`, which could tell what the folder should not know")


def looks_beyond(values: object) -> str | None:
    """The first text in plain values whose interpolations need more than the values themselves.

    >>> looks_beyond({"seed": "${steps}", "folder": ["${oc.env:HOME}/x"]})
    '${oc.env:HOME}/x'
    """
    if isinstance(values, Mapping):
        values = [*values, *values.values()]
    if isinstance(values, list):
        return next((found for found in map(looks_beyond, values) if found is not None), None)
    return values if isinstance(values, str) and _resolves_strange(values) else None


def _resolves_strange(text: str) -> bool:
    """Whether a text has an interpolation of a resolver that is not among `RESOLVERS`.

    The innermost are taken away one by one, as the name of a resolver may be one itself: `${${a}:HOME}`.
    """
    while found := INNERMOST.search(text):
        if found[2] is not None and found[1].strip() not in RESOLVERS:
            return True
        text = f"{text[: found.start()]}\0{text[found.end() :]}"
    return "${" in text


def is_known(path: str) -> bool:
    """Whether a dotted path names, letter by letter, what is the lab's own or of torch.nn.

    >>> is_known("landscape_lab.landscapes.ImageLandscape"), is_known("landscape_lab.files.writing.os.system")
    (True, False)
    >>> is_known("torch.nn.Linear"), is_known("torch.nn.functional.mse_loss"), is_known("torch.load")
    (True, True, False)
    """
    return path in known() or _of_torch(path)


@cache
def known() -> frozenset[str]:
    """Every class and function that `conf`, the declarations of keys or the list of optimizers names."""
    files = (path for group in GROUPS for path in (CONF / group).glob("*.yaml"))
    found = {target for path in files for target in TARGET.findall(path.read_text())}
    declared = {name for name in DECLARED if name.startswith("landscape_lab.")}
    return frozenset({*found, *declared, *catalogued().values()})


def _of_torch(path: str) -> bool:
    """Whether a path is that of a layer, a loss or a function of torch.nn."""
    home, _, name = path.rpartition(".")
    if home not in ("torch.nn", "torch.nn.functional"):
        return False
    from torch import nn  # torch, which `--help` does without

    if home == "torch.nn":
        return name in nn.modules.__all__
    found = getattr(nn.functional, name, None)
    return isinstance(found, FunctionType) and (found.__module__, name[0] == "_") == (home, False)
