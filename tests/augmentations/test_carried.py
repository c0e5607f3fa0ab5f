"""Augmentations of the gradient of a network."""

import pytest
import torch
from torch import nn

from landscape_lab.augmentations import (
    AddNoise,
    GradientClip,
    GradientNoise,
    LossNoise,
    MapGradient,
    RandomShift,
    augment,
)
from landscape_lab.landscapes import NetworkLandscape


class Tied(nn.Module):
    """A network that uses a matrix twice, in one of its uses under another name."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)
        self.second.weight = self.first.weight

    def forward(self, inputs):
        return self.second(self.first(inputs).tanh())


def model():
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3))


def landscape(network=model, members=1, classes=3, **settings):
    random = torch.Generator().manual_seed(0)
    inputs, targets = torch.randn(30, 2, generator=random), torch.randint(classes, (30,), generator=random)
    torch.manual_seed(0)
    one = NetworkLandscape(network(), (inputs, targets), **settings)
    if members == 1:
        return one
    return one.with_members(one.flat() * torch.linspace(0.5, 1.5, members)[:, None], seeds=range(members))


def gradient(network, step=3):
    network.see(step)
    network.backward()
    return network.flat_gradient().clone()


@pytest.mark.parametrize(("network", "classes"), [(model, 3), (Tied, 2)])
@pytest.mark.parametrize("members", [1, 3])
def test_a_function_gets_the_whole_gradient_of_each_member(network, classes, members):
    changed = landscape(network, members, classes)
    clean = gradient(changed)
    losses = changed.evaluate(changed.flat())
    seen = []
    augment(changed, [MapGradient(lambda gradients: seen.append(gradients) or 3 * gradients)])
    torch.testing.assert_close(gradient(changed), 3 * clean)
    torch.testing.assert_close(seen[0], clean)
    torch.testing.assert_close(changed().detach(), losses)
    torch.testing.assert_close(changed.evaluate(changed.flat()), losses)
    assert changed.stochastic
    torch.testing.assert_close(gradient(augment(changed, [])), clean)
    assert not changed.stochastic


def test_the_norm_is_that_of_a_member():
    clipped = augment(landscape(members=3), [GradientClip(norm=0.05)])
    torch.testing.assert_close(gradient(clipped).norm(dim=1), torch.full((3,), 0.05))


def test_noise_depends_on_seed_and_step_alone():
    together = landscape(members=3, batch_size=8)
    clean = gradient(together)
    augment(together, [GradientNoise(std=0.1)], [5, 6, 5])
    noise = gradient(together) - clean
    torch.testing.assert_close(noise[0], noise[2])
    assert (noise[0] - noise[1]).abs().max() > 0.01
    assert noise.std() == pytest.approx(0.1, rel=0.2)
    assert not torch.equal(gradient(together, step=4), clean + noise)
    torch.testing.assert_close(gradient(together) - clean, noise)
    alone = landscape(batch_size=8, seed=5)
    before = gradient(alone)
    torch.testing.assert_close(
        gradient(augment(alone, [GradientNoise(std=0.1)], 5)) - before, noise[:1], atol=1e-6, rtol=0
    )


def test_a_plain_loop_moves_on_by_itself():
    noisy = augment(landscape(), [GradientNoise(std=0.1)])
    found = []
    for _ in range(2):
        noisy.zero_grad()
        noisy().sum().backward()
        found.append(noisy.flat_gradient().clone())
    assert not torch.equal(*found)


def test_second_derivatives_are_those_of_the_loss():
    def curvature(network):
        parameters = list(network.parameters())
        gradients = torch.autograd.grad(network().sum(), parameters, create_graph=True)
        slope = sum((one**2).sum() for one in gradients[:1])
        return torch.autograd.grad(slope, parameters[0])[0], gradients[0].detach()

    clean, slope = curvature(landscape())
    shifted, noisy = curvature(augment(landscape(), [MapGradient(lambda gradients: gradients + 1.0)]))
    torch.testing.assert_close(noisy, slope + 1.0)
    # d/dw |g + 1|² = 2 H (g + 1), and here H comes from the clean loss.
    assert not torch.allclose(clean, shifted)
    parameters = list((bare := landscape()).parameters())
    (first, *_) = torch.autograd.grad(bare().sum(), parameters, create_graph=True)
    (expected,) = torch.autograd.grad((first * 2 * (slope + 1.0)).sum(), parameters[0])
    torch.testing.assert_close(shifted, expected)


def test_draws_follow_the_precision():
    noisy = augment(landscape(), [GradientNoise(std=0.1)])
    gradient(noisy)
    assert gradient(noisy.double()).dtype == torch.float64
    assert noisy.carrier.draws.of(3).gradients[0].dtype == torch.float64


@pytest.mark.parametrize("wrong", [RandomShift(pixels=2), AddNoise(std=0.1), LossNoise(std=0.1)])
def test_only_the_gradient_can_be_changed(wrong):
    with pytest.raises(ValueError, match=rf"gradient_noise. Found {type(wrong).__name__} for a Network"):
        augment(landscape(), [wrong])


def test_members_come_first():
    noisy = augment(landscape(), [GradientNoise(std=0.1)])
    with pytest.raises(ValueError, match="its members before its augmentations"):
        noisy.with_members(noisy.flat().expand(2, -1))


def test_the_lab_adds_noise_and_goes_on_alike(lab):
    words = ["landscape=network", "model.hidden=[4]", "data.samples=60", "landscape.batch_size=16"]
    clean = lab(*words, "steps=6")
    noisy = lab(*words, "steps=6", "augmentation=gradient_noise", name="noisy")
    assert noisy.trajectory.losses[0] == clean.trajectory.losses[0]
    assert noisy.trajectory.losses[-1] != clean.trajectory.losses[-1]
