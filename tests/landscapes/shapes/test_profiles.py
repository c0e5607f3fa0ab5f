import pytest
import torch

from landscape_lab.landscapes.shapes import profiles

PROFILES = [profiles.SMOOTHSTEP, profiles.CUT_TANH, profiles.CUT_TANH_SQUARED, profiles.TANH]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_derivative_by_hand_is_autograds(profile):
    level = torch.linspace(-3, 3, 62, dtype=torch.float64).requires_grad_()
    value = profile.value(level)
    (slope,) = torch.autograd.grad(value.sum(), level)
    shade, found = profile.slope(level.detach())
    torch.testing.assert_close(shade, value.detach())
    torch.testing.assert_close(found, slope)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_outside_all_inside(profile, dtype):
    inside = torch.tensor([profile.plateau(dtype), torch.inf], dtype=dtype)
    shade, slope = profile.slope(inside)
    assert shade.tolist() == [1, 1]
    assert float(slope.max()) < 4 * torch.finfo(dtype).eps
    if profile.reach < torch.inf:
        shade, slope = profile.slope(torch.tensor([-profile.reach, -50.0], dtype=dtype))
        assert (shade.tolist(), slope.tolist()) == ([0, 0], [0, 0])
