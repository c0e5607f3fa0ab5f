"""Trajectories in files: NumPy archives, written and read without pickle."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
import torch

from landscape_lab.files.writing import replacing
from landscape_lab.records.clock import Clock
from landscape_lab.records.curves import Curves
from landscape_lab.records.known import UNKNOWN, on_cpu
from landscape_lab.records.large_points import LargePoints, opened
from landscape_lab.records.measured import PREFIXES, Measured

CURVES = ("losses", "steps", "evaluations", "lr")
"""The curves of every trajectory."""
COMPRESSED = 2**24
"""The most bytes that are compressed when they are saved: a second's work."""
DAMAGED = (
    ValueError,
    KeyError,
    OSError,
    EOFError,
    BadZipFile,
    ZlibError,
    RuntimeError,
    IndexError,
    TypeError,
)
"""What NumPy raises of an archive that is cut or holds something else, and what its arrays then lead to."""


class Contents(NamedTuple):
    """What an archive holds.

    Args:
        curves: Quantities over steps, small points among them.
        large: Large points, or `None` where points are small.
        measured: What was measured of a network on all data.
        clock: What its steps had taken.
        members: What tells members apart, `[members]` each.
    """

    curves: Curves
    large: LargePoints | None
    measured: Measured
    clock: Clock
    members: Mapping[str, np.ndarray]


def write(path: str | PathLike[str], contents: Contents) -> None:
    """Write an archive: `points`, the curves, and `member_…` for what tells members apart.

    Large points have `point_steps` beside them; of those in a file the archive holds `point_start`
    and `point_slots`.
    """
    arrays = _arrays(contents)
    small = sum(values.nbytes for values in arrays.values()) <= COMPRESSED
    save = np.savez_compressed if small else np.savez
    with replacing(path, durable=True) as unfinished:
        save(unfinished, allow_pickle=False, **arrays)


def _arrays(contents: Contents) -> dict[str, np.ndarray]:
    """What an archive holds, by the names that it has there."""
    curves, large, measured, clock, members = contents
    arrays = {"points": curves.array("points")} if large is None else large.arrays()
    further = [name for name in curves.names if name not in ("points", *CURVES)]
    arrays |= {name: curves.array(name) for name in (*CURVES, *further)}
    arrays |= named(members) | measured.arrays()
    return arrays | clock.arrays()


def named(members: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What tells members apart, by the names that it has in files."""
    return {f"member_{name}": values for name, values in members.items()}


def read(path: Path) -> Contents:
    """Read what `write` wrote; of points in a file, `points.f16` beside it, only where they lie.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a trajectory.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no trajectory {path}.")
    try:
        return _contents(arrays_in(path), path.with_name("points.f16"))
    except DAMAGED as error:
        raise ValueError(f"{path} is not a trajectory that can be read: {error}") from error


def arrays_in(path: str | PathLike[str]) -> dict[str, np.ndarray]:
    """All arrays of an archive; where it is damaged or is none, NumPy raises one of `DAMAGED`."""
    with Path(path).open("rb") as raw, np.load(raw, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _contents(arrays: dict[str, np.ndarray], file: Path) -> Contents:
    """Curves and points of exactly these arrays, and of the points in a file if they are not among them."""
    members = {name[7:]: arrays.pop(name) for name in list(arrays) if name.startswith("member_")}
    measured = Measured.of({name: arrays.pop(name) for name in list(arrays) if name.startswith(PREFIXES)})
    clock = Clock.of({name: arrays.pop(name) for name in list(arrays) if name.startswith("clock_")})
    at, slots = arrays.pop("point_steps", arrays["steps"]), arrays.pop("point_slots", None)
    arrays.setdefault("lr", np.full(arrays["steps"].shape, UNKNOWN))  # archives of old have none
    points = arrays.pop("points" if slots is None else "point_start")
    _check_fit(arrays, points.shape if slots is None else (len(slots), *points.shape), at)
    records = on_cpu(**{name: torch.from_numpy(values) for name, values in arrays.items()})
    curves, large = Curves(max(2, len(arrays["steps"]))), None
    if at is arrays["steps"]:
        records |= on_cpu(points=torch.from_numpy(points))
    else:
        kept = points if slots is None else opened(file, points, slots)
        large = LargePoints.of_arrays(at, kept, records)
    curves.extend(records, best=large is None)
    return Contents(curves, large, measured, clock, members)


def _check_fit(arrays: Mapping[str, np.ndarray], points: tuple[int, ...], at: np.ndarray) -> None:
    """There is a point for each step that has one, and a value of each curve for each record."""
    number, members = arrays["losses"].shape
    whole = all(len(values) == number for values in arrays.values())
    if not whole or number == 0 or len(points) != 3 or points[:2] != (len(at), members):
        raise ValueError("its arrays do not fit together")
