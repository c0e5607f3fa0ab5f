"""Sweeps in this process."""

import pytest


@pytest.fixture
def drawn() -> None:
    """Sweeps of this test draw their paths."""


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch) -> None:
    """Sweeps draw no paths, which would take half of the time, unless the test asks for it."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("landscape_lab.sweeps.paths.draw_paths", lambda *_: None)
