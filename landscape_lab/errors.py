"""Errors and warnings as one line that names what is at fault and the nearest valid choice."""

import os
import re
import shlex
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from hydra.errors import (
    ConfigCompositionException,
    HydraException,
    InstantiationException,
    MissingConfigException,
    OverrideParseException,
)
from omegaconf.errors import InterpolationToMissingValueError, MissingMandatoryValue, OmegaConfBaseException

from landscape_lab.configuration.composed import quoted
from landscape_lab.escaping import visible
from landscape_lab.process.streams import in_ascii_where_asked, reopen, while_read
from landscape_lab.validation import alternatives

FULL = os.environ.get("LANDSCAPE_LAB_FULL_ERROR", os.environ.get("HYDRA_FULL_ERROR", "0")) not in ("", "0")
"""Whether the user asked for tracebacks: `main` sets Hydra's variable for itself, ours for workers."""
OWNERS = {"model": "landscape=network", "data": "landscape=network", "sweep/suite": "sweep=race"}
"""Groups that are there only with the choice of another."""
NOT_THERE = re.compile(f"Could not override '({'|'.join(OWNERS)})'")
"""Hydra's words for a choice of a group that is not there."""
NO_KEYS = re.compile(r"In '(\S+)': ConfigTypeError .*\s+Cannot merge DictConfig with ListConfig")
"""Hydra's words for a file of the configuration that holds a list."""
SEVERAL = re.compile(r"Ambiguous value for argument '\+*([^=']+)=(.*)'$", re.MULTILINE)
"""Hydra's words for several values where it runs one job."""

GLYPH = re.compile(r"Glyph (\d+) .* missing from font")
"""How matplotlib says that a name has a letter of another script."""


@contextmanager
def one_line(usage: str | None = None) -> Iterator[None]:
    """Turn an error into one line on standard error and status 1; with HYDRA_FULL_ERROR=1 let it pass.

    A warning is one line, too, and what a terminal cannot show is written in signs that it can.

    Args:
        usage: What `--help` answers instead of running anything.
    """
    reopen()
    in_ascii_where_asked()
    try:
        with while_read(), warnings_told():
            if usage is not None and {"-h", "--help"} & set(sys.argv):
                sys.stdout.write(f"{usage.strip()}\n")
                raise SystemExit(0)
            yield
    except Exception as error:
        if FULL:
            raise
        tell(explain(error))
        raise SystemExit(1) from error


@contextmanager
def warnings_told() -> Iterator[None]:
    """Tell warnings for a while, each once, as one line without the path of the file that gave it."""
    before = warnings.showwarning
    if not isinstance(before, ToldOnce):
        warnings.showwarning = ToldOnce()
    try:
        yield
    finally:
        warnings.showwarning = before


@contextmanager
def without_exits() -> Iterator[None]:
    """Turn `sys.exit(…)` of a user's code into an error that names the line; what stops the lab passes.

    Raises:
        RuntimeError: Some code wanted to end the process.
    """
    try:
        yield
    except SystemExit as stop:
        if type(stop) is not SystemExit or isinstance(stop.__context__, KeyboardInterrupt | BrokenPipeError):
            raise  # a signal, which Lightning answers by an exit of its own, or Rich, whom nobody reads
        frames = traceback.extract_tb(stop.__traceback__)
        *_, last = [frame for frame in frames if frame.line]  # `exit()` itself has no source
        raise RuntimeError(f"{last.filename}, line {last.lineno}, ended the program: {last.line}") from stop


def tell(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"landscape_lab: {visible(' '.join(text.split()))}\n")


def answer(text: object) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{visible(str(text))}\n")


class ToldOnce:
    """Warnings as one line each, once: without the path of the file that gave them.

    It stands in for `warnings.showwarning` where the lab owns the process.
    """

    def __init__(self) -> None:
        self.told: set[str] = set()

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = _in_our_words(str(message))
        if text not in self.told:
            self.told.add(text)
            tell(text)


def _in_our_words(text: str) -> str:
    """What a warning of a library says, where its own words say it badly."""
    if (glyph := GLYPH.match(text)) is not None:
        return f"No installed font has the sign {chr(int(glyph[1]))}: pictures show a box for it."
    return text


