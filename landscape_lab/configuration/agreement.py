"""What two runs agree upon: the settings that decide their numbers, and the keys in which they differ."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from landscape_lab.configuration.composed import decisive, flat

Settings = dict[str, object]
"""Settings by their keys, such as `optimizer.lr`, on one level."""

FREE = ("steps", "epochs", "trainer.max_steps", "objective")
"""Keys by which a run may differ from the checkpoint that it goes on from."""
OF_STEPS = re.compile(r"\$\{(oc\.select:)?steps\b")
"""A value that is as many steps as the run has."""
SECRET = "${oc.env:"
"""A value of the environment, which is written into no file."""
CONTENTS = "contents."
"""How the keys begin that stand for the content of a file: what follows is the key that names the file."""
NAMED = ("landscape", "optimizer")
"""Groups that are called by what was chosen of them."""
ABSENT = "none"
"""What stands for the value of a key that is not there."""


def settings_of_run(cfg: DictConfig, free: Sequence[str] = FREE) -> Settings:
    """The settings that decide the numbers of a run, whatever its length, without secrets.

    What is as long as the run stays as it was typed. So does a value of the environment; the digest of
    what it stood for is beside it.

    Args:
        cfg: The composed configuration.
        free: Keys that are left out.
    """
    written = OmegaConf.to_container(cfg)
    assert isinstance(written, dict)
    settings = decisive(cfg)
    typed = dict(flat({name: written[name] for name in settings}))
    return {key: _told(str(typed.get(key)), value) for key, value in flat(settings) if key not in free}


def _told(typed: str, value: object) -> object:
    """A value as it may be kept in a file."""
    if OF_STEPS.search(typed):
        return typed
    if SECRET in typed:
        return f"{typed} (sha256 {hashlib.sha256(str(value).encode()).hexdigest()[:12]})"
    return value


def difference(before: Mapping[str, object], now: Mapping[str, object]) -> str | None:
    """The first key in which settings differ, with both values, in a few words; `None` where they agree.

    Settings may say what a group is called, by the group's own key: that name is told where the group
    differs, and is no difference by itself.

    >>> difference({"optimizer.lr": 0.1, "seed": 0}, {"optimizer.lr": 0.2, "seed": 0})
    '`optimizer.lr` was 0.1, is 0.2'
    >>> difference({"landscape": "circle", "landscape.h": 1}, {"landscape": "turn", "landscape.h": 2})
    '`landscape` was circle, is turn'
    """
    keys = [key for key in {**now, **before} if before.get(key, ABSENT) != now.get(key, ABSENT)]
    keys = [key for key in keys if key not in NAMED and not _one_file(key, before, now)]
    if not keys:
        return None
    key = min(keys, key=lambda key: (key.startswith(CONTENTS), not key.endswith("_target_")))
    if key.startswith(CONTENTS):
        named = key.removeprefix(CONTENTS)
        return f"the file of `{named}` was edited" if key in before else f"what `{named}` held is not known"
    group = key.partition(".")[0]
    if group in NAMED and before.get(group) != now.get(group):
        key = group
    was, now_is = (_spelled(values.get(key, ABSENT)) for values in (before, now))
    return f"`{key}` was {was}, is {now_is}"


def _one_file(key: str, before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether a key names a file of the same name and content twice, as seen from two folders."""
    known = CONTENTS + key in before and before[CONTENTS + key] == now.get(CONTENTS + key)
    return known and Path(str(before[key])).name == Path(str(now[key])).name


def _spelled(value: object) -> str:
    """A value as YAML has it."""
    words: dict[object, str] = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
