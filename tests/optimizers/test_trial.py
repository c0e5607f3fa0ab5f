"""The trial tells an optimizer that treats each member by itself from one that does not."""

from functools import partial

import pytest
import pytorch_optimizer
import torch

from landscape_lab.optimizers import Traits, probe, trial
from landscape_lab.optimizers.trial import try_joint
from landscape_lab.optimizers.valley import POINTS, TENSORS, Valley


class OfRows(torch.optim.Optimizer):
    """A step of one length for each first index of a tensor: right for points, wrong for matrices."""

    def __init__(self, params, lr=0.05):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim > 1:
                    norms = p.grad.flatten(1).norm(dim=1).view(-1, *[1] * (p.ndim - 1))
                    p -= group["lr"] * p.grad / (norms + 1e-3)
                else:
                    p -= group["lr"] * p.grad


class OfMatrices(torch.optim.Optimizer):
    """A step of one length for the last two: wrong for points, as that is all members; right for matrices."""

    def __init__(self, params, lr=0.05):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                last = [-2, -1] if p.ndim > 1 and p.shape[-1] == 2 else [-1]
                p -= group["lr"] * p.grad / (p.grad.norm(dim=last, keepdim=True) + 1e-3)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("factory", "points", "tensors"),
    [
        (torch.optim.Adam, True, True),
        (partial(torch.optim.SGD, lr=0.02, momentum=0.9), True, True),
        (OfRows, True, False),
        (OfMatrices, False, True),
        (partial(torch.optim.Adafactor, lr=0.01), False, False),
        (torch.optim.LBFGS, False, False),
    ],
    ids=str,
)
def test_members_of_points_and_of_tensors_are_told_apart(factory, points, tensors):
    traits = Traits(gradient_first=True) if factory in (OfRows, OfMatrices) else probe(factory)
    assert try_joint(factory, traits).joint == points
    assert try_joint(factory, traits, tensors=True).joint == tensors


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["Prodigy", "DAdaptAdam", "DAdaptSGD", "DAdaptLion", "DAdaptAdan"])
def test_members_that_disturb_each_other_only_at_a_usual_rate_are_told_apart(name):
    factory = partial(getattr(pytorch_optimizer, name), lr=1e-5)
    trial._VERDICTS.clear()  # a verdict is remembered for all rates
    assert not trial.try_joint(factory, probe(factory)).joint


@pytest.mark.parametrize(
    "start", [POINTS, TENSORS, POINTS[:1], TENSORS[2:3]], ids=lambda start: str(tuple(start.shape))
)
def test_the_valleys_gradient_is_the_derivative_of_its_loss(start):
    valley = Valley(start)
    losses = valley.backward()
    found = [parameter.grad.clone() for parameter in valley.parameters()]
    expected = torch.autograd.grad(valley().sum(), list(valley.parameters()))
    torch.testing.assert_close(found, list(expected))
    torch.testing.assert_close(losses, valley().detach())
    assert losses.shape == start.shape[:1]
    assert torch.equal(valley.flat(), start)
