import numpy as np
import pytest
import torch

from landscape_lab.landscapes.shapes.placing import ANGLES, ASPECT, SIZES, Ellipse, _gains, wanted

LONG, FLAT = Ellipse((6.0, 1.5), 0.7), Ellipse((2.0, 2.0), 0.0)


def cover_at(ellipse, size, column, row):
    """How much of each pixel an ellipse covers, pixel by pixel."""
    cover = np.zeros(size)
    cos, sin = np.cos(ellipse.angle), np.sin(ellipse.angle)
    for y in range(size[0]):
        for x in range(size[1]):
            first = ((x - column) * cos - (y - row) * sin) / ellipse.half_axes[0]
            second = ((x - column) * sin + (y - row) * cos) / ellipse.half_axes[1]
            level = min(max(1.5 - np.hypot(first, second), 0), 1)
            cover[y, x] = level**2 * (3 - 2 * level)
    return cover


@pytest.mark.parametrize("ellipse", [LONG, FLAT])
def test_a_gain_is_what_the_best_colour_takes_away(ellipse):
    residual = torch.randn(2, 13, 18, generator=torch.Generator().manual_seed(0)).double()
    gains = _gains(residual, [ellipse, LONG])[0]
    for column, row in ((0, 0), (17, 3), (9, 12), (8, 6)):
        # The part of the ellipse outside the picture is compared with black.
        whole = cover_at(ellipse, (60, 60), 30, 30)
        inside = cover_at(ellipse, (13, 18), column, row)
        taken = sum((channel.numpy() * inside).sum() ** 2 for channel in residual) / (whole**2).sum()
        assert float(gains[row, column]) == pytest.approx(taken, rel=1e-9)


def test_a_missing_ellipse_is_found():
    size = (40, 60)
    radius = 8.0
    missing = Ellipse((SIZES[1] * radius * ASPECT**0.5, SIZES[1] * radius / ASPECT**0.5), 2 * np.pi / ANGLES)
    residual = torch.tensor(cover_at(missing, size, 41, 15)) * torch.tensor([0.5, -1.0, 0.2])[:, None, None]
    paint = torch.tensor([0.3, 0.6, 0.9]).double()[:, None, None].expand(3, *size)
    found = wanted(residual, paint, 2, radius / 60)
    torch.testing.assert_close(found.places[0], torch.tensor([41.5 / 60, 15.5 / 40]).double())
    torch.testing.assert_close(found.half_axes[0], torch.tensor(missing.half_axes).double() / 60)
    assert float(found.angles[0]) == pytest.approx(missing.angle)
    torch.testing.assert_close(found.colours, paint[:, 0, 0].expand(2, 3))


def test_ellipses_lie_apart():
    noise = torch.randn(3, 40, 60, generator=torch.Generator().manual_seed(0))
    found = wanted(noise, noise, 12, 4 / 60)
    apart = torch.pdist(found.places * torch.tensor([60.0, 40.0]))
    assert float(apart.min()) > 1


def test_the_picture_may_be_of_any_fineness():
    coarse = torch.zeros(1, 20, 30)
    coarse[:, 12:17, 4:9] = 1.0
    fine = coarse.repeat_interleave(8, 1).repeat_interleave(8, 2)
    few, many = (wanted(some, some, 1, 8 / 30) for some in (coarse, fine))
    for one, other in zip(few, many, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    "residual", [torch.zeros(1, 1, 1), torch.full((3, 2, 3), torch.nan), torch.zeros(1, 3, 5)]
)
def test_a_residual_that_tells_nothing_still_gives_ellipses(residual):
    found = wanted(residual, torch.zeros_like(residual), 4, 0.1)
    assert bool(((found.places > 0) & (found.places < 1)).all())
    assert all(bool(kind.isfinite().all()) for kind in found)
