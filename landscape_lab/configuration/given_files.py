"""Files on the command line, whatever they are called: brackets, commas, quotes, backslashes, other scripts.

A file that is there needs no quotes for Hydra's grammar, and its key may be left out:
`python -m landscape_lab "my drawing [1].png" optimizer=lion`. Only the shell's own quotes are left to users.
"""

import os
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, takewhile
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from landscape_lab.configuration.composed import key_of, literal, quoted
from landscape_lab.validation import alternatives

FILE = re.compile(
    r"(\+*(?:landscape\.(?:image|values|weights)|data\.(?:file|folder)|ckpt_path)=)(.+)", re.DOTALL
)
"""A key that takes files which are there, and its value."""
FOLDER = re.compile(r"(hydra\.(?:run|sweep)\.dir=|sweep\.resume=)(.+)", re.DOTALL)
"""A key that takes a folder, which may be a new one, and its value."""
CHOICE = re.compile(r"(\+*[\w/]+=)(?=.*[^\w.,-])([^()\[\]{}'\"$\\]+)", re.ASCII)
"""A key without dots, such as that of a group, and one name or several, with more than plain letters."""
IMAGE = "--image"
"""The option before a picture whose name looks like something else."""
VALUED = ("--config-dir", "-cd", "--config-name", "-cn", "--config-path", "-cp", "--package", "-p")
"""Hydra's options that take a value ..."""
CHOOSING = ("--cfg", "-c", "--info", "-i", "--experimental-rerun")
"""... and those that take one of a few."""
TABLES = (".npy", ".csv", ".txt")
"""How the name of a table ends; any other file is a picture."""
DRAWN = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", *TABLES)
"""How a name ends that is one of a file although it looks like an override or an option."""
LOST = re.compile(r"\$\w+|[\\'\"]")
"""What a shell takes out of the middle of a name."""
UNREAD = object()
"""The value of an override that Hydra's grammar does not read."""


def with_files(arguments: Sequence[str]) -> list[str]:
    """A command line in which Hydra's grammar reads each file and folder by the name that it has.

    Args:
        arguments: As the shell passes them. A file without a key, or behind `--image`, is a picture to
            descend, or a table of losses; several are a sweep over them.

    Raises:
        ValueError: A word is no file, or the shell took the name of one apart.
    """
    words, files = _parted(arguments)
    return [*map(with_files_quoted, words), *_overrides_of(files, words)]


def with_files_quoted(override: str) -> str:
    """An override whose value names files that exist, a folder or choices, in quotes where the grammar asks.

    >>> with_files_quoted("hydra.run.dir=runs (1), new")
    "hydra.run.dir='runs (1), new'"

    Raises:
        ValueError: There is no such file, but one of whose name the shell took a part away.
    """
    if folder := FOLDER.fullmatch(override):
        return _with_folder(*folder.groups())
    if file := FILE.fullmatch(override):
        return _with_files(*file.groups())
    choice = CHOICE.fullmatch(override)
    return override if choice is None else _with_names(*choice.groups())


def _with_names(start: str, text: str) -> str:
    """A key and names, of which the grammar reads no umlaut."""
    names = [quoted(name) if _read(start + name) is UNREAD else name for name in text.split(",")]
    return start + ",".join(names)


def _with_folder(start: str, text: str) -> str:
    """A key and a folder, which is new or not."""
    text = _from_home(text)
    read = _read(start + text)
    return start + (text if "${" in text or read is None or isinstance(read, str) else quoted(text))


def _with_files(start: str, text: str) -> str:
    """A key and one file, or several for a sweep."""
    read = _read(start + text)
    files = _files_in(text) or [text] * (read is UNREAD)
    if not files and isinstance(read, str) and not os.path.exists(read):
        _refuse_lost_part(start, read)
    return start + (",".join(_written(start, file) for file in files) or text)


def _written(start: str, file: str) -> str:
    """A file as the grammar takes it behind a key, in quotes only where it asks for them."""
    return file if _read(start + file) == file and not {"$", "\\"} & set(file) else literal(file)


