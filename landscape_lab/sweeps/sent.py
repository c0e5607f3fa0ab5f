"""What a folder that somebody may have sent adds to a command line: `sweep.resume=FOLDER`, `best.yaml`.

What is composed of it runs with `trust=false`, in every process. Here is looked at what Hydra itself would do
with it before any of our code is asked: its own settings, folders of configurations, interpolations.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

from landscape_lab.configuration.composed import CONF, catalogued, flat, key_of
from landscape_lab.keys import DECLARED
from landscape_lab.keys.kinds import Nullable
from landscape_lab.runs import FAST_LOADER
from landscape_lab.trust import admit, beware, guarded, looks_beyond
from landscape_lab.validation import Function

HYDRA = re.compile(r"hydra/launcher=(basic|joblib)|hydra\.launcher\.n_jobs=-?\d+|hydra\.sweep\.subdir=[^$]*")
"""Settings of Hydra that only say how many processes a sweep has, and how its folders are called."""
ELSEWHERE = re.compile(r"(trainer|logger)\.|(.+\.)?(folder|save_dir|storage)$")
"""Keys of where files are written, and what is connected to."""
INSIDE = ("sweep.storage=sqlite", "sweep.storage=journal")
"""Values of such keys that stay in the sweep's folder."""
PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
"""A dotted path."""
TARGETS = ("_target_", "mine", "class", "base_optimizer")
"""Keys, beside those that take a function, whose values are classes."""
SPELLED = re.compile(r"(\w+)['\"]?\s*:\s*['\"]?([\w.]+)")
"""A key and its value in the text of a mapping, `{_target_: my.Class}`."""
OURS = [path.name for path in CONF.iterdir() if path.is_dir() and path.name != "hydra"]
"""The groups of which a best job chooses."""
BEST = re.compile(r"best(_\d+)?(\.yaml)?")
"""The names of configurations that a sweep leaves."""


def check_recorded(folder: Path, options: Sequence[str], overrides: Iterable[str]) -> None:
    """Raise `ValueError` where the command line that a sweep's folder holds asks for more than the lab has.

    Args:
        folder: The sweep's.
        options: Folders of configurations that were added.
        overrides: Those of Hydra's settings and all others.
    """
    with guarded(folder):
        if options:
            beware(f"the configurations in {options[-1]}, which could run any code here")
        for override in overrides:
            key, _, value = override.partition("=")
            if key.lstrip("+~").startswith("hydra") and not HYDRA.fullmatch(override.lstrip("+")):
                beware(f"`{override}`, a setting of Hydra that could run any code here")
            _check_value(key_of(key), value)


def best_of(arguments: Sequence[str]) -> Path | None:
    """The file that `--config-dir FOLDER --config-name best` means, if it is one that a sweep leaves."""
    words = [part for word in arguments for part in (word.split("=", 1) if word.startswith("--") else [word])]
    given = dict(pairwise(words))
    name = given.get("--config-name", given.get("-cn", ""))
    folder = given.get("--config-dir", given.get("-cd"))
    if folder is None or not BEST.fullmatch(name):
        return None
    return Path(folder, f"{name.removesuffix('.yaml')}.yaml")


def check_best(file: Path) -> None:
    """Raise `ValueError` where a `best.yaml` says more than a sweep writes: choices of ours, and values."""
    with guarded(file.parent):
        text = file.read_text() if file.is_file() else ""  # Hydra tells what there is instead
        if "@package" in text:
            beware("a @package, which could run any code here")
        settings = yaml.load(text, FAST_LOADER)
        if isinstance(settings, Mapping):
            _check_choices(settings.get("defaults", ()))
            _check_settings({name: value for name, value in settings.items() if name != "defaults"})


def _check_settings(settings: Mapping[str, object]) -> None:
    """Raise `ValueError` where the settings of a file name what is not listed, or are Hydra's own."""
    for key, value in flat(settings):
        if key.startswith("hydra"):
            beware(f"`{key}`, a setting of Hydra that could run any code here")
        _check_value(key, str(value))


def _check_choices(defaults: Iterable[object]) -> None:
    """Raise `ValueError` unless each of the defaults is what the lab itself has."""
    for choice in defaults:
        ours = choice in ("config", "_self_") or (
            isinstance(choice, Mapping) and all(map(_is_ours, choice.items()))
        )
        if not ours:
            beware(f"the configuration `{choice}`, which is not of the lab and could run any code here")


def _is_ours(choice: tuple[object, object]) -> bool:
    """Whether a group, of which one choice or several replace the default, has them in the lab."""
    group, chosen = str(choice[0]).removeprefix("override "), choice[1]
    names = chosen if isinstance(chosen, list) else [chosen]
    return group in OURS and set(map(str, names)) <= _choices(group)


@cache
def _choices(group: str) -> frozenset[str]:
    """What can be chosen of one of the lab's groups."""
    found = {path.stem for path in (CONF / group).glob("*.yaml")}
    return frozenset(found | (catalogued() if group == "optimizer" else {}).keys())


def _check_value(key: str, value: str) -> None:
    """Raise `ValueError` where the value of a key names what is not listed, or reaches out of the sweep."""
    if looks_beyond(value) is not None:
        beware(f"`{value}`, which could tell what the folder should not know")
    if ELSEWHERE.match(key) and f"{key}={value}" not in INSIDE:
        beware(f"`{key}={value}`, which leads out of the folder")
    for path in _paths(key, value):
        admit(path)


def _paths(key: str, value: str) -> list[str]:
    """The dotted paths of classes and functions in the value of a key."""
    alone = PATH.findall(value) if key.rpartition(".")[2] in _naming() else []
    return alone + [
        path for name, path in SPELLED.findall(value) if name in _naming() and PATH.fullmatch(path)
    ]


@cache
def _naming() -> frozenset[str]:
    """The keys whose values may be dotted paths of classes and functions."""
    declared = (pair for keys in DECLARED.values() for pair in keys.keys.items())
    return frozenset(TARGETS) | {
        name
        for name, key in declared
        if isinstance(key.kind.kind if isinstance(key.kind, Nullable) else key.kind, Function)
    }
