import numpy as np
import pytest
import torch

from landscape_lab.landscapes.shapes.placing import REACH, blurred, worst


def naive(picture, sigma):
    """A Gaussian of three standard deviations, whose sum is 1, with black outside."""
    reach = max(1, round(3 * sigma))
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    height, width = picture.shape[1:]
    blurry = np.zeros_like(picture)
    for row in range(height):
        for column in range(width):
            for down, heavy in zip(steps, weights, strict=True):
                for right, light in zip(steps, weights, strict=True):
                    if 0 <= row + down < height and 0 <= column + right < width:
                        blurry[:, row, column] += heavy * light * picture[:, row + down, column + right]
    return blurry


@pytest.mark.parametrize("sigma", [0.2, 1.7])
def test_a_blur_sees_black_outside(sigma):
    picture = torch.rand(3, 7, 11, generator=torch.Generator().manual_seed(0)).double()
    np.testing.assert_allclose(blurred(picture, sigma), naive(picture.numpy(), sigma), atol=1e-12)


def test_places_are_the_worst_ones_and_apart():
    residual = torch.zeros(3, 40, 60)
    residual[0, 10, 50] = 2.0
    residual[1, 30, 12] = -3.0  # too dark is as bad as too bright
    residual[1, 31, 13] = -1.0
    places = worst(residual, 2, blur=1.5) * torch.tensor([60, 40])
    torch.testing.assert_close(places, torch.tensor([[12.5, 30.5], [50.5, 10.5]]), atol=1.01, rtol=0)
    noise = torch.randn(1, 40, 60, generator=torch.Generator().manual_seed(0))
    many = worst(noise, 12, blur=2.0) * torch.tensor([60, 40])
    assert float(torch.pdist(many).min()) > REACH * 2.0 / 2
    assert float(many.min()) >= 0.5


@pytest.mark.parametrize(
    "residual", [torch.zeros(1, 1, 1), torch.full((3, 2, 3), torch.nan), torch.zeros(1, 3, 5)]
)
def test_a_residual_that_tells_nothing_still_gives_places(residual):
    places = worst(residual, 4, blur=0.3)
    assert places.shape == (4, 2)
    assert bool(((places > 0) & (places < 1)).all())