def _read(override: str) -> object:
    """The value that Hydra's grammar reads."""
    try:
        return OverridesParser.create().parse_override(override).value()
    except HydraException:
        return UNREAD


def _from_home(text: str) -> str:
    """A path of which the shell left `~/`, since it stood behind `=`."""
    return os.path.expanduser(text) if text.startswith("~/") else text


def _files_in(text: str) -> list[str]:
    """The files and folders that a text names, with commas between and in them; none unless all are there."""
    parts = text.split(",")
    for end in range(len(parts), 0, -1):
        first = _from_home(",".join(parts[:end]))
        rest = ",".join(parts[end:])
        if os.path.exists(first) and (end == len(parts) or _files_in(rest)):
            return [first, *(_files_in(rest) if rest else [])]
    return []


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words of a command line that are Hydra's, and the files beside them."""
    halves = (word.split("=", 1) if word.startswith(f"{IMAGE}=") else [word] for word in arguments)
    parts = list(chain.from_iterable(halves))
    words: list[str] = []
    files: list[str] = []
    for at, (before, word) in enumerate(zip(["", *parts], parts, strict=False)):
        if before == IMAGE or (before not in (*VALUED, *CHOOSING) and _is_file(word)):
            files.append(word)
        elif word != IMAGE:
            _refuse_bare(parts, at)
            words.append(word)
    return words, files


def _is_file(word: str) -> bool:
    """Whether a word is a file and nothing else."""
    looks_else = "=" in word or word.startswith("-")
    return (not looks_else or word.lower().endswith(DRAWN)) and os.path.isfile(word)


def _is_bare(word: str) -> bool:
    """Whether a word is neither an option nor an override."""
    return "=" not in word and not word.startswith(("-", "~"))


def _refuse_bare(words: Sequence[str], at: int) -> None:
    """Raise `ValueError` for a word that is nothing: perhaps the shell took a name apart at its blanks."""
    if not _is_bare(words[at]) or (at and words[at - 1] in (*VALUED, *CHOOSING)):
        return
    behind = list(takewhile(_is_bare, words[at:]))
    if at and (file := FILE.fullmatch(words[at - 1])):
        _refuse_lost_part(file[1], " ".join([file[2], *behind]))
    _refuse_lost_part("", " ".join(behind))
    hint = alternatives(words[at], os.listdir(), "Files here are")
    raise ValueError(
        f"A word should be key=value, group=choice or a file to descend. Found `{words[at]}`. {hint}"
    )


def _refuse_lost_part(start: str, text: str) -> None:
    """Raise `ValueError` where beside a file that is not there is one from whose name the shell took a part.

    Args:
        start: What stands in front of the name.
        text: What the shell left of it.
    """
    folder, name = os.path.split(text)
    if not name or (found := _whole(Path(folder), name)) is None:
        return
    whole = shlex.quote(start + os.path.join(folder, found))
    raise ValueError(f"The shell seems to have taken `{found}` apart. In quotes it stays whole: {whole}")


def _whole(folder: Path, name: str) -> str | None:
    """The shortest name in a folder of which a shell can leave no more than `name`."""
    with suppress(OSError):
        for found in sorted(os.listdir(folder), key=lambda one: (len(one), one)):
            if shlex.quote(found) != found and (found.startswith(name) or LOST.sub("", found) == name):
                return found
    return None


def _overrides_of(files: Sequence[str], words: Sequence[str]) -> list[str]:
    """The overrides that descend files: on the landscape that was chosen, or one that reads them."""
    if not files:
        return []
    typed = {key_of(word): word.partition("=")[2] for word in words}
    tables = all(file.lower().endswith(TABLES) for file in files)
    grid = typed.get("landscape", "grid" if tables and "experiment" not in typed else "image") == "grid"
    choice, key = ("landscape=grid", "landscape.values=") if grid else ("landscape=image", "landscape.image=")
    chosen = [] if {"landscape", "experiment"} & typed.keys() else [choice]
    return [*chosen, key + ",".join(_written(key, file) for file in files)]
