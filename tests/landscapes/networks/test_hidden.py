"""Which matrices are those of hidden layers."""

import pytest
import torch
from torch import nn

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks.hidden import hidden_matrices
from landscape_lab.models.feedforward import lenet, mlp
from landscape_lab.models.transformer import Transformer

POINTS = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2])
TEXT = torch.randint(7, (6, 4)), torch.randint(7, (6, 4))
PICTURES = torch.randn(6, 1, 16, 16), torch.tensor([0, 1, 2, 0, 1, 2])


class Backwards(nn.Module):
    """Layers are defined in another order than they are used; shapes are looked at before."""

    def __init__(self):
        super().__init__()
        self.head, self.middle, self.first = nn.Linear(5, 3), nn.Linear(5, 5), nn.Linear(2, 5)
        self.norm, self.drop = nn.BatchNorm1d(5), nn.Dropout(0.5)
        self.unused = nn.Parameter(torch.ones(5, 5))

    def forward(self, inputs):
        inputs = inputs.to(self.middle.weight.dtype).view(-1, self.first.weight.shape[1])
        return self.head(self.drop(self.norm(self.middle(self.first(inputs)))))


class Tied(nn.Module):
    """The embedding is the output layer, too; the recurrent weights are used many times."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 5)
        self.cell = nn.RNNCell(5, 5)

    def forward(self, sequences):
        states = [torch.zeros(len(sequences), 5)]
        for token in self.table(sequences).unbind(1):
            states.append(self.cell(token, states[-1]))
        return torch.stack(states[1:], 1) @ self.table.weight.T


class Bare(nn.Module):
    """Parameters without modules."""

    def __init__(self):
        super().__init__()
        sizes = (2, 4), (4, 4), (4, 3)
        self.weights = nn.ParameterList(nn.Parameter(torch.randn(*size)) for size in sizes)

    def forward(self, inputs):
        for weight in self.weights:
            inputs = torch.tanh(inputs @ weight)
        return inputs


LAYERS = {
    f"layers.{layer}.{name}.weight"
    for layer in (0, 1)
    for name in ("attention.project", "attention.mix", "perceptron.0", "perceptron.2")
}
NETWORKS = {
    "mlp": (lambda: mlp(2, 3, (5, 4)), POINTS, {"2.weight"}),
    "linear": (lambda: nn.Linear(2, 3), POINTS, set()),
    "lenet": (lambda: lenet(1, 3, 16), PICTURES, {"7.weight", "9.weight"}),
    "transformer": (lambda: Transformer(7, 4, 7, True, width=8), TEXT, LAYERS),
    "backwards": (Backwards, POINTS, {"middle.weight"}),
    "tied": (Tied, TEXT, {"cell.weight_ih", "cell.weight_hh"}),
    "bare": (Bare, POINTS, {"weights.1"}),
}


def found(landscape):
    names = hidden_matrices(
        landscape.objective, landscape.weights, landscape.flat(), landscape.batches.last()
    )
    return {name.removeprefix("model.") for name in names}


@pytest.mark.parametrize("name", NETWORKS)
def test_neither_embeddings_nor_the_outer_layers_are_hidden(name):
    model, data, hidden = NETWORKS[name]
    assert found(NetworkLandscape(model(), data)) == hidden


def test_members_are_asked_as_one_and_stay_as_they_are():
    landscape = NetworkLandscape(Backwards(), POINTS)
    many = landscape.with_members(landscape.initial_weights(range(3)))
    before = {name: value.clone() for name, value in many.state_dict().items()}
    random = torch.get_rng_state()
    assert found(many) == {"middle.weight"}
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(value, before[name]) for name, value in many.state_dict().items())
