"""The command line in this process."""

import sys
from collections.abc import Callable

import pytest
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import __main__ as entry


@pytest.fixture
def drawn() -> None:
    """Sweeps of this test draw their race."""


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch) -> None:
    """Sweeps draw no race, which would take half of the time, unless the test asks for it."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("landscape_lab.sweeps.paths.draw_paths", lambda *_: None)


@pytest.fixture
def sweep(tmp_path, monkeypatch, capsys) -> Callable:
    """Call the command line in a folder of its own; returns its exit status and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")

    def call(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["landscape_lab", *arguments])
        GlobalHydra.instance().clear()
        try:
            entry.main()
            status = 0
        except SystemExit as stop:
            status = stop.code
        return status, capsys.readouterr()

    return call


@pytest.fixture
def command(sweep) -> Callable:
    """The same without callbacks and loggers."""
    return lambda *arguments: sweep(*arguments, "callbacks=none", "logger=none")
