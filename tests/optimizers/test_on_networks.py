"""Every optimizer of the catalogue on a small network: weights of several shapes, matrices and vectors."""

from functools import partial

import pytest
import torch
from torch import nn

from landscape_lab.dotted_paths import locate
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.optimizers import catalogue, probe
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.recipe import Recipe

REFUSED = {
    "muon": "only supports 2D parameters",
    "spectralsphere": "only supports 2D parameters",
    "demo": "install `einops`",
    "distributedmuon": "process group has not been initialized",
    "flashadamw": "not available",
}
"""Who does not train a network with biases, and what it says."""
LATER = {"adashift", "radam_po", "schedulefreeradam"}
"""Who has not moved after three steps, because it collects gradients or warms up first."""
STILL = {
    "sara": "it moves only numbers that begin small",
    "trac": "its steps, a ten-millionth of those of the optimizer inside, vanish in the rounding of weights",
}
"""Who does not move at all, and why."""


def trained(entry, steps=3):
    """Weights before and after some steps on a network of layers 2-5-3."""
    random = torch.Generator().manual_seed(0)
    data = torch.randn(30, 2, generator=random), torch.randint(3, (30,), generator=random)
    torch.manual_seed(0)
    landscape = NetworkLandscape(nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 3)), data)
    factory = locate("optimizer", entry.target)
    layout = Joint(landscape, Recipe(partial(factory), None, steps, probe(factory, steps)))
    before = landscape.flat().clone()
    for _ in range(steps):
        layout.step(Unrecorded(layout.backward, layout.rows))
    return before, landscape.flat()


@pytest.mark.parametrize("entry", catalogue.read(), ids=lambda entry: entry.name)
@pytest.mark.filterwarnings("ignore")
def test_an_optimizer_trains_a_network_or_says_why_not(entry):
    if entry.name in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[entry.name]) as told:
            trained(entry)
        assert "\n" not in str(told.value)
        return
    before, after = trained(entry)
    assert after.isfinite().all()
    assert torch.equal(before, after) == (entry.name in LATER or entry.name in STILL)


@pytest.mark.parametrize("name", sorted(LATER))
@pytest.mark.filterwarnings("ignore")
def test_who_warms_up_moves_later(name):
    entry = next(entry for entry in catalogue.read() if entry.name == name)
    assert not torch.equal(*trained(entry, steps=40))


def test_a_fused_backward_pass_makes_one_step_of_gradient_descent():
    inputs, targets = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [5.0]])
    landscape = NetworkLandscape(nn.Linear(1, 1), (inputs, targets))
    landscape.backward()
    begin, slope = landscape.flat().clone(), landscape.flat_gradient().clone()
    lomo = locate("optimizer", "pytorch_optimizer.LOMO")
    factory = partial(lomo, lr=0.1)
    layout = Joint(landscape, Recipe(factory, None, 1, probe(factory, 1)))
    layout.step(Unrecorded(layout.backward, layout.rows))
    torch.testing.assert_close(landscape.flat(), begin - 0.1 * slope)
