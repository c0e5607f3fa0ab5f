"""The minima, saddles and barriers of losses on a grid, as a merge tree.

Let water rise on the landscape. At each minimum a lake begins; at a saddle two lakes meet. The tree of
these meetings tells how many valleys there are, and how high one has to climb from one to another.

A strictly growing function of the losses, such as their logarithm, has the same tree; only how long basins
persist is another number.

Source: H. Edelsbrunner and J. Harer, Computational Topology, 2010, chapters VI and VII.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

# The grid is cut into triangles by one diagonal of each cell. Then each inner node has six neighbours, both
# the losses and their negatives are piecewise linear on the same triangles, and minima − saddles + maxima
# is the same number however rough the grid is.
NEIGHBOURS = ((0, 1), (1, 0), (1, 1))
"""Rows and columns to half of a node's neighbours; the others lie opposite."""


class Basin(NamedTuple):
    """A minimum, and the saddle at which its lake flows into a deeper one.

    Args:
        minimum: Its row and column.
        depth: The loss there.
        saddle: The row and column where the lakes meet; `None` of the deepest, which never flows over.
        barrier: The loss there; of the deepest, the highest loss.
        into: The number of the basin that it flows into; its own of the deepest.
    """

    minimum: tuple[int, int]
    depth: float
    saddle: tuple[int, int] | None
    barrier: float
    into: int

    @property
    def persistence(self) -> float:
        """How high one has to climb to leave the basin for a deeper one."""
        return self.barrier - self.depth


def merge_tree(losses: Float[np.ndarray, "rows columns"], share: float = 0.0) -> list[Basin]:
    """The basins of losses on a grid, the deepest first; of equal losses the first counts as lower.

    Each node belongs to the minimum that it reaches by going to its lowest neighbour. The lakes of two
    adjacent basins meet at the lowest of the passes between them, so that the tree is the minimal
    spanning tree of the basins: the cost is that of sorting the nodes.

    Args:
        losses: Those that are not finite are holes: no way leads through them.
        share: Basins that persist for a smaller share of the range of the losses are left out; they are
            filled by what they flow into.
    """
    return _lasting(_flow(losses), share * _range(losses))


def critical_points(
    losses: Float[np.ndarray, "rows columns"], share: float = 0.0, valleys: Sequence[Basin] | None = None
) -> dict[str, list[tuple[int, int]]]:
    """Rows and columns of the minima, the saddles and the maxima inside a grid.

    Saddles are those where basins meet, of the losses or of their negatives. What lies on the grid's edge
    is not listed: the landscape may go on beyond it.

    Args:
        losses: `[rows, columns]`.
        share: Those that persist for a smaller share of the range of the losses are left out.
        valleys: Their `merge_tree` with the same share, where it is at hand.
    """
    valleys = merge_tree(losses, share) if valleys is None else valleys
    # A saddle at which no lakes meet closes a ring of water around a hill, and that hill is what it is found
    # by. Rings around the whole grid enclose nothing: so that they are not taken for hills that meet, what
    # lies outside counts as one hill above all others.
    height = _range(losses)
    surrounded = np.pad(
        -losses, 1, constant_values=float(np.min(-losses[np.isfinite(losses)], initial=0.0)) - 1.0 - height
    )
    hills = _lasting(_flow(surrounded), share * height)
    summits = [(row - 1, column - 1) for (row, column), *_ in hills]
    rings = [(at[0] - 1, at[1] - 1) for _, _, at, *_ in hills if at is not None]
    kinds = {
        "minima": [basin.minimum for basin in valleys],
        "saddles": [basin.saddle for basin in valleys if basin.saddle is not None] + rings,
        "maxima": summits,
    }
    rows, columns = losses.shape
    return {
        kind: [at for at in dict.fromkeys(nodes) if 0 < at[0] < rows - 1 and 0 < at[1] < columns - 1]
        for kind, nodes in kinds.items()
    }


def _range(losses: np.ndarray) -> float:
    """The highest finite loss less the lowest."""
    finite = losses[np.isfinite(losses)]
    return float(np.ptp(finite)) if len(finite) else 0.0


