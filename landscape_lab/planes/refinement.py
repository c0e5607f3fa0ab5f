"""Coarse to fine: as many nodes as a spline needs to foretell the losses between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isqrt, log2

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.planes.interpolation import foretelling_error
from landscape_lab.planes.window import Window, crossed

TOLERANCE = 0.005
"""A spline is good enough where it misses no new loss by more than this share of their range."""
FEWEST = 14
"""Intervals between nodes along a side of an automatic grid: fewer miss what lies between them."""
SURE = 12
"""Fewer intervals along a side prove nothing: chance lets a spline through five nodes foretell four."""

Measure = Callable[[Float[Tensor, "n 2"]], Mapping[str, Float[np.ndarray, " n"]]]
"""What is measured at places of a plane, by name; `loss` is one of the names."""


@dataclass(frozen=True)
class Plan:
    """Where a refinement begins, and how far it may go.

    Args:
        intervals: Between the first nodes, along each side.
        finest: The most along a side.
        most: The most nodes of all.
    """

    intervals: int
    finest: int
    most: int

    @classmethod
    def as_fine_as(cls, resolution: int) -> "Plan":
        """The finest nodes lie about as close as the centres of so many cells along a side.

        >>> Plan.as_fine_as(50)
        Plan(intervals=6, finest=48, most=2401)
        """
        doublings = max(1, int(log2(resolution / 6)))
        intervals = round(resolution / 2**doublings)
        finest = intervals * 2**doublings
        return cls(intervals, finest, (finest + 1) ** 2)

    @classmethod
    def within(cls, number: float, resolution: int) -> "Plan":
        """At most so many nodes, but always 15 × 15; the last doubling leaves few of them unused.

        >>> Plan.within(1000, 512)
        Plan(intervals=7, finest=512, most=841)
        """
        along = max(FEWEST, isqrt(int(number)) - 1)
        doublings = int(log2(along / (FEWEST // 2)))
        intervals = along // 2**doublings
        return cls(intervals, resolution, (intervals * 2**doublings + 1) ** 2)


@dataclass(frozen=True)
class Nodes:
    """Where a window was measured, from edge to edge, and what was found there.

    Args:
        u: Along the columns.
        v: Along the rows.
        values: By name; NaN where nothing was measured.
        evaluated: How many nodes were measured.
    """

    u: Float[np.ndarray, " columns"]
    v: Float[np.ndarray, " rows"]
    values: Mapping[str, Float[np.ndarray, "rows columns"]]
    evaluated: int

    @classmethod
    def first(cls, measure: Measure, window: Window, intervals: int) -> "Nodes":
        """The coarsest grid."""
        u, v = window.nodes(intervals + 1)
        values = {name: found.reshape(len(v), len(u)) for name, found in measure(crossed(u, v)).items()}
        return cls(u.numpy(), v.numpy(), values, len(u) * len(v))

    @property
    def losses(self) -> Float[np.ndarray, "rows columns"]:
        """The losses."""
        return self.values["loss"]

    @property
    def errors(self) -> tuple[float, float]:
        """How far a spline through every other node misses those between, along rows and columns."""
        return self._error(self.v, 0), self._error(self.u, 1)

    def _error(self, at: np.ndarray, axis: int) -> float:
        """A share of the losses' range; infinite where the nodes are too few to tell, or even in number."""
        if len(at) % 2 == 0 or len(at) <= SURE:
            return inf
        return foretelling_error(at, self.losses, axis) if np.isfinite(self.losses).any() else 0.0

    def doubled(self, axis: int, measure: Measure) -> "Nodes":
        """Half as far from each other along one axis; all present nodes stay.

        A new node between two that are not finite is not measured: it lies in the same hole.
        """
        at = (self.v, self.u)[axis]
        new = (at[1:] + at[:-1]) / 2
        u, v = (self.u, new) if axis == 0 else (new, self.v)
        known = np.moveaxis(np.isfinite(self.losses), axis, 0)
        wanted = np.moveaxis(known[1:] | known[:-1], 0, axis)  # [rows, columns] of the new nodes
        places = crossed(torch.from_numpy(u), torch.from_numpy(v))[torch.from_numpy(wanted.ravel())]
        found = measure(places) if len(places) else {}
        values = {}
        for name, old in self.values.items():
            fresh = np.full(wanted.shape, np.nan)
            fresh[wanted] = found.get(name, ())
            values[name] = _interleaved(old, fresh, axis)
        both = _interleaved(at, new, 0)
        u, v = (self.u, both) if axis == 0 else (both, self.v)
        return Nodes(u, v, values, self.evaluated + len(places))


def refine(measure: Measure, window: Window, plan: Plan, tolerance: float = TOLERANCE) -> Nodes:
    """Double the nodes until a spline through half of them foretells the others.

    The axes are doubled one after the other, the coarser one first, and each only as long as the
    spline misses along it: a valley is smooth along its floor. What is asked of `measure`, and in
    which order, depends on the answers only.

    Args:
        measure: What is measured at places.
        window: What is drawn.
        plan: Where to begin and how far to go.
        tolerance: The miss that is good enough, as a share of the range of the losses.
    """
    nodes = Nodes.first(measure, window, plan.intervals)
    while (axis := _rough_axis(nodes, plan, tolerance)) is not None:
        nodes = nodes.doubled(axis, measure)
    return nodes


def _rough_axis(nodes: Nodes, plan: Plan, tolerance: float) -> int | None:
    """The coarsest axis along which the spline misses and which the plan lets be doubled."""
    rows, columns = nodes.losses.shape
    sizes = {0: (2 * rows - 1, columns), 1: (rows, 2 * columns - 1)}
    rough = [
        axis
        for axis, error in enumerate(nodes.errors)
        if error > tolerance and max(sizes[axis]) <= plan.finest + 1 and np.prod(sizes[axis]) <= plan.most
    ]
    return min(rough, key=lambda axis: (nodes.losses.shape[axis], -axis)) if rough else None


def _interleaved(old: np.ndarray, new: np.ndarray, axis: int) -> np.ndarray:
    """Old, new, old, new, …, old along an axis."""
    shape = list(old.shape)
    shape[axis] += new.shape[axis]
    both = np.empty(shape)
    lines = np.moveaxis(both, axis, 0)
    lines[::2], lines[1::2] = np.moveaxis(old, axis, 0), np.moveaxis(new, axis, 0)
    return both
