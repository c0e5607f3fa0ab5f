"""What optimizers remember, read from their own state: of any class, and nothing of it changes."""

from collections import deque

import numpy as np
import pytest
import torch
from torch.optim import LBFGS, SGD, Adam, Optimizer

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.cma_es import CMAES
from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.remembered import remembered


class Hoarder(Optimizer):
    """Keeps a little of everything."""

    def __init__(self, params):
        super().__init__(params, {"lr": 0.1, "betas": [0.9, 0.99], "name": "x", "flag": True})
        self.calls = np.int64(0)
        self._hidden = 3.0

    def step(self, closure=None):
        self.calls += 1
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter] |= {
                "doubled": 2 * parameter.detach(),
                "whole": np.full(parameter.shape, 7),
                "past": deque([1.0, 2.0]),
                "count": np.float64(4),
                "flag": False,
                "missing": None,
                "rows": torch.tensor([[3.0], [4.0]]),
                "of_each": torch.arange(len(parameter)),
                "mask": torch.ones_like(parameter, dtype=torch.bool),
            }


def points(*shape):
    parameter = torch.nn.Parameter(torch.arange(1.0, 1 + np.prod(shape)).view(shape))
    parameter.grad = parameter.detach() / 2
    return parameter


def test_numbers_vectors_and_what_is_neither():
    parameter = points(3, 2)
    optimizer = Hoarder([parameter])
    optimizer.step()
    numbers, vectors, skipped = remembered(optimizer, [parameter], members=3)
    assert vectors.keys() == {"doubled", "whole"}
    assert torch.equal(vectors["doubled"], 2 * parameter.detach())
    told = {name: values.tolist() for name, values in numbers.items()}
    assert told == {
        "|rows|": [5.0] * 3,
        "of_each": [0.0, 1.0, 2.0],
        **{name: [value] * 3 for name, value in {"count": 4.0, "lr": 0.1, "calls": 1.0}.items()},
        "betas[0]": [0.9] * 3,
        "betas[1]": [0.99] * 3,
    }
    assert skipped == {"past": "deque", "mask": "Tensor"}


def test_what_was_read_stays_as_it_was():
    parameter = points(1, 2)
    optimizer = Adam([parameter], lr=0.1)
    optimizer.step()
    found = remembered(optimizer, [parameter], members=1).vectors["exp_avg"]
    before = found.clone()
    optimizer.step()
    assert torch.equal(found, before)
    assert not torch.equal(optimizer.state[parameter]["exp_avg"], before)


def test_several_tensors_are_joined_in_the_order_of_a_point():
    first, second = points(4), points(3, 2)
    optimizer = Composite([SGD([second], lr=0.5, momentum=0.9), Adam([first], lr=0.1)])
    optimizer.step()
    numbers, vectors, _ = remembered(optimizer, [first, second], members=1)
    nothing = torch.zeros(4)
    assert torch.equal(vectors["momentum_buffer"][0], torch.cat([nothing, second.grad.view(-1)]))
    assert torch.equal(vectors["exp_avg"][0][4:], torch.zeros(6))
    assert vectors["exp_avg"][0][:4].abs().min() > 0
    assert (numbers["lr"].item(), numbers["lr (2)"].item(), numbers["steps"].item()) == (0.5, 0.1, 1.0)


def test_a_flat_state_of_the_only_member():
    parameter = points(1, 2)
    optimizer = LBFGS([parameter], lr=0.1, max_iter=2)
    optimizer.step(lambda: (parameter**2).sum())  # leaves the gradient that is there
    vectors = remembered(optimizer, [parameter], members=1).vectors
    assert vectors["d"].shape == vectors["prev_flat_grad"].shape == (1, 2)


class Around(Optimizer):
    """Wraps another one without calling torch's constructor."""

    def __init__(self, inner):
        self.inner, self.slow = inner, 0.5
        self.param_groups = inner.param_groups

    def step(self, closure=None):
        return self.inner.step(closure)


def test_an_optimizer_around_another_tells_of_both():
    parameter = points(1, 2)
    optimizer = Around(SGD([parameter], lr=0.1, momentum=0.9))
    optimizer.step()
    found = remembered(optimizer, [parameter], members=1)
    assert torch.equal(found.vectors["momentum_buffer"], parameter.grad)
    assert found.numbers["slow"].item() == 0.5


@pytest.mark.parametrize("separable", [False, True])
def test_cma_es_tells_its_distributions(separable):
    landscape = FunctionLandscape.named("sphere", start=[[1.0, 2.0], [-1.0, 0.5]])
    optimizer = CMAES(landscape.parameters(), sigma=0.3, separable=separable)
    torch.manual_seed(0)
    closure = Unrecorded(landscape.backward, rows=True)
    for _ in range(3):
        optimizer.step(closure)
    numbers, vectors, _ = remembered(optimizer, [landscape.points], members=2)
    for row, sigma, deviation in zip(optimizer._rows, numbers["sigma"], vectors["deviation"], strict=True):
        assert float(sigma) == row._sigma != 0.3
        variances = row._C if separable else np.diag(row._C)
        np.testing.assert_allclose(deviation, row._sigma * np.sqrt(variances))
