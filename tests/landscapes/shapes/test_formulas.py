import pytest
import torch

from landscape_lab.landscapes.shapes.formulas import composite


@pytest.mark.parametrize("count", [1, 2, 3, 6, 13])
def test_neighbours_are_joined_front_to_back(count):
    draw = torch.Generator().manual_seed(count)
    paint = torch.rand(count, 3, 5, generator=draw)
    through = torch.rand(count, 5, generator=draw)
    total, left = torch.zeros(3, 5), torch.ones(5)
    for colour, passes in zip(paint, through, strict=True):
        total, left = total + left * colour, left * passes
    found, remains = composite(paint, through)
    torch.testing.assert_close(found, total)
    torch.testing.assert_close(remains, left)
