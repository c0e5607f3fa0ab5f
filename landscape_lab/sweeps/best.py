"""The best job of a sweep as a configuration to run again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from landscape_lab.configuration import CONF
from landscape_lab.files import replacing
from landscape_lab.sweeps.resume import RESUMES

NOT_KEPT = (*RESUMES, "figures", "ckpt_path", "sweep")


def write_best(folder: Path, overrides: Sequence[str], title: str) -> Path:
    """Write `best.yaml` into the sweep's folder: what the best job chose and set, on top of the lab's own configuration.

    Args:
        folder: The sweep's.
        overrides: Those of the best job.
        title: What it is the best of.
    """
    defaults: list[Any] = ["config"]
    values = OmegaConf.create()
    for override in OverridesParser.create().parse_overrides(list(overrides)):
        key = override.key_or_group
        if key in NOT_KEPT or override.is_delete():
            continue
        if (CONF / key).is_dir():
            defaults.append({f"override {key}": override.value()})
        else:
            OmegaConf.update(values, key, override.value(), force_add=True)
    settings = {"defaults": [*defaults, "_self_"], **OmegaConf.to_container(values)}  # type: ignore[dict-item]
    path = folder / "best.yaml"
    head = f"# {title}\n# Run it: python -m landscape_lab --config-dir {folder} --config-name best\n"
    with replacing(path) as unfinished:
        unfinished.write_text(head + yaml.safe_dump(settings, sort_keys=False))
    return path
