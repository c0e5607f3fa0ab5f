"""The best job of a sweep as a configuration to run again."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from landscape_lab.configuration.composed import CONF, is_choice
from landscape_lab.escaping import visible
from landscape_lab.files.writing import replacing


def write_best(
    path: Path,
    overrides: Sequence[str],
    title: str,
    files: Mapping[str, str] | None = None,
) -> None:
    """Write what a job chose and set, on top of the lab's own configuration.

    A configuration cannot take a key of another away, so `~key` is left out.

    Args:
        path: The file, in the sweep's folder.
        overrides: Those of the job.
        title: What it is the best of.
        files: Where the files are that the job names, by their keys, so that it runs from any folder.
    """
    defaults: list[Any] = ["config"]
    values = OmegaConf.create()
    for override in OverridesParser.create().parse_overrides(list(overrides)):
        key, value = override.key_or_group, override.value()
        if override.is_delete() or not is_choice(key):
            continue
        value = (files or {}).get(key, value)
        if (CONF / key).is_dir() and not isinstance(value, dict):
            defaults.append({f"override {key}": value})
        else:
            OmegaConf.update(values, key, value, force_add=True)
    settings = {"defaults": [*defaults, "_self_"], **OmegaConf.to_container(values)}  # type: ignore[dict-item]
    command = (
        f"python -m landscape_lab --config-dir {shlex.quote(str(path.parent))} --config-name {path.stem}"
    )
    with replacing(path) as unfinished:
        unfinished.write_text(
            f"# {visible(title)}\n# Run it: {visible(command)}\n"
            + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
        )
