"""Shapes in annotations are checked while the tests run; what a test writes goes to a folder of its own."""

import gc

gc.disable()  # until all is collected: what is imported stays for good

from jaxtyping import install_import_hook

CHECKED = [
    f"landscape_lab.{part}"
    for part in ["landscapes", "augmentations", "trajectory", "planes", "curvature", "scene"]
]

with install_import_hook(CHECKED, "typechecking.check"):
    import landscape_lab.augmentations
    import landscape_lab.landscapes
    import landscape_lab.scene
    import landscape_lab.trajectory  # noqa: F401

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import pytest
from hydra._internal.hydra import Hydra
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from landscape_lab import command_line as entry
from landscape_lab.lab import Result, run

QUIET = ["callbacks=none", "logger=none"]


texts: dict[str, object] = {}
"""What the texts of configurations say, each parsed once."""


def loaded(file: Path | IO, load: Callable = OmegaConf.load) -> object:
    """What `OmegaConf.load` gives: a run reads twenty files of ours, which stay as they are."""
    if isinstance(file, str | Path):
        return load(file)
    if (text := file.read()) not in texts:
        file.seek(0)
        texts[text] = OmegaConf.to_container(load(file))
    return OmegaConf.create(texts[text])


OmegaConf.load = staticmethod(loaded)


def pytest_collection_finish() -> None:
    """What was imported and collected, a million objects, is not searched for garbage again."""
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.fixture
def lab(tmp_path: Path) -> Callable[..., Result]:
    """A quick run in a folder of its own, without pictures and logs unless they are asked for."""

    def quick(*overrides: str, quiet: bool = True, name: str = "run") -> Result:
        return run([*(QUIET if quiet else []), f"hydra.run.dir={tmp_path / name}", *overrides])

    return quick


get_mode = Hydra.get_mode


def mode_of(hydra: Hydra, config_name: str | None, overrides: list[str]) -> object:
    """Spare composing everything for the mode alone, which of our files only experiments choose."""
    chosen = config_name != "config" or any("experiment" in one or "hydra.mode" in one for one in overrides)
    return get_mode(hydra, config_name, overrides) if chosen else None


class Written(NamedTuple):
    """What a command wrote on standard output and on standard error."""

    out: str
    err: str


class Done(NamedTuple):
    """How a command ended."""

    status: int
    written: Written


@pytest.fixture
def command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., Done]:
    """Call `landscape_lab`, or another module's `main`, in this process and a folder of its own."""
    monkeypatch.setattr(Hydra, "get_mode", mode_of)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")

    def call(*arguments: object, main: Callable[[], object] = entry.main) -> Done:
        monkeypatch.setattr(sys, "argv", ["landscape_lab", *map(str, arguments)])
        GlobalHydra.instance().clear()
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code
        return Done(status, Written(*capsys.readouterr()))

    return call


@pytest.fixture
def quiet_command(command_line: Callable[..., Done]) -> Callable[..., Done]:
    """`landscape_lab` without callbacks and loggers."""
    return lambda *arguments: command_line(*arguments, *QUIET)
