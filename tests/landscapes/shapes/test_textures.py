import pytest
import torch

from landscape_lab.landscapes.shapes.brush import density
from landscape_lab.landscapes.shapes.coordinates import Painted
from landscape_lab.landscapes.shapes.textures import TEXTURES, fields, smooth

TARGET = torch.rand(3, 16, 24, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("texture", TEXTURES)
def test_shapes_begin_nearly_as_if_they_had_none(texture):
    slope, brush = fields(smooth(texture, 4, 3, TARGET))
    assert (slope is None, brush is None) == (texture == "flat", texture != "brush")
    if slope is not None:
        assert slope.shape == (4, 3, 2)
        assert not slope.any()
    if brush is not None:
        dense = density(torch.linspace(-1, 1, 9).expand(4, -1), brush)
        assert float(dense.min()) > 0.75
        assert float(dense.max()) < 0.9


def test_a_brush_is_drawn_along_the_longer_axis():
    painted = Painted(3, 0, (16, 24), "brush")
    numbers = painted.begin(TARGET, torch.Generator().manual_seed(0))
    numbers["scale"] = torch.tensor([[-1.0, -2.0], [-2.0, -1.0], [-1.5, -1.5]])
    shapes, _ = painted.shapes(numbers)
    across, along = shapes.matrix.norm(dim=2).unbind(1)[::-1]
    assert (across >= along).all()  # a row of the matrix is long where its half-axis is short
    torch.testing.assert_close(shapes.matrix[0], shapes.matrix[1])
