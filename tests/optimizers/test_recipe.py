"""An optimizer that is built for a landscape gives it the gradient that it needs."""

from functools import partial

import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import Newton, RandomSearch, Traits, build_optimizer


@pytest.mark.parametrize(
    ("factory", "traits", "exact"),
    [
        (torch.optim.SGD, None, False),
        (torch.optim.LBFGS, None, True),
        (partial(Newton, radius=0.5), None, True),
        (RandomSearch, None, False),
        (torch.optim.SGD, Traits(repeats=True), True),
    ],
)
def test_the_landscape_is_suited_to_what_is_built(monkeypatch, factory, traits, exact):
    landscape, wanted = FunctionLandscape.named("sphere"), []
    monkeypatch.setattr(type(landscape), "suit", lambda self, exact: wanted.append(exact))
    optimizer = build_optimizer(factory, landscape, traits=traits)
    assert wanted == [exact]
    assert optimizer.param_groups[0]["params"] == list(landscape.parameters())
