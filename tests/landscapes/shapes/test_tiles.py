import pytest
import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes.formulas import levels
from landscape_lab.landscapes.shapes.outlines import OUTLINES
from landscape_lab.landscapes.shapes.tiles import SIDE, Grid, Reach

DISC = OUTLINES["blob"]


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 31), (40, 16)])
def test_tiles_join_to_the_picture(size):
    picture = torch.rand(3, *size)
    grid = Grid(*size)
    tiles = grid.cut(picture)
    assert tiles.shape == (grid.rows * grid.columns, 3, SIDE * SIDE)
    assert torch.equal(grid.join(tiles), picture)
    assert float(tiles.sum()) == pytest.approx(float(picture.sum()), rel=1e-5)


def all_levels(shapes, grid):
    """e at every pixel of every tile, padding too: `[shapes, tiles, pixels]`."""
    row, column = torch.meshgrid(
        torch.arange(grid.rows * SIDE), torch.arange(grid.columns * SIDE), indexing="ij"
    )
    places = (torch.stack([column, row]).flatten(1).double() + 0.5) / grid.longer
    found, _ = levels(shapes, places, DISC)
    whole = Grid(grid.rows * SIDE, grid.columns * SIDE)
    return whole.cut(found.view(-1, grid.rows * SIDE, grid.columns * SIDE)).transpose(0, 1)


@pytest.mark.parametrize(("reach", "plateau"), [(1.0, 1.0), (0.0, 9.0)])
@pytest.mark.parametrize("most", [1, 10**6])
def test_pairs_miss_no_pixel(reach, plateau, most):
    shapes, _ = some_shapes(12, wobble=0.15)
    shapes = shapes.map(torch.Tensor.detach)
    grid = Grid(75, 50)
    at = Reach(shapes, grid, reach, plateau, DISC)
    bands = list(at.bands(most))
    assert [row for band in bands for row in band] == list(range(grid.rows))
    everywhere = all_levels(shapes, grid)
    met = torch.zeros(everywhere.shape[:2], dtype=torch.bool)
    for band in bands:
        pairs = at.pairs(band)
        assert ((pairs.tile // grid.columns >= band.start) & (pairs.tile // grid.columns < band.stop)).all()
        assert not met[pairs.shape, pairs.tile].any()
        met[pairs.shape, pairs.tile] = True
        full = everywhere[pairs.shape[pairs.solid], pairs.tile[pairs.solid]]
        assert (full >= plateau).all()
    needed = (everywhere > -reach).any(2)
    assert met[needed].all()
    assert int(met.sum()) < 1.5 * int(needed.sum())
