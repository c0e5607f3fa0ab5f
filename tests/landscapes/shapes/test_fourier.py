import pytest
import torch

from landscape_lab.landscapes.shapes import fourier


@pytest.mark.parametrize("harmonics", [0, 1, 2, 3, 4, 5, 8, 11])
def test_polynomials_are_the_fourier_sum(harmonics):
    draw = torch.Generator().manual_seed(0)
    cosines, sines = torch.randn(2, 6, harmonics, generator=draw, dtype=torch.float64)
    angle = 7 * torch.rand(6, 40, generator=draw, dtype=torch.float64)
    wanted = torch.zeros_like(angle)
    for m in range(1, harmonics + 1):
        wanted += cosines[:, m - 1 : m] * (m * angle).cos() + sines[:, m - 1 : m] * (m * angle).sin()
    weights = torch.cat([cosines, sines], 1) @ fourier.matrix(harmonics)
    x, y = angle.cos(), angle.sin()
    tower = [torch.ones_like(x)] + [torch.empty_like(x) for _ in range(harmonics // 2)]
    fourier.fill(x, tower)
    found = torch.zeros_like(x)
    split = fourier.split(weights.unsqueeze(2).unbind(1), harmonics)
    fourier.evaluate(split, tower, x, y, found, (torch.empty_like(x), torch.empty_like(x)))
    torch.testing.assert_close(found, wanted, atol=1e-12, rtol=0)
