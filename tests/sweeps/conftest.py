"""The command line in this process."""

import sys
from collections.abc import Callable

import pytest
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import __main__ as entry


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
