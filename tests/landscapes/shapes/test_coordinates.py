import pytest
import torch

from landscape_lab.landscapes.shapes.coordinates import Painted, Seed
from landscape_lab.landscapes.shapes.rendering import render

TARGET = torch.rand(3, 16, 24, generator=torch.Generator().manual_seed(0))


def random():
    return torch.Generator().manual_seed(0)


def test_the_seed_begins_black_with_a_quarter_of_the_centres_inside():
    seed = Seed(4000, 2)
    shapes, background = seed.shapes(seed.begin(TARGET, random()))
    assert background is None
    inside = ((shapes.centre > 0) & (shapes.centre < 1)).all(dim=1).float().mean()
    assert float(inside) == pytest.approx(0.26, abs=0.03)
    assert not render(shapes, (8, 12), "sum").any()


def test_one_shape_of_the_seed_is_its_formula():
    """q = max(tanh(16 (r (1 + F) - R) / r), 0), the picture colour · q², written out."""
    seed = Seed(1, 2)
    numbers = {
        kind: torch.randn(1, *part.shape[1:], generator=random()).double()
        for kind, part in seed.begin(TARGET, random()).items()
    }
    numbers["centre"] = torch.zeros(1, 2).double()  # in the middle of -1 … 2
    shapes, _ = seed.shapes(numbers)
    height, width = 9, 13
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    dx, dy = ((column + 0.5) / width - 0.5).double(), ((row + 0.5) / width - 0.5).double()
    phi, r = torch.pi * numbers["rotation"], (-3 * numbers["radius"]).sigmoid()
    sx, sy = (4 * numbers["scale"].sigmoid())[0]
    x, y = sx * (dx * phi.cos() - dy * phi.sin()), sy * (dx * phi.sin() + dy * phi.cos())
    theta, radius = torch.atan2(y, x), (x**2 + y**2).sqrt()
    wave = sum(
        0.1
        * (numbers["cosines"][0, m - 1] * (m * theta).cos() + numbers["sines"][0, m - 1] * (m * theta).sin())
        for m in (1, 2)
    )
    q = (16 * (r * (1 + wave) - radius) / r).tanh().clamp_min(0)
    expected = numbers["colour"].tanh()[0][:, None, None] * q**2
    torch.testing.assert_close(render(shapes, (height, width), "sum"), expected)


def test_painted_shapes_begin_inside_with_the_colours_below_them():
    painted = Painted(200, 3, (16, 24))
    shapes, background = painted.shapes(painted.begin(TARGET, random()))
    assert (shapes.centre >= 0).all()
    assert (shapes.centre <= torch.tensor([1.0, 16 / 24])).all()
    torch.testing.assert_close(background, TARGET.mean(dim=(1, 2)))
    assert shapes.slope is None
    halves = torch.zeros(1, 16, 24)
    halves[:, :, 12:] = 1
    shapes, _ = painted.shapes(painted.begin(halves, random()))
    left, right = shapes.centre[:, 0] < 0.3, shapes.centre[:, 0] > 0.7
    assert shapes.colour[left].mean() < 0.1
    assert shapes.colour[right].mean() > 0.9


def test_a_texture_is_a_slope_of_each_colour():
    painted = Painted(5, 0, (12, 24), "gradient")
    shapes, _ = painted.shapes(painted.begin(TARGET, random()))
    assert shapes.slope.shape == (5, 3, 2)
    assert shapes.cosines.shape == (5, 0)
