"""Merge trees, against a flood that rises node by node, and on surfaces whose critical points are known."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane, Window, sample
from landscape_lab.planes.topology import critical_points, merge_tree

ROUND = [(0, 1), (1, 0), (1, 1), (0, -1), (-1, 0), (-1, -1)]


def flooded(losses):
    """Basins by definition: nodes are added from the lowest on, and lakes that touch become one."""
    rows, columns = losses.shape
    lake, ends = {}, {}
    for loss, row, column in sorted(
        (losses[i], *i) for i in np.ndindex(rows, columns) if np.isfinite(losses[i])
    ):
        near = sorted({lake[row + r, column + c] for r, c in ROUND if (row + r, column + c) in lake})
        lake[row, column] = near[0] if near else (loss, row, column)
        for shallower in near[1:]:
            ends[shallower] = (loss, (row, column), near[0])
            lake = {node: near[0] if minimum == shallower else minimum for node, minimum in lake.items()}
    minima = sorted({*lake.values(), *ends})
    top = losses[np.isfinite(losses)].max()
    return [
        (
            (row, column),
            depth,
            *ends.get((depth, row, column), (top, None, None)),
        )
        for depth, row, column in minima
    ]


@pytest.mark.parametrize("holes", [0, 9])
def test_tree_is_that_of_a_rising_flood(holes):
    random = np.random.default_rng(0)
    losses = random.normal(size=(9, 13))
    losses.ravel()[random.choice(losses.size, holes, replace=False)] = [np.nan, np.inf, -np.inf] * (
        holes // 3
    )
    tree, expected = merge_tree(losses), flooded(losses)
    assert len(tree) == len(expected) > 5
    for basin, (minimum, depth, barrier, saddle, into) in zip(tree, expected, strict=True):
        assert (basin.minimum, basin.depth, basin.barrier, basin.saddle) == (minimum, depth, barrier, saddle)
        assert tree[basin.into].minimum == (minimum if into is None else into[1:])


def test_small_basins_are_filled_by_what_they_flow_into():
    losses = np.array([[0.0, 5.0, 4.9, 6.0, 1.0, 10.0]])
    assert [basin.minimum[1] for basin in merge_tree(losses)] == [0, 4, 2]
    assert [basin.minimum[1] for basin in merge_tree(losses, share=0.02)] == [0, 4]
    deepest, other = merge_tree(losses, share=0.02)
    assert (deepest.barrier, deepest.saddle, deepest.persistence) == (10.0, None, 10.0)
    assert (other.barrier, other.saddle, other.into, other.persistence) == (6.0, (0, 3), 0, 5.0)


def test_flat_and_empty_grids_have_one_basin_or_none():
    assert [basin.minimum for basin in merge_tree(np.ones((3, 4)))] == [(0, 0)]
    assert merge_tree(np.full((3, 4), np.nan)) == []


def test_himmelblau_has_four_minima_four_saddles_and_one_maximum():
    landscape = FunctionLandscape.named("himmelblau")
    plane, window = Plane.of(landscape), Window(-5.0, 5.0, -4.5, 4.5)
    grid = sample(landscape, plane, window).losses
    columns, rows = (axis.numpy() for axis in (window.columns(grid.shape[1]), window.rows(grid.shape[0])))
    points = critical_points(grid, share=1e-4)
    places = {kind: [(columns[c], rows[r]) for r, c in nodes] for kind, nodes in points.items()}
    minima = landscape.minima.numpy()
    assert len(places["minima"]) == len(minima) == 4
    assert all(np.abs(minima - place).sum(axis=1).min() < 0.03 for place in places["minima"])
    for kind, number in (("minima", 4), ("saddles", 4), ("maxima", 1)):
        assert len(places[kind]) == number
        at = torch.tensor(np.array(places[kind]), requires_grad=True)
        (slope,) = torch.autograd.grad(landscape.evaluate(at).sum(), at)
        assert slope.norm(dim=1).max() < 2.0  # of slopes up to 600
    tree = merge_tree(grid, share=1e-4)
    assert all(basin.barrier >= basin.depth for basin in tree)


def test_every_saddle_between_a_lattice_of_hills_is_found():
    y, x = np.mgrid[0 : 5 * np.pi : 91j, 0 : 7 * np.pi : 130j]
    points = critical_points(np.sin(x) * np.sin(y) + 1e-3 * (x + 0.7 * y), share=0.01)
    assert {kind: len(nodes) for kind, nodes in points.items()} == {"minima": 17, "saddles": 24, "maxima": 18}
