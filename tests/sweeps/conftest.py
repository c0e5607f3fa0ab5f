"""Sweeps from the command line, in this process."""

import sys
from collections.abc import Callable

import pytest
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import __main__ as entry


@pytest.fixture
def sweep(tmp_path, monkeypatch, capsys) -> Callable:
    """Call the command line in this process and folder; returns its exit status and what it wrote."""

    def call(*arguments: str):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["landscape_lab", *arguments])
        GlobalHydra.instance().clear()
        try:
            entry.main()
            status = 0
        except SystemExit as stop:
            status = stop.code
        return status, capsys.readouterr()

    return call
