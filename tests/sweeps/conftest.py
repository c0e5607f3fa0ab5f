"""The command line in this process."""

import sys

import pytest
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import __main__ as entry


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Call it in a folder of its own; returns its exit status and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["landscape_lab", *arguments, "callbacks=none", "logger=none"])
        GlobalHydra.instance().clear()
        try:
            entry.main()
            status = 0
        except SystemExit as stop:
            status = stop.code
        return status, capsys.readouterr()

    return call
