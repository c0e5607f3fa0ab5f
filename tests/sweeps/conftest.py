"""The command line in this process."""

from collections.abc import Callable

import pytest

from landscape_lab import __main__ as entry


@pytest.fixture
def drawn() -> None:
    """Sweeps of this test draw their race."""


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch) -> None:
    """Sweeps draw no race, which would take half of the time, unless the test asks for it."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("landscape_lab.sweeps.race.draw_race", lambda *_: None)


@pytest.fixture
def sweep(command_line) -> Callable:
    """Call the lab from the command line; returns its exit status and what it wrote."""
    return lambda *arguments: command_line(entry.main, *arguments)


@pytest.fixture
def command(sweep) -> Callable:
    """The same without callbacks and loggers."""
    return lambda *arguments: sweep(*arguments, "callbacks=none", "logger=none")
