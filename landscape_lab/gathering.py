"""Trajectories from wherever they are: of recorders, in the folders of runs, through checkpoints."""

import copy
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from torch import nn

from landscape_lab.trajectory import Trajectory


def gather(source: object, module: nn.Module) -> Iterator[Trajectory]:
    """Trajectories, each with a name of its own.

    Args:
        source: A trajectory or what has one, as a recorder does; the folder of a run; a folder or a
            pattern of checkpoints; or several of these, as a list or by their names.
        module: Whose checkpoints these are.

    Raises:
        ValueError: It is none of these, or checkpoints are of another module.
    """
    if isinstance(source, Mapping):
        named = [(str(name), _path(one, module)) for name, one in source.items()]
    else:
        sources = source if isinstance(source, list | tuple) else [source]
        read = [(one, _path(one, module)) for one in sources]
        named = [(path.label or Path(str(one)).name, path) for one, path in read]
    names = [name for name, _ in named]
    for number, (name, path) in enumerate(named):
        own = copy.copy(path)  # which shares what was recorded: only its label is another one
        own.label = name if names.count(name) == 1 else f"{name} ({names[: number + 1].count(name)})"
        yield own


def _path(source: object, module: nn.Module) -> Trajectory:
    """One trajectory, wherever it comes from.

    Raises:
        ValueError: It comes from nowhere, or is of another module.
    """
    recorded = getattr(source, "trajectory", source)
    if isinstance(recorded, Trajectory):
        return recorded
    if not isinstance(recorded, str | PathLike):
        raise ValueError(
            "Parameter `trajectory` should be a Trajectory, a folder of a run or of checkpoints, or several "
            f"of these. Found a {type(source).__name__}."
        )
    path = Path(recorded)
    file = path / "trajectory.npz" if path.is_dir() else path
    is_one = file.suffix == ".npz" and file.is_file()
    return Trajectory.load(file) if is_one else Trajectory.from_checkpoints(recorded, module)
