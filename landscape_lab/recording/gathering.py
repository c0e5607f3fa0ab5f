"""Trajectories from wherever they are: of recorders, in the folders of runs, through checkpoints."""

import copy
from collections.abc import Iterator, Mapping, Sequence
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
    read = [(label, one, _path(one, module)) for label, one in _several(source)]
    labels = _apart([label or path.label or Path(str(one)).name for label, one, path in read])
    for (_, _, path), label in zip(read, labels, strict=True):
        own = copy.copy(path)  # which shares what was recorded: only its label is another one
        own.label = label
        yield own


def _several(source: object) -> list[tuple[str, object]]:
    """One or several sources with their names, which are empty where none were given."""
    if isinstance(source, Mapping):
        return [(str(name), one) for name, one in source.items()]
    return [("", one) for one in (source if isinstance(source, list | tuple) else [source])]


def _apart(labels: Sequence[str]) -> list[str]:
    """Labels, those numbered that occur more than once.

    >>> _apart(["a", "b", "a"])
    ['a (1)', 'b', 'a (2)']
    """
    counts = [labels[: number + 1].count(label) for number, label in enumerate(labels)]
    return [
        f"{label} ({count})" if labels.count(label) > 1 else label
        for label, count in zip(labels, counts, strict=True)
    ]


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
