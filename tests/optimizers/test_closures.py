"""What is put around a closure passes on what it does not change."""

import pytest
import torch

from landscape_lab.optimizers import Traits, adapt
from landscape_lab.optimizers.probing import Bowl


class Recorder:
    """A closure that keeps what it is asked for."""

    def __init__(self, landscape):
        self.landscape, self.asked = landscape, []

    def __call__(self):
        self.asked.append("gradients")
        return self.landscape.backward().sum()

    def losses(self):
        self.asked.append("losses")
        return torch.tensor([2.0])

    def note(self, losses=None, gradients=None):
        self.asked.append(("note", losses, gradients))


class Asks(torch.optim.SGD):
    def step(self, closure):
        self.seen = closure(), closure.losses(), self.param_groups[0]["params"][0].grad.is_sparse
        closure.note(1, 2)
        return self.seen[0]


@pytest.mark.parametrize(
    "traits", [Traits(), Traits(sparse=True), Traits(pair=True), Traits(sparse=True, pair=True)], ids=str
)
def test_wrapped_closures_pass_losses_and_notes_on(traits):
    landscape = Bowl(torch.tensor([[1.0, -0.7]]))
    optimizer, closure = Asks(landscape.parameters(), lr=0.1), Recorder(landscape)
    loss = adapt(optimizer, landscape, traits).step(closure)
    assert closure.asked == ["gradients", "losses", ("note", 1, 2)]
    seen, losses, sparse = optimizer.seen
    assert isinstance(seen, tuple) == traits.pair
    assert sparse == traits.sparse
    assert losses.tolist() == [2.0]
    assert loss == landscape().sum()


class Switching(torch.optim.SGD):
    """Takes its gradient in training mode, elsewhere than at the point that it has found."""

    mode = "eval"

    def train(self):
        self.mode = "train"

    def eval(self):
        self.mode = "eval"

    def step(self, closure=None):
        assert self.mode == "train"
        return super().step()


def test_the_ladder_takes_the_first_gradient_in_training_mode_and_notes_after_it():
    landscape, modes = Bowl(torch.tensor([[1.0, -0.7]])), []
    optimizer, closure = Switching(landscape.parameters(), lr=0.1), Recorder(landscape)
    backward, note = landscape.backward, closure.note
    landscape.backward = lambda: (modes.append(optimizer.mode), backward())[1]
    closure.note = lambda: (modes.append(optimizer.mode), note())[1]
    adapt(optimizer, landscape, Traits(gradient_first=True)).step(closure)
    assert modes == ["train", "eval"]
