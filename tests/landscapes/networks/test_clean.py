"""The clean loss and metrics, against a loop that loads each point."""

import naive_networks as naive
import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset

from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.landscapes.networks import together
from landscape_lab.landscapes.networks.batches import TensorBatches
from landscape_lab.landscapes.networks.clean import Clean
from landscape_lab.landscapes.networks.losses import accuracy, cross_entropy
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.weights import Weights

CASES = {
    "stack of layers": (lambda: naive.mlp(dropout=0.5), naive.classes),
    "convolutions": (naive.Convolutions, naive.images),
}


def clean_of(name, samples=30):
    """A clean evaluation, its model, data, and some points."""
    build, make = CASES[name]
    inputs, targets = make(samples)
    data, model = (inputs.double(), targets), build().double()
    objective = Objective(model, cross_entropy, metrics={"accuracy": accuracy})
    weights = Weights(objective)
    points = torch.randn(4, weights.dims, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return Clean(objective, weights, TensorBatches(data)), model, data, points


@pytest.mark.parametrize("name", CASES)
def test_measures_are_means_over_all_samples_in_evaluation_mode(name):
    measured, model, data, points = clean_of(name, samples=1501)  # in two batches, one longer
    assert (measured.fast() is None) == (name == "convolutions")
    assert len(measured.batches.whole()) == 2
    found = measured.measure(points)
    torch.testing.assert_close(found["loss"], naive.naive_losses(model, data, points), rtol=1e-12, atol=0)
    right = [accuracy(naive.loaded(model, point)(data[0]), data[1]) for point in points]
    torch.testing.assert_close(found["accuracy"], torch.stack(right), rtol=1e-12, atol=0)
    assert list(measured.measure(points, measured=False)) == ["loss"]
    assert model.training


def test_points_are_evaluated_a_few_at_once(monkeypatch):
    measured, _, _, points = clean_of("stack of layers")
    expected = measured.measure(points)
    monkeypatch.setattr(together, "ACTIVATIONS_AT_ONCE", 3 * 30 * 5)  # of three points
    found = measured.measure(points)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    sliced = measured.slice(points[0], points[1:3])
    places = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, -1.0], [0.5, 0.5]])
    at = points[0] + places.double() @ points[1:3]
    torch.testing.assert_close(sliced(places), measured.measure(at), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_autograd_follows_the_points(name):
    measured, model, data, points = clean_of(name)
    at = points[:1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(measured.measure(at)["loss"].sum(), at)
    along = torch.randn(at.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    h = 1e-6
    ahead, behind = naive.naive_losses(
        model, data, torch.cat([points[:1] + h * along, points[:1] - h * along])
    )
    torch.testing.assert_close((gradient * along).sum(), (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-9)


def test_batches_of_different_sizes_count_by_their_samples():
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(zip(*naive.classes(), strict=True))

    landscape = NetworkLandscape(naive.mlp(), DataLoader(Stream(), batch_size=20))
    points = naive.points_of(landscape, 2)
    expected = naive.naive_losses(landscape.model, naive.classes(), points)
    torch.testing.assert_close(landscape.evaluate(points), expected)
