"""Things named by where they are: `module.name`."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from landscape_lab.trust import admit
from landscape_lab.validation import nearest, refusal


@contextmanager
def current_folder() -> Iterator[None]:
    """Let modules of the current folder be imported, as `python -m` does; then restore the caller's path."""
    folder = os.getcwd()
    added = folder not in sys.path
    if added:
        sys.path.insert(0, folder)
    try:
        yield
    finally:
        if added and folder in sys.path:
            sys.path.remove(folder)


def locate(name: str, path: str) -> Any:
    """What a dotted path such as `my_module.my_fn` names. Modules of the current folder are found too.

    Args:
        name: The parameter that holds the path, for errors.
        path: The longest leading part that is a module is imported, the rest are its attributes.

    Raises:
        ValueError: It does not import, there is no such attribute, or it is of a folder that is not trusted.

    >>> locate("fn", "math.hypot")(3, 4)
    5.0
    """
    parts = str(path).split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise refusal(name, "a dotted path, `module.name`", path)
    admit(path)
    with current_folder():
        found: Any = _import(name, path, parts[0])
        for end, part in enumerate(parts[1:], start=2):
            if not hasattr(found, part) and hasattr(found, "__path__"):
                _import(name, path, ".".join(parts[:end]))
            if not hasattr(found, part):
                close = nearest(part, [known for known in dir(found) if not known.startswith("_")])
                hint = f" Nearest: {', '.join(close)}." if close else ""
                owner = ".".join(parts[: end - 1])
                raise ValueError(
                    f"Parameter `{name}` should name something in `{owner}`. Found `{name} = {path}`.{hint}"
                )
            found = getattr(found, part)
    return found


def _import(name: str, path: str, module: str) -> ModuleType | None:
    """The module; `None` for a submodule that does not exist. An error of its own code is told as such."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module and "." in module:
            return None
        raise ValueError(
            f"Parameter `{name}` should be installed, or in {os.getcwd()}. Found `{name} = {path}`: {error}."
        ) from error
    except Exception as error:
        raise ValueError(
            f"Parameter `{name}` should be importable. "
            f"Found `{name} = {path}`: {type(error).__name__}: {error}."
        ) from error
