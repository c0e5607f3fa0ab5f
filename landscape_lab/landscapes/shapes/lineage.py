"""The losses of points, most of which have most of their shapes in common with one drawn before."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from landscape_lab.landscapes.shapes.coordinates import Coordinates
from landscape_lab.landscapes.shapes.formulas import Formula
from landscape_lab.landscapes.shapes.layout import Layout
from landscape_lab.landscapes.shapes.redrawing import STEADY, Changes, Drawn, Redrawing
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import Grid

TILED = ("over", "sum")
"""The models whose pictures are drawn tile by tile, and no further."""
LARGEST = 2**20
"""Pixels of a picture that is remembered: of larger ones what shapes cover takes too much memory."""
SHAPES_AT_ONCE = 256
"""That are drawn together, of one point or of several."""


class Task(NamedTuple):
    """From points to losses.

    Args:
        layout: Where points hold the numbers of shapes.
        coordinates: What these numbers mean.
        formula: How shapes make a picture.
        target: What is approximated.
        difference: From a picture and the target to the loss.
    """

    layout: Layout
    coordinates: Coordinates
    formula: Formula
    target: Float[Tensor, "channels height width"]
    difference: Callable[[Tensor, Tensor], Tensor]

    def shapes(self, rows: Tensor, points: Tensor) -> tuple[Shapes, Tensor]:
        """The shapes of some rows, and the background of each point."""
        filled = torch.cat([rows, rows[:1].expand(-len(rows) % STEADY, -1)])
        shapes, background = self.coordinates.shapes(self.layout.numbers(filled, points))
        if background is None:
            background = rows.new_zeros(len(points), len(self.target))
        return shapes.map(lambda kind: kind[: len(rows)]), background


class Parent(NamedTuple):
    """The point that was drawn last, or the best of its line."""

    rows: Float[Tensor, "shapes numbers"]
    loss: Tensor
    drawn: Drawn


class Lineage:
    """Remembers a picture, and draws of each point only the shapes in which it differs.

    What is remembered moves on to the best of the points that are evaluated, if it is no worse; and to
    the best in any case where all of them are far away. The losses do not depend on it.
    """

    def __init__(self) -> None:
        self.parent: Parent | None = None

    def __deepcopy__(self, memo: object) -> Lineage:
        return Lineage()

    def losses(self, points: Float[Tensor, "n dims"], task: Task) -> Float[Tensor, " n"]:
        """Of each point."""
        if self.parent is not None and not _alike(self.parent.rows, points):
            self.parent = None
        rows, found = task.layout.rows(points), []
        while len(rows):
            changed = self._changed(rows)
            some = max(1, int((changed.sum(1).cumsum(0) <= SHAPES_AT_ONCE).sum()))
            found.append(self._together(rows[:some], points[:some], changed[:some], task))
            rows, points = rows[some:], points[some:]
        return torch.cat(found)

    def _changed(self, rows: Float[Tensor, "n shapes numbers"]) -> Bool[Tensor, "n shapes"]:
        """Which shapes are not the parent's; all of them where most of them are not in any point."""
        if self.parent is not None:
            changed = (rows != self.parent.rows).any(2)
            if 2 * int(changed.sum(1).min()) <= changed.shape[1]:
                return changed
            self.parent = None
        return torch.ones(rows.shape[:2], dtype=torch.bool, device=rows.device)

    def _together(self, rows: Tensor, points: Tensor, changed: Tensor, task: Task) -> Float[Tensor, " n"]:
        """The losses of points that are drawn at once; the best may become the parent."""
        child, place = changed.nonzero().unbind(1)
        shapes, background = task.shapes(rows[child, place], points)
        if not _finite(shapes, background):
            return self._apart(points, task)
        grid = Grid(*task.target.shape[1:])
        if self.parent is None:
            drawn = Drawn.blank(shapes.map(lambda kind: kind[: len(rows[0])]), background[0], grid)
        else:
            drawn = self.parent.drawn
        redrawing = Redrawing(task.formula, grid, drawn, Changes(child, place, shapes, background))
        losses = torch.stack([task.difference(picture, task.target) for picture in redrawing.pictures()])
        best = int(losses.nan_to_num(torch.inf).argmin())
        if self.parent is None or losses[best] <= self.parent.loss:
            self.parent = Parent(rows[best], losses[best], redrawing.kept(best))
        return losses

    def _apart(self, points: Tensor, task: Task) -> Float[Tensor, " n"]:
        """The losses one by one; a point whose shapes are not finite has a picture that is not a number."""
        if len(points) > 1:
            return torch.cat([self.losses(point, task) for point in points.split(1)])
        return task.difference(torch.full_like(task.target, torch.nan), task.target)[None]


def _alike(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are of one kind of numbers on one device."""
    return one.dtype == other.dtype and one.device == other.device


def _finite(shapes: Shapes, background: Tensor) -> bool:
    """Whether all numbers are."""
    sums = [kind.sum() for kind in (*shapes, background) if kind is not None]
    return bool(torch.stack(sums).sum().isfinite())
