"""Pictures of points that have most of their shapes in common: only what differs is drawn again.

A child of (1+1) or of `greedy` is its parent with one shape changed. Then what all other shapes cover
is known, and the picture differs only in the tiles that this shape reaches, or reached before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.shapes.fast import Drawing
from landscape_lab.landscapes.shapes.formulas import Formula
from landscape_lab.landscapes.shapes.layers import Layers
from landscape_lab.landscapes.shapes.profiles import Profile
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.tiles import SIDE, Grid, Pairs, Reach

STEADY = 32
"""Results are the same to the bit among however many others they are computed, if those are a multiple of
this: a processor rounds what is left over another way, and products of fewer than four rows."""
AS_IT_IS = Profile(lambda cover: cover, lambda cover: (cover, torch.ones_like(cover)), 0.0, lambda _: 1.0)
"""Of what is coverage already."""


class Drawn(NamedTuple):
    """A picture, and what it takes to draw it again with some shapes changed.

    Args:
        shapes: The front first.
        background: The colour behind them.
        pairs: Shapes and the tiles that they reach, shape by shape.
        cover: What the pairs cover of their pixels, but for the strength of their shapes.
        paint: What the shapes alone make of the picture.
        behind: How much of the background is seen.
    """

    shapes: Shapes
    background: Float[Tensor, " channels"]
    pairs: Pairs
    cover: Float[Tensor, "pairs pixels"]
    paint: Float[Tensor, "tiles channels pixels"]
    behind: Float[Tensor, "tiles pixels"]

    @classmethod
    def blank(cls, shapes: Shapes, background: Float[Tensor, " channels"], grid: Grid) -> Drawn:
        """A picture for so many shapes, none of which is drawn."""
        tiles, none = grid.rows * grid.columns, torch.empty(0, dtype=torch.long, device=background.device)
        return cls(
            shapes,
            background,
            pairs=Pairs(none, none, background.new_empty(0, 2), none.bool()),
            cover=background.new_empty(0, SIDE * SIDE),
            paint=background.new_zeros(tiles, len(background), SIDE * SIDE),
            behind=background.new_ones(tiles, SIDE * SIDE),
        )


class Changes(NamedTuple):
    """Which shapes each child of a picture has instead of the picture's.

    Args:
        child: Whose.
        place: Which of its shapes.
        shapes: What they are now.
        background: Of each child.
    """

    child: Int[Tensor, " changes"]
    place: Int[Tensor, " changes"]
    shapes: Shapes
    background: Float[Tensor, "children channels"]


class Redrawing:
    """The children of a picture, drawn together where they differ from it.

    Args:
        formula: Of the pictures; shapes hide each other, or the background is black.
        grid: Their size.
        drawn: The picture.
        changes: What its children have instead.
    """

    def __init__(self, formula: Formula, grid: Grid, drawn: Drawn, changes: Changes) -> None:
        self.grid, self.drawn, self.changes = grid, drawn, changes
        self.tiles, self.children = grid.rows * grid.columns, len(changes.background)
        known = len(drawn.shapes.centre)
        shapes = Shapes.of([_joined(*kinds) for kinds in zip(drawn.shapes, changes.shapes, strict=True)])
        black = torch.zeros_like(drawn.background)
        self.drawing = Drawing(formula._replace(profile=AS_IT_IS), grid, black, shapes)
        self.fresh, self.cover = self._drawn_anew(formula, known)
        self.row = changes.child.index_select(0, self.fresh.shape - known)  # the child of each fresh pair
        gone = torch.zeros(self.children, known, dtype=torch.bool, device=black.device)
        gone[changes.child, changes.place] = True
        self.gone = gone.index_select(1, drawn.pairs.shape)  # [children, pairs]
        self.dirty = self._dirty()
        self.paint, self.behind = self._painted()

    def _drawn_anew(self, formula: Formula, known: int) -> tuple[Pairs, Tensor]:
        """Pairs and coverage of the shapes that are not the picture's; their numbers begin at `known`."""
        profile = formula.profile
        plateau = profile.plateau(self.drawn.paint.dtype)
        reach = Reach(self.changes.shapes, self.grid, profile.reach, plateau, formula.outline)
        found = reach.pairs(range(self.grid.rows))
        found = found._replace(shape=found.shape + known)
        levels = self.drawing.frames.levels(found.at(_steady(found)))[: len(found.shape)]
        alive = (levels.amax(1) > -profile.reach).nonzero().squeeze(1)
        return found.at(alive), profile.value(levels.index_select(0, alive))

    def _dirty(self) -> Int[Tensor, " dirty"]:
        """Numbers of the tiles in which a child differs: those of the first child, then of the next."""
        child, pair = self.gone.nonzero().unbind(1)
        dirty = torch.zeros(self.children * self.tiles, dtype=torch.bool, device=pair.device)
        dirty[self.row * self.tiles + self.fresh.tile] = True
        dirty[child * self.tiles + self.drawn.pairs.tile.index_select(0, pair)] = True
        return dirty.nonzero().squeeze(1)

    def _painted(self) -> tuple[Tensor, Tensor]:
        """Paint and what is seen behind it, `[dirty, …, pixels]`."""
        known, old, new = len(self.drawn.shapes.centre), self.drawn.pairs, self.fresh
        rank = torch.full((self.children * self.tiles,), -1, device=self.dirty.device)
        rank[self.dirty] = torch.arange(len(self.dirty), device=rank.device)
        stays = (rank.view(self.children, -1).index_select(1, old.tile) >= 0) & ~self.gone
        child, pair = stays.nonzero().unbind(1)
        old = old.at(pair)
        tile = torch.cat([child * self.tiles + old.tile, self.row * self.tiles + new.tile])
        place = torch.cat([old.shape, self.changes.place.index_select(0, new.shape - known)])
        pairs = Pairs(*map(torch.cat, zip(old, new, strict=True)))._replace(tile=rank.index_select(0, tile))
        order = place.argsort(stable=True)
        paint = self.drawn.paint.new_zeros(len(self.dirty), *self.drawn.paint.shape[1:])
        behind = self.drawn.behind.new_ones(len(self.dirty), SIDE * SIDE)
        if len(order):
            layers = Layers.of(pairs.at(order))
            order = order.index_select(0, layers.order)
            cover = torch.cat([self.drawn.cover.index_select(0, pair), self.cover])
            light = self.drawing.lay(pairs.at(order), layers, cover.index_select(0, order), paint).light
            if light is not None:
                behind.index_copy_(0, layers.tiles, light.behind)
        return paint, behind

    def _of(self, child: int) -> tuple[slice, Int[Tensor, " tiles"]]:
        """Which of the dirty tiles are a child's, and their numbers in the picture."""
        ends = self.dirty.new_tensor([child, child + 1]) * self.tiles
        begin, end = torch.searchsorted(self.dirty, ends).tolist()
        return slice(begin, end), self.dirty[begin:end] - child * self.tiles

    def pictures(self) -> Iterator[Float[Tensor, "channels height width"]]:
        """Of each child."""
        for child, background in enumerate(self.changes.background):
            mine, tiles = self._of(child)
            paint = self.drawn.paint.index_copy(0, tiles, self.paint[mine])
            behind = self.drawn.behind.index_copy(0, tiles, self.behind[mine])
            yield self.grid.join(paint.addcmul_(background[:, None], behind[:, None]))

    def kept(self, child: int) -> Drawn:
        """The picture of a child, to be drawn again."""
        mine, tiles = self._of(child)
        known, chosen = len(self.drawn.shapes.centre), self.changes.child == child
        places = self.changes.place[chosen]
        stays = (~self.gone[child]).nonzero().squeeze(1)
        fresh = (self.row == child).nonzero().squeeze(1)
        new = self.fresh.at(fresh)
        new = new._replace(shape=self.changes.place.index_select(0, new.shape - known))
        pairs = Pairs(*map(torch.cat, zip(self.drawn.pairs.at(stays), new, strict=True)))
        order = pairs.shape.argsort(stable=True)
        cover = torch.cat([self.drawn.cover.index_select(0, stays), self.cover.index_select(0, fresh)])
        return Drawn(
            shapes=Shapes.of(
                [
                    None if old is None or now is None else old.index_copy(0, places, now[chosen])
                    for old, now in zip(self.drawn.shapes, self.changes.shapes, strict=True)
                ]
            ),
            background=self.changes.background[child],
            pairs=pairs.at(order),
            cover=cover.index_select(0, order),
            paint=self.drawn.paint.index_copy(0, tiles, self.paint[mine]),
            behind=self.drawn.behind.index_copy(0, tiles, self.behind[mine]),
        )


def _joined(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    """One after the other; nothing of what shapes have not."""
    return None if one is None or other is None else torch.cat([one, other])


def _steady(pairs: Pairs) -> Int[Tensor, " n"]:
    """All pairs, and one of them a few times more, so that no product of their pixels has few rows."""
    edges = pairs.solid.logical_not().nonzero().squeeze(1)
    filling = edges[:1].expand(-len(edges) % STEADY)
    return torch.cat([torch.arange(len(pairs.shape), device=edges.device), filling])
