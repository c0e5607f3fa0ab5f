"""Several optimizers that step as one."""

import copy
from functools import partial

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR
from torch.optim.optimizer import register_optimizer_step_post_hook
from training import loop

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.schedulers import build_scheduler

MOMENTUM = partial(SGD, lr=0.1, momentum=0.9)


def network():
    torch.manual_seed(0)
    inputs = torch.randn(20, 2)
    model = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))
    return NetworkLandscape(model, (inputs, inputs.sum(1, keepdim=True).sin()))


def halves(landscape):
    """The matrices and the vectors of a landscape."""
    parameters = list(landscape.parameters())
    return [one for one in parameters if one.ndim == 2], [one for one in parameters if one.ndim < 2]


def composite_of(landscape):
    matrices, vectors = halves(landscape)
    return Composite([MOMENTUM(matrices), Adam(vectors, lr=0.03)])


def by_hand(landscape, steps, optimizers):
    for _ in range(steps):
        for optimizer in optimizers:
            optimizer.zero_grad()
        landscape().sum().backward()
        for optimizer in optimizers:
            optimizer.step()


def test_it_goes_where_two_optimizers_go():
    landscape, plain = network(), network()
    loop(landscape, composite_of(landscape), 12)
    matrices, vectors = halves(plain)
    by_hand(plain, 12, [MOMENTUM(matrices), Adam(vectors, lr=0.03)])
    assert torch.equal(landscape.flat(), plain.flat())


def test_a_hook_is_called_once_a_step():
    landscape, calls = network(), []
    optimizer = composite_of(landscape)
    optimizer.register_step_post_hook(lambda *_: calls.append("own"))
    handle = register_optimizer_step_post_hook(lambda one, *_: calls.append(one))
    try:
        loop(landscape, optimizer, 3)
    finally:
        handle.remove()
    assert calls == ["own", optimizer] * 3 or calls == [optimizer, "own"] * 3


def test_groups_and_states_are_those_of_the_parts():
    landscape = network()
    optimizer = composite_of(landscape)
    loop(landscape, optimizer, 1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.03]
    assert len(optimizer.state) == 4
    for parameter, state in optimizer.state.items():
        assert ("momentum_buffer" if parameter.ndim == 2 else "exp_avg") in state
    first = optimizer.param_groups[0]["params"][0]
    optimizer.state[first] = {}
    assert optimizer.parts[0].state[first] == {}
    del optimizer.state[first]
    assert first not in optimizer.state
    with pytest.raises(KeyError):
        optimizer.state[torch.zeros(1)]


def test_it_resumes_to_the_bit(tmp_path):
    whole, first, second = network(), network(), network()
    loop(whole, composite_of(whole), 9)
    begun = composite_of(first)
    loop(first, begun, 4)
    torch.save(begun.state_dict(), tmp_path / "state.pt")
    second.move_to(first.flat())
    resumed = composite_of(second)
    resumed.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    assert resumed.steps == 4
    resumed.param_groups[1]["lr"] *= 1.0  # the groups are those that step
    assert resumed.param_groups[1] is resumed.parts[1].param_groups[0]
    loop(second, resumed, 5)
    assert torch.equal(second.flat(), whole.flat())


def test_a_part_that_is_born_later_begins_anew():
    landscape, plain = network(), network()
    matrices, vectors = halves(landscape)
    optimizer = Composite([MOMENTUM(matrices)])
    loop(landscape, optimizer, 3)
    optimizer.add(Adam(vectors, lr=0.03))
    loop(landscape, optimizer, 4)
    assert (optimizer.births, optimizer.steps) == ([0, 3], 7)
    matrices, vectors = halves(plain)
    early = MOMENTUM(matrices)
    by_hand(plain, 3, [early])
    by_hand(plain, 4, [early, Adam(vectors, lr=0.03)])
    assert torch.equal(landscape.flat(), plain.flat())
    with pytest.raises(ValueError, match=r"of 1 optimizers. Found 2, born at the steps \[0, 3\]"):
        Composite([MOMENTUM(matrices)]).load_state_dict(optimizer.state_dict())


