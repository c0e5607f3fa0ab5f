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
from landscape_lab.landscapes.shapes.levels import PAIRS_AT_ONCE
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


class Fresh(NamedTuple):
    """The pairs of what changed, child by child and shape by shape.

    Args:
        pairs: Their shapes are numbers in a table of the picture's shapes and, after them, the changes.
        cover: What they cover of their pixels.
        child: Whose.
        place: Which of the child's shapes.
    """

    pairs: Pairs
    cover: Float[Tensor, "pairs pixels"]
    child: Int[Tensor, " pairs"]
    place: Int[Tensor, " pairs"]

    def at(self, chosen: Int[Tensor, " some"]) -> Fresh:
        """Some of them."""
        cover, child, place = (values.index_select(0, chosen) for values in self[1:])
        return Fresh(self.pairs.at(chosen), cover, child, place)


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
        shapes = Shapes.of([_joined(*kinds) for kinds in zip(drawn.shapes, changes.shapes, strict=True)])
        black = torch.zeros_like(drawn.background)
        self.drawing = Drawing(formula._replace(profile=AS_IT_IS), grid, black, shapes)
        self.fresh = self._drawn_anew(formula)
        gone = torch.zeros(len(changes.background), len(drawn.shapes.centre), device=black.device)
        gone[changes.child, changes.place] = 1
        self.gone = gone.bool().index_select(1, drawn.pairs.shape)  # [children, pairs]
        self.dirty = self._dirty()
        self.paint, self.behind = self._painted()

    def _drawn_anew(self, formula: Formula) -> Fresh:
        """The pairs of the shapes that changed, and what they cover."""
        profile, known = formula.profile, len(self.drawn.shapes.centre)
        plateau = profile.plateau(self.drawn.paint.dtype)
        reach = Reach(self.changes.shapes, self.grid, profile.reach, plateau, formula.outline)
        found = reach.pairs(range(self.grid.rows))
        found = found._replace(shape=found.shape + known)
        levels = self.drawing.frames.levels(found.at(_steady(found)))[: len(found.shape)]
        child, place = (each.index_select(0, found.shape - known) for each in self.changes[:2])
        alive = (levels.amax(1) > -profile.reach).nonzero().squeeze(1)
        fresh = Fresh(found, levels, child, place).at(alive)
        for some in fresh.cover.split(PAIRS_AT_ONCE):
            some.copy_(profile.value(some))
        return fresh

    def _dirty(self) -> Int[Tensor, " dirty"]:
        """Numbers of the tiles in which a child differs: those of the first child, then of the next."""
        tiles = len(self.drawn.paint)
        child, pair = self.gone.nonzero().unbind(1)
        dirty = torch.zeros(len(self.gone) * tiles, dtype=torch.bool, device=pair.device)
        dirty[self.fresh.child * tiles + self.fresh.pairs.tile] = True
        dirty[child * tiles + self.drawn.pairs.tile.index_select(0, pair)] = True
        return dirty.nonzero().squeeze(1)

    def _painted(self) -> tuple[Tensor, Tensor]:
        """Paint and what is seen behind it, `[dirty, …, pixels]`."""
        tiles, old, new = len(self.drawn.paint), self.drawn.pairs, self.fresh
        rank = torch.full((len(self.gone) * tiles,), -1, device=self.dirty.device)
        rank[self.dirty] = torch.arange(len(self.dirty), device=rank.device)
        stays = (rank.view(-1, tiles).index_select(1, old.tile) >= 0) & ~self.gone
        child, pair = stays.nonzero().unbind(1)
        old = old.at(pair)
        tile = torch.cat([child * tiles + old.tile, new.child * tiles + new.pairs.tile])
        pairs = _both(old, new.pairs)._replace(tile=rank.index_select(0, tile))
        order = torch.cat([old.shape, new.place]).argsort(stable=True)
        paint = self.drawn.paint.new_zeros(len(self.dirty), *self.drawn.paint.shape[1:])
        behind = self.drawn.behind.new_ones(len(self.dirty), SIDE * SIDE)
        if len(order):
            layers = Layers.of(pairs.at(order))
            order = order.index_select(0, layers.order)
            cover = torch.cat([self.drawn.cover.index_select(0, pair), new.cover])
            light = self.drawing.lay(pairs.at(order), layers, cover.index_select(0, order), paint).light
            if light is not None:
                behind.index_copy_(0, layers.tiles, light.behind)
        return paint, behind

    def _layers_of(self, child: int) -> tuple[Tensor, Tensor]:
        """All paint of a child, and what is seen behind it."""
        tiles = len(self.drawn.paint)
        ends = self.dirty.new_tensor([child, child + 1]) * tiles
        mine = slice(*torch.searchsorted(self.dirty, ends).tolist())
        places = self.dirty[mine] - child * tiles
        return (
            self.drawn.paint.index_copy(0, places, self.paint[mine]),
            self.drawn.behind.index_copy(0, places, self.behind[mine]),
        )

    def pictures(self) -> Iterator[Float[Tensor, "channels height width"]]:
        """Of each child."""
        for child, background in enumerate(self.changes.background):
            paint, behind = self._layers_of(child)
            yield self.grid.join(paint.addcmul_(background[:, None], behind[:, None]))

    def kept(self, child: int) -> Drawn:
        """The picture of a child, to be drawn again."""
        changed = (self.changes.child == child).nonzero().squeeze(1)
        place = self.changes.place.index_select(0, changed)
        shapes = self.changes.shapes.map(lambda kind: kind.index_select(0, changed))
        stays = (~self.gone[child]).nonzero().squeeze(1)
        new = self.fresh.at((self.fresh.child == child).nonzero().squeeze(1))
        pairs = _both(self.drawn.pairs.at(stays), new.pairs._replace(shape=new.place))
        order = pairs.shape.argsort(stable=True)
        cover = torch.cat([self.drawn.cover.index_select(0, stays), new.cover])
        paint, behind = self._layers_of(child)
        return Drawn(
            shapes=Shapes.of([_put(*kinds, place) for kinds in zip(self.drawn.shapes, shapes, strict=True)]),
            background=self.changes.background[child],
            pairs=pairs.at(order),
            cover=cover.index_select(0, order),
            paint=paint,
            behind=behind,
        )


def _both(one: Pairs, other: Pairs) -> Pairs:
    """The pairs of two tables."""
    return Pairs(*map(torch.cat, zip(one, other, strict=True)))


def _joined(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    """One after the other; nothing of what shapes have not."""
    return None if one is None or other is None else torch.cat([one, other])


def _put(old: Tensor | None, new: Tensor | None, places: Tensor) -> Tensor | None:
    """Numbers with some rows replaced."""
    return None if old is None or new is None else old.index_copy(0, places, new)


def _steady(pairs: Pairs) -> Int[Tensor, " n"]:
    """All pairs, and one of them a few times more, so that no product of their pixels has few rows."""
    edges = pairs.solid.logical_not().nonzero().squeeze(1)
    filling = edges[:1].expand(-len(edges) % STEADY)
    return torch.cat([torch.arange(len(pairs.shape), device=edges.device), filling])
