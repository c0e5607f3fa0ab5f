"""See, race and tune any PyTorch optimizer on any loss landscape."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landscape_lab.descent import Descent
    from landscape_lab.lab import run
    from landscape_lab.recording.loops import record
    from landscape_lab.recording.recorder import TrajectoryRecorder
    from landscape_lab.recording.view import loss_plane
    from landscape_lab.trajectory import Trajectory

__all__ = ["Descent", "Trajectory", "TrajectoryRecorder", "loss_plane", "record", "run"]
__version__ = "0.1.0"

_HOMES = {
    "Descent": "descent",
    "Trajectory": "trajectory",
    "TrajectoryRecorder": "recording.recorder",
    "loss_plane": "recording.view",
    "record": "recording.loops",
    "run": "lab",
}


def __getattr__(name: str) -> Any:
    """Import torch and Lightning only when something needs them: `--help` and tab completion do not."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
