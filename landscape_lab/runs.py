"""The folder of a run: what its files are called, and how they are read and written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import yaml
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from landscape_lab.configuration.composed import identity
from landscape_lab.configuration.contents import places
from landscape_lab.files.owning import is_named, owned
from landscape_lab.files.writing import replacing
from landscape_lab.trust import admit_interpolations

if TYPE_CHECKING:
    from landscape_lab.trajectory import Trajectory

FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's loader in C, where PyYAML was built with it."""
FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""PyYAML's writer in C, where PyYAML was built with it."""
UNREADABLE = (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError, OmegaConfBaseException)
"""What reading a saved configuration raises when the file is missing, damaged or something else."""
DECISIVE = {"landscape", "optimizer", "folder"}
"""Keys that every configuration has, if it was written to its end."""


@dataclass(frozen=True)
class Run:
    """The files of one run.

    Reading is tolerant: a process may have been killed while it wrote, so that a file which is not
    there, is cut, or holds something else counts as missing.

    Args:
        folder: Where the run's files are.
    """

    folder: Path

    @property
    def results_file(self) -> Path:
        """The results, written when the descent has ended and, without `unfinished`, when all is drawn."""
        return self.folder / "results.json"

    @property
    def search_file(self) -> Path:
        """What short descents found for `optimizer.lr=auto`."""
        return self.folder / "lr_search.json"

    @property
    def trajectory_file(self) -> Path:
        """Points and losses."""
        return self.folder / "trajectory.npz"

    @property
    def state_file(self) -> Path:
        """The optimizer's state over the steps, where it was recorded."""
        return self.folder / "state.npz"

    @property
    def points_file(self) -> Path:
        """Points too large for the trajectory's own file."""
        return self.folder / "points.f16"

    @property
    def checkpoint(self) -> Path:
        """From where the run can go on."""
        return self.folder / "checkpoints" / "last.ckpt"

    @property
    def error_file(self) -> Path:
        """The traceback of what a job of a sweep raised."""
        return self.folder / "error.txt"

    @property
    def console_file(self) -> Path:
        """What a job of a sweep printed."""
        return self.folder / "console.txt"

    @property
    def config_file(self) -> Path:
        """The composed configuration, without Hydra's own part."""
        return self.folder / ".hydra" / "config.yaml"

    @property
    def overrides_file(self) -> Path:
        """What was chosen on the command line."""
        return self.folder / ".hydra" / "overrides.yaml"

    def results(self) -> dict[str, Any] | None:
        """What `results.json` holds, or `None` where no results can be read from it."""
        try:
            results = json.loads(self.results_file.read_text())
        except (OSError, ValueError, RecursionError):  # bytes that are not UTF-8; a thousand brackets
            return None
        return results if _are_results(results) else None

    def write_results(self, metrics: Mapping[str, object]) -> None:
        """Write `results.json`.

        Raises:
            ValueError: A number is infinite or NaN, which JSON does not know.
        """
        with replacing(self.results_file, durable=True) as unfinished:
            unfinished.write_text(json.dumps(metrics, indent=2, allow_nan=False) + "\n")

    def settings(self) -> dict[str, Any]:
        """The configuration as plain values, interpolations as they are written; empty where there is none.

        This is ten times as fast as `config`, which matters to a sweep of a thousand jobs.

        Raises:
            ValueError: As `config`.
        """
        settings = _read_yaml(self.config_file)
        admit_interpolations(settings, self.folder)
        return settings if isinstance(settings, dict) else {}

    @property
    def begun(self) -> bool:
        """Whether the folder says what was run in it: its configuration was written to the end."""
        return self.settings().keys() >= DECISIVE

    def config(self) -> DictConfig | None:
        """The configuration, or `None` where it was not written to its end.

        Raises:
            ValueError: It is of a folder that is not trusted, and looks beyond itself.
        """
        try:
            config = OmegaConf.load(self.config_file)
        except UNREADABLE:
            return None
        if not isinstance(config, DictConfig) or not config.keys() >= DECISIVE:
            return None
        admit_interpolations(OmegaConf.to_container(config), self.folder)
        return config

    def config_anywhere(self) -> DictConfig | None:
        """The configuration as `config`, its files named so that they are found from the current folder."""
        if (config := self.config()) is not None:
            for key, file in self.files().items():
                OmegaConf.update(config, key, file)
        return config

    def files(self) -> dict[str, str]:
        """Where the files are that the configuration names, by their keys; empty where that is not known."""
        config, place = self.config(), begun_in(self.config_file.with_name("hydra.yaml"))
        return places(config, place) if config is not None and place is not None else {}

    def overrides(self) -> tuple[str, ...]:
        """What was chosen for the run, in the order of the command line; empty where that cannot be read."""
        overrides = _read_yaml(self.overrides_file)
        return tuple(map(str, overrides)) if isinstance(overrides, list) else ()

    def write_configuration(self, config: DictConfig, hydra: DictConfig) -> None:
        """Write the three files that Hydra leaves of a run, which does so before anything can be refused."""
        parts = {"config": config, "hydra": {"hydra": hydra}, "overrides": hydra.overrides.task}
        for name, part in parts.items():
            with replacing(self.config_file.with_name(f"{name}.yaml")) as unfinished:
                OmegaConf.save(part, unfinished)

    def trajectory(self) -> Trajectory:
        """Points and losses.

        Raises:
            FileNotFoundError: The run left none.
        """
        from landscape_lab.trajectory import Trajectory  # torch, which `--help` does without

        trajectory = Trajectory.load(self.trajectory_file)
        trajectory.lost = "failed" if (self.results() or {}).get("status") == "failed" else "diverged"
        return trajectory

    def identity(self) -> str | None:
        """The twelve digits that identify the configuration, or `None` where the folder does not tell it."""
        if "config_hash" in (results := self.results() or {}):
            return str(results["config_hash"])
        config = self.config()
        return None if config is None else identity(config)

    def forget(self) -> None:
        """Remove what an earlier run in this folder left that would pass for the results of a new one."""
        from landscape_lab.files.weights import BEST, LAST  # torch, which `--help` does without

        weights = (self.folder / LAST, self.folder / BEST)
        own = (self.results_file, self.trajectory_file, self.points_file, self.state_file, self.checkpoint)
        for path in (*own, *weights):
            path.unlink(missing_ok=True)