def test_a_part_that_is_expected_is_made_at_its_birth():
    landscape, plain = network(), network()
    matrices, vectors = halves(landscape)
    optimizer, found = Composite([MOMENTUM(matrices)]), []

    def make():
        found.append(vectors[0].detach().clone())
        return Adam(vectors, lr=0.03)

    optimizer.expect(make, birth=3)
    optimizer.param_groups[1]["lr"] = 0.02  # as a schedule does
    loop(landscape, optimizer, 3)
    with torch.no_grad():
        vectors[0] += 1
    loop(landscape, optimizer, 4)
    assert (optimizer.births, optimizer.steps) == ([0, 3], 7)
    assert torch.equal(found[1], found[0] + 1)
    assert optimizer.param_groups[1] is optimizer.parts[1].param_groups[0]
    matrices, vectors = halves(plain)
    early = MOMENTUM(matrices)
    by_hand(plain, 3, [early])
    with torch.no_grad():
        vectors[0] += 1
    by_hand(plain, 4, [early, Adam(vectors, lr=0.02)])
    assert torch.equal(landscape.flat(), plain.flat())


def test_parameters_belong_to_one_part():
    landscape = network()
    matrices, vectors = halves(landscape)
    with pytest.raises(ValueError, match="more than one parameter group"):
        Composite([SGD(matrices), Adam(matrices)])
    with pytest.raises(ValueError, match=r"`add\(optimizer\)`"):
        Composite([SGD(matrices)]).add_param_group({"params": vectors})


def test_a_copy_steps_its_own_parameters():
    landscape = network()
    both = landscape, composite_of(landscape)
    loop(*both, 2)
    twin = copy.deepcopy(both)
    loop(*both, 2)
    loop(*twin, 2)
    assert torch.equal(both[0].flat(), twin[0].flat())


class Bare(torch.optim.Optimizer):
    """Its step takes no closure."""

    def __init__(self, params):
        super().__init__(params, {"lr": 0.1})

    @torch.no_grad()
    def step(self):
        for parameter in self.param_groups[0]["params"]:
            parameter -= self.param_groups[0]["lr"] * parameter.grad


class Polyak(Bare):
    """Its step wants the loss."""

    @torch.no_grad()
    def step(self, closure):
        loss = closure()
        for parameter in self.param_groups[0]["params"]:
            parameter -= loss * parameter.grad


def test_parts_without_a_closure_and_with_need_of_one_step_too():
    landscape, plain = network(), network()
    matrices, vectors = halves(landscape)
    loop(landscape, Composite([Bare(matrices), Polyak(vectors)]), 5)
    for _ in range(5):
        plain.zero_grad()
        loss = plain().sum()
        loss.backward()
        matrices, vectors = halves(plain)
        Bare(matrices).step()
        Polyak(vectors).step(lambda loss=loss: loss)
    assert torch.equal(landscape.flat(), plain.flat())


def test_schedulers_scale_every_group():
    landscape = network()
    optimizer = composite_of(landscape)
    scheduler = LambdaLR(optimizer, lambda step: 0.5**step)
    loop(landscape, optimizer, 1)
    scheduler.step()
    assert [group["lr"] for group in optimizer.parts[0].param_groups] == [0.05]
    assert [group["lr"] for group in optimizer.parts[1].param_groups] == [0.015]


def test_a_highest_rate_is_that_of_the_first_group():
    matrices, vectors = halves(network())
    optimizer = Composite([AdamW(matrices, lr=0.1), SGD(vectors, lr=0.02)])
    build_scheduler(partial(OneCycleLR, max_lr=0.5), optimizer, 10)
    assert [group["max_lr"] for group in optimizer.param_groups] == [0.5, pytest.approx(0.1)]