def _ranks(losses: np.ndarray) -> Int[np.ndarray, "rows columns"]:
    """The place of each node from the lowest, 0, to the highest; a hole is above all nodes."""
    known = np.isfinite(losses)
    order = np.argsort(np.where(known, losses, np.inf), axis=None, kind="stable")
    rank = np.empty(losses.size, dtype=np.int64)
    rank[order] = np.arange(losses.size)
    return np.where(known, rank.reshape(losses.shape), losses.size)


def _pairs(values: np.ndarray, step: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Each node and its neighbour in one direction, as two views of the same shape."""
    down, across = step
    rows, columns = values.shape
    return values[: rows - down, : columns - across], values[down:, across:]


def _descend(rank: Int[np.ndarray, "rows columns"]) -> Int[np.ndarray, "rows columns"]:
    """The rank of the minimum that each node reaches; of a hole, the number of nodes."""
    lowest = rank.copy()  # of each node and its neighbours
    for step in NEIGHBOURS:
        (here, there), (one, other) = _pairs(lowest, step), _pairs(rank, step)
        np.minimum(here, other, out=here)
        np.minimum(there, one, out=there)
    below = np.full(rank.size + 1, rank.size)
    below[rank] = np.where(rank < rank.size, lowest, rank.size)
    while (further := below[below]).tobytes() != below.tobytes():  # twice as far each time
        below = further
    return below[rank]


def _passes(rank: np.ndarray, basin_of: np.ndarray) -> list[tuple[int, int, int]]:
    """The lowest pass between each two adjacent basins and the two, from the lowest pass to the highest."""
    found = []
    for step in NEIGHBOURS:
        one, other = _pairs(basin_of, step)
        apart = (one != other) & (np.maximum(one, other) < rank.size)
        found.append(np.stack([np.maximum(*_pairs(rank, step)), one, other])[:, apart])
    height, one, other = np.concatenate(found, axis=1)
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((height, high, low))
    height, low, high = height[order], low[order], high[order]
    first = np.ones(len(height), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return sorted(zip(height[first].tolist(), low[first].tolist(), high[first].tolist(), strict=True))


def _flow(losses: np.ndarray) -> list[Basin]:
    """All basins, by the depth of their minima; where two meet, the shallower one ends."""
    rank = _ranks(losses)
    basin_of = _descend(rank)
    minima = np.unique(basin_of[basin_of < rank.size]).tolist()
    deepest = {minimum: minimum for minimum in minima}

    def find(minimum: int) -> int:
        while deepest[minimum] != minimum:
            deepest[minimum] = minimum = deepest[deepest[minimum]]
        return minimum

    ends = {}
    for height, one, other in _passes(rank, basin_of):
        deeper, shallower = sorted((find(one), find(other)))
        if deeper != shallower:
            deepest[shallower] = deeper
            ends[shallower] = height, deeper
    order = np.argsort(rank, axis=None, kind="stable")
    number = {minimum: index for index, minimum in enumerate(minima)}
    top = float(losses[np.isfinite(losses)].max(initial=-np.inf))

    def node(of_rank: int) -> tuple[int, int]:
        row, column = divmod(int(order[of_rank]), losses.shape[1])
        return row, column

    basins = []
    for minimum in minima:
        at = node(minimum)
        if minimum in ends:
            height, deeper = ends[minimum]
            saddle = node(height)
            basins.append(Basin(at, float(losses[at]), saddle, float(losses[saddle]), number[deeper]))
        else:
            basins.append(Basin(at, float(losses[at]), None, top, number[minimum]))
    return basins


def _lasting(basins: Sequence[Basin], least: float) -> list[Basin]:
    """Those that persist long enough."""
    return pruned(basins, [index for index, basin in enumerate(basins) if basin.persistence >= least])


def pruned(basins: Sequence[Basin], kept: Sequence[int]) -> list[Basin]:
    """Some basins, renumbered.

    A basin persists at least as long as each that flows into it: where those that persist longest are
    kept, none loses what it flows into.

    Args:
        basins: A merge tree.
        kept: Which stay, by their numbers in ascending order.
    """
    number = {index: new for new, index in enumerate(kept)}
    return [basins[index]._replace(into=number[basins[index].into]) for index in kept]
