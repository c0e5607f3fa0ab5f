"""Descent in a subspace."""

import pytest
import torch

from landscape_lab.augmentations import GradientNoise, ProjectGradient, augment
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape


def bowl(*members):
    """An oval bowl, so that descents are curved."""
    return FunctionLandscape(lambda x, y: 5 * x**2 + y**2, start=members or (1.0, 2.0))


def along(landscape):
    """The direction of the gradient that each member sees, of length 1."""
    landscape.backward()
    gradient = landscape.flat_gradient().double()
    return gradient / gradient.norm(dim=1, keepdim=True)


def test_the_line_is_that_of_a_descent_of_the_clean_landscape():
    alone = bowl()
    optimizer = torch.optim.SGD(alone.parameters(), lr=0.05)
    for _ in range(7):
        alone.backward()
        optimizer.step()
    line = (alone.flat()[0] - torch.tensor([1.0, 2.0])).double()
    seen = augment(bowl(), [GradientNoise(0.7), ProjectGradient(steps=7, lr=0.05)])
    for _ in range(3):
        torch.testing.assert_close(along(seen)[0].abs(), (line / line.norm()).abs(), rtol=0, atol=1e-6)
    torch.testing.assert_close(seen.flat(), torch.tensor([[1.0, 2.0]]))  # it made no step itself


def test_all_members_are_on_the_line_of_the_first():
    many = bowl().with_members(torch.tensor([[1.0, 2.0], [-3.0, 0.5]]))
    seen = along(augment(many, [ProjectGradient(steps=7, lr=0.05)])).abs()
    one = along(augment(bowl(), [ProjectGradient(steps=7, lr=0.05)])).abs()
    torch.testing.assert_close(seen, one.expand(2, 2), rtol=0, atol=1e-6)


def test_it_is_told_what_does_not_fit():
    with pytest.raises(ValueError, match="One parameter of `directions`, `trajectory` and `steps`"):
        ProjectGradient([1.0, 2.0], steps=3)
    with pytest.raises(ValueError, match="should be used on a landscape"):
        ProjectGradient(steps=3).apply(torch.ones(1, 2), None)
    network = NetworkLandscape(
        torch.nn.Linear(2, 1), (torch.ones(3, 2), torch.ones(3, 1)), "mean_squared_error"
    )
    with pytest.raises(ValueError, match=r"`steps` should be used on a picture, .* Found a NetworkLandscape"):
        augment(network, [ProjectGradient(steps=3)])
    with pytest.raises(ValueError, match="linearly independent"):
        augment(FunctionLandscape(lambda x, y: 0 * x * y, start=(1.0, 2.0)), [ProjectGradient(steps=3)])


def test_the_experiment_follows_the_line_of_the_noise_notebook(lab):
    """Alone: no other run is looked up, and no number of another run is typed."""
    result = lab("experiment=subgd_perlin", "figures=[]", "steps=20")
    ways = torch.from_numpy(result.trajectory.points[1:, 0]).double() - torch.tensor([0.28, 0.36]).double()
    far = ways[ways.norm(dim=1) > 1e-3]
    expected = torch.tensor([0.40296536 - 0.28, 0.00111845 - 0.36]).double()  # of the notebook, 200 steps
    across = far[:, 0] * expected[1] - far[:, 1] * expected[0]
    assert (across.abs() / (far.norm(dim=1) * expected.norm())).max() < 1e-4
