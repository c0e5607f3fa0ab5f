"""The composed configuration: where it lies, what may be added to it, and what identifies a run."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

CONF = next(
    folder
    for folder in (Path(__file__).parents[1] / "conf", Path(__file__).parents[2] / "conf")
    if (folder / "config.yaml").is_file()
)
"""The configuration: inside an installed package, or beside it in a checkout."""
OPEN_KEY = re.compile(
    r"(trainer\.precision|(optimizer|scheduler|model|data|landscape\.(data)?module|augmentation\.\w+|sweep\.(sampler|pruner)_settings)(\.\w+)+)="
)
"""Keys that a group's YAML need not list: an optimizer or a model takes whatever its class takes."""
OWN = "landscape_lab.optimizers.own.own"
"""`optimizer=own`, which has no YAML: on any other landscape than that of a module there is none."""
LIST = re.compile(r"\+*(ensemble\.(?:lr|starts))=(\[.*)", re.DOTALL)
"""A list where a choice of the group may have a mapping, with which Hydra would merge it."""
FORMULA = re.compile(r"^(\+*landscape\.expression=)([^'\"].*)$")
"""A formula that is not quoted: Hydra's own grammar would stumble over its brackets."""
SPELLINGS = (
    (re.compile(r"^sweep\.suite="), "sweep/suite="),  # a choice that is written like a value
    (re.compile(r"^(\+*plane)\.center="), r"\1.centre="),
    (re.compile(r"(?<=[=,])(filter|layer)_normalized(?=,|$)"), r"\1_normalised"),
)
"""American spellings of keys and choices, and ours."""
CATALOGUE = Path(__file__).parents[1] / "optimizers" / "catalogue.csv"
"""Every optimizer of the libraries; `landscape_lab.optimizers.catalogue` wrote it, so no torch is needed."""
NOT_IDENTIFYING = (
    *(
        "folder",
        "resume",
        "ckpt_path",
        "callbacks",
        "logger",
        "figures",
        "video",
        "report",
        "augmentations",
        "sweep",
        "plane",
    ),
    "threads",
    "trust",
)
"""Keys that change what is written, not what happens."""
HOW = ("resume", "ckpt_path", "figures", "sweep", "threads", "trust")
"""Keys that a sweep's job is given to say how it is run, not what it does."""
PARAMETERS = ("optimizer", "landscape", "augmentation", "steps", "seed")
"""Keys and groups by which TensorBoard's HPARAMS tab compares runs."""


def open_keys(overrides: Iterable[str]) -> list[str]:
    """Let `optimizer.key=value` set any key of the class, and a formula stand without the quotes of Hydra.

    >>> open_keys(["optimizer=adam", "optimizer.betas=[0.9,0.99]", "landscape.expression=x**2 + sin(y)"])
    ['optimizer=adam', '++optimizer.betas=[0.9,0.99]', 'landscape.expression="x**2 + sin(y)"']
    """
    overrides = [FORMULA.sub(r'\1"\2"', override) for override in overrides]
    for spelling, ours in SPELLINGS:
        overrides = [spelling.sub(ours, override) for override in overrides]
    chosen = {"ensemble", "experiment"} & set(map(key_of, overrides))
    overrides = [part for override in overrides for part in (_instead(override) if chosen else [override])]
    return [f"++{override}" if OPEN_KEY.match(override) else override for override in overrides]


def _instead(override: str) -> list[str]:
    """A list takes the place of what the chosen members have there, which may be a mapping."""
    found = LIST.fullmatch(override)
    return [override] if found is None else [f"++{found[1]}=null", f"++{found[1]}={found[2]}"]


def key_of(override: str) -> str:
    """The key or group that an override is about.

    >>> key_of("++optimizer.lr=0.1")
    'optimizer.lr'
    """
    return override.partition("=")[0].lstrip("+~")


def is_choice(key: str) -> bool:
    """Whether a key tells what a job does.

    >>> is_choice("optimizer.lr"), is_choice("sweep.trial")
    (True, False)
    """
    return key.partition(".")[0] not in HOW


def plain(value: Any) -> Any:
    """A value of a configuration as Python's own."""
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def typed(hydra: DictConfig) -> list[str]:
    """The overrides of a run as they were typed, interpolations unresolved: one may stand for a password."""
    return [str(override) for override in OmegaConf.to_container(hydra.overrides.task) or ()]


def quoted(text: str) -> str:
    """A text as Hydra's grammar takes it, whatever it holds.

    >>> quoted("spiral, 2")
    "'spiral, 2'"
    """
    inner = re.sub(r"(\\*)('|\Z)", lambda end: end[1] * 2 + end[2].replace("'", "\\'"), text)
    return f"'{inner}'"


def literal(text: str) -> str:
    """The same where a dollar is a dollar, and no sign of an interpolation."""
    return quoted(re.sub(r"(\\*)\$\{", r"\1\1\\${", text))


