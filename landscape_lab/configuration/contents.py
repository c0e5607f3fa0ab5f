"""Digests of the files that a configuration names: a run with an edited picture is another run."""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict

from landscape_lab.configuration.composed import CONF, decisive, flat

SURFACES = CONF.with_name("surfaces")
"""Our own pictures."""
NAME = "contents"
"""The key of a configuration that holds the digests, by the keys that name files."""
LIBRARIES = tuple(
    f"{folder.resolve()}{os.sep}"
    for folder in (
        *(Path(sysconfig.get_path(kind)) for kind in ("stdlib", "purelib", "platlib")),
        Path(__file__).parents[1],
    )
)
"""Where code lies that nobody edits between two runs."""
DIGITS = 16
"""Hexadecimal digits of a digest: enough to see a change."""


def settle_contents(cfg: DictConfig) -> None:
    """Write into `contents` what the files hold that the configuration names: pictures, data, own classes.

    Of a class or function of the user it is the file of its module, which is not imported; what that
    module imports in turn is not looked at. Nothing is written where no file is named.
    """
    with open_dict(cfg):
        cfg.pop(NAME, None)
        found = {key: digest for key, value in flat(decisive(cfg)) if (digest := _digest_of(key, value))}
        if found:
            cfg[NAME] = found


def places(cfg: DictConfig, begun_in: Path) -> dict[str, str]:
    """Where the files of a run are, by their keys: whole paths, as the configuration writes them.

    A file of that name in the current folder is meant only where it alone is what the run had.

    Args:
        cfg: The configuration of the run, with its `contents`.
        begun_in: The current folder when the run was begun.
    """
    written = OmegaConf.to_container(cfg)
    assert isinstance(written, dict)
    found = {}
    for key, text in flat({str(name): value for name, value in written.items()}):
        if (had := written.get(NAME, {}).get(key)) is not None and isinstance(text, str):
            name = str(OmegaConf.select(cfg, key))
            there = _digest_of(key, os.path.join(begun_in, name))
            if there and (there == had or had != _digest_of(key, name)):
                found[key] = os.path.join(begun_in, text)
    return found


def _digest_of(key: str, value: object) -> str:
    """The digest of all files that a value names; empty where it names none."""
    files = list(dict.fromkeys(file for text in _texts(value) for file in _files(key, text)))
    digests = "".join(_digest(str(file), *_version(file)) for file in files)
    return digests if len(files) < 2 else hashlib.sha256(digests.encode()).hexdigest()[:DIGITS]


def _texts(value: object) -> Iterator[str]:
    """All texts in a value of a configuration."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _files(key: str, text: str) -> list[Path]:
    """The files that a text names, if it names any.

    Args:
        key: Whose value it is: a folder of data counts with its files, that of a run with its weights.
        text: A path, or a dotted path of something in a module.
    """
    if "\0" in text or len(text) > 4096:
        return []
    path = Path(text)
    if path.parts[:1] == ("surfaces",) and not path.is_file():
        path = SURFACES / path.name
    if _is_there(path):
        return [path]
    if text and _is_there(path / "weights.safetensors"):
        return [path / "weights.safetensors"]
    if key.endswith(".folder") and path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file())
    module = (
        _module(text, os.getcwd()) if all(map(str.isidentifier, text.split("."))) and "." in text else None
    )
    return [] if module is None else [module]


def _is_there(path: Path) -> bool:
    """Whether a path is that of a file; what is too long for a path is none."""
    try:
        return path.is_file()
    except OSError:
        return False


@lru_cache(maxsize=1024)
def _module(text: str, folder: str) -> Path | None:
    """The file of the user's module in which a dotted path leads somewhere; none of a library.

    Args:
        text: As `my_package.my_module.MyClass`.
        folder: The current one, whose modules are found first.
    """
    file, where = None, [folder, *sys.path]
    parts = text.split(".")
    for end in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:end]), where)
        if spec is None:
            break
        file, where = spec.origin, list(spec.submodule_search_locations or [])
    found = None if file is None else Path(file).resolve()
    return None if found is None or not found.is_file() or str(found).startswith(LIBRARIES) else found


def _version(file: Path) -> tuple[int, int]:
    """What changes when a file is written."""
    state = file.stat()
    return state.st_size, state.st_mtime_ns


@lru_cache(maxsize=4096)
def _digest(file: str, size: int, written: int) -> str:
    """The first digits of the SHA-256 of a file; `size` and `written` only tell when to look again."""
    with Path(file).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:DIGITS]