def explain(error: BaseException) -> str:
    """What went wrong, on one line."""
    if isinstance(error, MissingConfigException) and error.options is not None:
        text = _unknown_choice(error)
    elif isinstance(error, ConfigCompositionException) and (group := NOT_THERE.search(str(error))):
        text = f"The group `{group[1]}` is there only with {OWNERS[group[1]]}."
    elif several := SEVERAL.search(str(error)):
        key, values = several.groups()
        text = f"A list is `{key}=[{values}]`; several values one after another are for a sweep: -m. "
        text += f"Found `{key}={values}`."
    elif isinstance(cause := error.__cause__, OmegaConfBaseException) and isinstance(error, HydraException):
        text = _unknown_key(cause, str(error))
    elif isinstance(error, InstantiationException) and cause is not None:
        key = re.search(r"full_key: (\S+)", str(error))
        text = f"{key[1]}: {explain(cause)}" if key else explain(cause)
    elif isinstance(error, MissingMandatoryValue | InterpolationToMissingValueError):
        text = f"The key `{error.full_key}` should be given: {error.full_key}=…"
    elif isinstance(error, HydraException) and (file := NO_KEYS.search(str(error))):
        text = f"The file {file[1]}.yaml should hold keys and values. Found a list."
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.strerror}: {error.filename}"
    else:
        text = _plain(error)
    return " ".join(text.split())


def _plain(error: BaseException) -> str:
    """What an error says itself, with its type where that tells more."""
    if isinstance(error, UnicodeDecodeError):
        return f"{_read_file(error)} should be text in UTF-8. Found {error.object[error.start]:#04x}."
    if isinstance(error, OverrideParseException):
        return _unread(error.override)
    text = str(error) or type(error).__name__
    if isinstance(error, ValueError | OSError | HydraException):
        return text
    return f"{type(error).__name__}: {text}"


def _unread(override: str) -> str:
    """About an override that Hydra's grammar does not read; a text in it has quotes for that."""
    override = override.removeprefix("++")  # the lab's own, in front of a key that is open
    key, equals, value = override.partition("=")
    text = f"Hydra's grammar does not read `{override}`."
    if not equals or value.startswith(("[", "{", "'", '"')):
        return f"{text} Overrides are key=value, ++key=value or ~key; lists [a,b], mappings {{a: 1}}."
    in_quotes = quoted(value) if {'"', "\\"} & set(value) else f'"{value}"'  # the shell has single ones
    return f"{text} In quotes it is: {shlex.quote(f'{key}={in_quotes}')}"


def _read_file(error: UnicodeDecodeError) -> str:
    """Which file was being read, of whose name the error says nothing: the innermost that is open."""
    found = "What was read"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if isinstance(value, TextIOWrapper) and Path(str(value.name)).is_file():
                found = f"The file {value.name}"
    return found


def _unknown_choice(error: MissingConfigException) -> str:
    """A group's choice that does not exist."""
    group, _, choice = str(error.missing_cfg_file).rpartition("/")
    if group.startswith("experiment/"):  # Hydra looks beside the experiment's file
        found = f"{group.removeprefix('experiment/')}: {choice}"
        return f"The defaults of an experiment should say `override /{found}`. Found `{found}`."
    hint = alternatives(choice, error.options or [])
    if group == "landscape" and Path(choice).is_file():
        hint = f"A file to descend stands alone: {shlex.quote(choice)}."
    return f"There is no {group} `{choice}`. {hint} They live in conf/{group}/."


def _unknown_key(error: OmegaConfBaseException, whole: str) -> str:
    """A key that does not exist, or a value that does not fit; the whole text has the override as typed."""
    if (form := re.search(r"Cannot merge \w+ with (List|Dict)Config", str(error))) and error.full_key:
        wanted = {"List": "a list", "Dict": "a mapping, {key: value}"}[form[1]]
        override = re.search(r"Error merging override (.+)", whole)
        found = f" Found `{override[1].lstrip('+')}`." if override else ""
        return f"Parameter `{error.full_key}` should be {wanted}.{found}"
    if error.parent_node is None or error.key is None or "not in struct" not in str(error):
        return _with_key(error, str(error).split("\n", maxsplit=1)[0], whole)
    keys = [str(key) for key in error.parent_node]
    group = str(error.full_key).split(".")[0]
    # of a group's choices one may have keys where another has none
    elsewhere = f"This choice of `{group}` has none; another, {group}=…, may have it."
    hint = alternatives(str(error.key), keys) if keys else elsewhere
    return f"There is no key `{error.full_key}`. {hint}"


def _with_key(error: OmegaConfBaseException, text: str, whole: str) -> str:
    """What OmegaConf says of a value, and of which key."""
    override = re.search(r"Error merging override (.+)", whole)
    if not error.full_key or error.full_key in text:
        return text
    return f"Parameter `{error.full_key}`: {text}." + (f" Found `{override[1]}`." if override else "")