def register_catalogue() -> None:
    """Let `optimizer=NAME` choose every optimizer that has no YAML: of the catalogue, and a module's own."""
    for name, target in catalogued().items():
        node = {"_target_": target}
        ConfigStore.instance().store(name, node, group="optimizer", provider="catalogue")


def catalogued() -> dict[str, str]:
    """The classes of the optimizers that have no YAML, by their names."""
    curated = {path.stem for path in (CONF / "optimizer").glob("*.yaml")}
    with CATALOGUE.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"] not in curated]
    return {"own": OWN, **{row["name"]: row["target"] for row in rows}}


def decisive(cfg: DictConfig) -> dict[str, object]:
    """The keys that decide the outcome of a run, as plain Python."""
    return {str(key): plain(cfg[key]) for key in cfg if key not in NOT_IDENTIFYING}


def identity(cfg: DictConfig) -> str:
    """Twelve hexadecimal digits that two runs share only if all that decides their outcome is the same."""
    text = json.dumps(decisive(cfg), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settle_typed_length(cfg: DictConfig, overrides: Iterable[str]) -> None:
    """A length that was typed, `steps=` or `epochs=`, counts before one that an experiment brings.

    Raises:
        ValueError: Both were typed, or epochs for a landscape that has none.
    """
    typed = set(map(key_of, overrides))
    if {"steps", "epochs"} <= typed and cfg.epochs is not None:
        raise ValueError(
            "Parameter `epochs` should not be given with `steps`. "
            f"Found `epochs = {cfg.epochs}`, `steps = {cfg.steps}`."
        )
    if "steps" in typed:
        cfg.epochs = None
    if cfg.epochs is not None and "data" not in cfg and "module" not in cfg.landscape:
        raise ValueError(
            f"Parameter `epochs` should be given for landscape=network only. Found `epochs = {cfg.epochs}`."
        )


def flat(values: Mapping[str, object], scope: str = "") -> Iterator[tuple[str, object]]:
    """Nested values by dotted keys; lists and empty mappings count as values.

    >>> list(flat({"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "steps": 5}))
    [('optimizer.lr', 0.1), ('optimizer.betas', [0.9, 0.99]), ('steps', 5)]
    """
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{scope}{name}.")
        else:
            yield f"{scope}{name}", value


def flat_values(cfg: DictConfig, groups: Iterable[str]) -> dict[str, bool | int | float | str]:
    """The values of some keys and groups as one level of `group.key: value`, without Hydra's own."""
    return {
        name: value if isinstance(value, bool | int | float | str) else json.dumps(value)
        for name, value in flat({group: plain(cfg[group]) for group in groups})
        if value not in (None, {}) and "._" not in name
    }


def compared_values(
    cfg: DictConfig, names: Mapping[str, str], overrides: Iterable[str]
) -> dict[str, bool | int | float | str]:
    """What TensorBoard's HPARAMS tab lists of a run: landscape, optimizer and rate, then all that was set.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        overrides: What was set, as on the command line. The choice of a group counts for all of its
            values, but for that of a landscape or of an optimizer, which are named. These are called
            `with steps`, since TensorBoard sorts columns by their names.
    """
    values = flat_values(cfg, PARAMETERS)
    rate = {name: values.pop(name) for name in ("optimizer.lr",) if name in values}
    keys = set(map(key_of, overrides)) - {"landscape", "optimizer"}
    within = tuple(f"{key}." for key in keys)
    given = [name for name in values if name in keys or name.startswith(within)]
    return {**names, **rate, **{f"with {name}": values[name] for name in given}}


def chosen_names(choices: Mapping[str, Any], overrides: Iterable[str], cfg: DictConfig) -> dict[str, str]:
    """What the landscape and the optimizer of a run are called.

    Their choice, or the class of a `_target_` that was overridden.

    Args:
        choices: Hydra's `runtime.choices`.
        overrides: Hydra's `overrides.task`.
        cfg: The composed configuration.
    """
    typed = set(map(key_of, overrides))
    names = {}
    for group in ("landscape", "optimizer"):
        choice, settings = choices.get(group), cfg.get(group)
        target = settings.get("_target_") if isinstance(settings, Mapping) else None
        own = settings_of_choice(group, choice).get("_target_")
        replaced = f"{group}._target_" in typed or own not in (None, target)
        names[group] = str(target).rpartition(".")[2] if replaced else str(choice)
    return names


def _called(group: str, *, _root_: DictConfig) -> str:
    """The same for the name of a folder, `${called:optimizer}`; what is wrong with it is told later."""
    return chosen_names(_root_.hydra.runtime.choices, typed(_root_.hydra), _root_)[group]


OmegaConf.register_new_resolver("called", _called, replace=True)  # wherever this is imported: in workers, too


@lru_cache(maxsize=64)
def settings_of_choice(group: str, choice: str | None) -> dict[str, object]:
    """What the YAML of a group's choice sets; nothing where there is none in `conf`."""
    file = CONF / group / f"{choice}.yaml"
    return yaml.safe_load(file.read_text()) or {} if file.is_file() else {}