def begun_in(file: Path) -> Path | None:
    """The current folder of the command of which a file holds Hydra's part, where that is still there."""
    match _read_yaml(file):
        case {"hydra": {"runtime": {"cwd": str(folder)}}} if Path(folder).is_dir():
            return Path(folder)
    return None


@contextmanager
def leaving_no_empty_folder(hydra: DictConfig) -> Iterator[None]:
    """Remove the folders that Hydra made for a run and named by itself, if nothing was written into them."""
    try:
        yield
    finally:
        if not is_named(hydra, "run"):
            folder = Path(os.path.relpath(hydra.runtime.output_dir))
            with suppress(OSError):  # it holds something, or is gone
                folder.rmdir()
            with suppress(OSError):
                os.removedirs(folder.parent)


@contextmanager
def own_folder(cfg: DictConfig, hydra: DictConfig) -> Iterator[None]:
    """Own the folder of a run and write it into `cfg.folder`: the one chosen, or a free one of this second.

    Raises:
        ValueError: Another process is running in the folder that the user chose.
    """
    with owned(Path(cfg.folder).absolute(), named=is_named(hydra, "run")) as folder:
        with open_dict(cfg):
            cfg.folder = str(folder)
        yield


def _are_results(found: object) -> TypeGuard[dict[str, Any]]:
    """Whether what a JSON file holds can be results: what they are compared by is there as it should be."""
    if not isinstance(found, dict) or not isinstance(found.get("threads", 1), int):
        return False
    objective = found.get("objective", "")
    names = objective if isinstance(objective, list) else [objective]
    return all(isinstance(name, str) for name in names)


def _read_yaml(path: Path) -> object:
    """What a YAML file holds, or `None` where it cannot be read."""
    try:
        return yaml.load(path.read_text(), FAST_LOADER)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
