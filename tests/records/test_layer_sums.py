"""Sums over layers: the noise against its exact value, the rest by hand; and nothing else changes."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from training import fit

from landscape_lab import Descent
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.records.layer_curves import SUMS
from landscape_lab.records.layer_sums import LayerSums, has_noise

SAMPLES = 22


def regression():
    """Noisy samples of a linear function of three inputs."""
    random = torch.Generator().manual_seed(3)
    inputs = torch.randn(SAMPLES, 3, generator=random, dtype=torch.float64)
    targets = inputs @ torch.tensor([[1.0], [-2.0], [0.5]], dtype=torch.float64)
    return inputs, targets + torch.randn(SAMPLES, 1, generator=random, dtype=torch.float64)


def linear(batch_size):
    model = nn.Linear(3, 1).double()
    nn.init.constant_(model.weight, 0.3)
    nn.init.constant_(model.bias, 1.5)
    return NetworkLandscape(model, regression(), batch_size=batch_size)


def restless(seed=0):
    """A network with running statistics and dropout, on minibatches."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.3), nn.Linear(4, 1))
    inputs, targets = regression()
    return NetworkLandscape(model, (inputs.float(), targets.float()), batch_size=6)


def descend(landscape, optimizer, steps, every=None, ensemble=None):
    """A descent, and the sums of its measured steps `[k, tensors, 6]`."""
    found = []

    class Sums(LayerSums):
        def take(self, landscape):
            when_made = super().take(landscape)
            return lambda: found.append(when_made()) or found[-1]

    quantities = [] if every is None else [Sums(every)]
    descent = Descent(landscape, optimizer, steps, ensemble=ensemble, quantities=quantities)
    fit(descent)
    return descent, torch.stack(found).numpy() if found else None


def column(sums, name):
    return sums[..., SUMS.index(name)]


def exact_noise():
    """tr Σ and |G|² of both tensors, sample by sample, as a book has them."""
    inputs, targets = (part.numpy() for part in regression())
    errors = inputs @ np.full((3, 1), 0.3) + 1.5 - targets
    of_samples = np.concatenate([2 * errors * inputs, 2 * errors], axis=1)  # [samples, 4]
    variances, means = of_samples.var(axis=0, ddof=1), of_samples.mean(axis=0) ** 2
    return tuple(np.array([each[:3].sum(), each[3]]) for each in (variances, means))


@pytest.mark.parametrize("size", [6, 11])
def test_the_noise_is_that_of_single_samples(size):
    """At a point that stays. The last of 22 = 6 + 6 + 6 + 4 samples are fewer; of 11 + 11, |G|² is exact."""
    _, sums = descend(linear(size), partial(torch.optim.SGD, lr=0.0), steps=800, every=1)
    for name, exact in zip(("variance", "signal"), exact_noise(), strict=True):
        values = column(sums, name)
        errors = values.std(axis=0) / np.sqrt(len(values) / 2)  # steps of an epoch are not independent
        assert (np.abs(values.mean(axis=0) - exact) < 4 * errors + 1e-9 * exact).all()
        assert (errors < 0.1 * exact).all()  # so that this can fail


def test_sums_are_those_of_points_and_gradients():
    landscape = linear(None)
    names = [name for name, _ in landscape.named_parameters()]
    assert len(names) == 2
    descent, sums = descend(landscape, partial(torch.optim.Adam, lr=0.1), steps=5, every=2)
    points = torch.from_numpy(descent.trajectory.points[:, 0]).double()
    for measured, step in zip(sums, (0, 2, 4), strict=True):
        at = points[step].clone().requires_grad_()
        (gradient,) = torch.autograd.grad(landscape.evaluate(at.unsqueeze(0)).sum(), at)
        update = points[step + 1] - points[step]
        products = (gradient**2, points[step] ** 2, update**2, update * gradient)
        expected = torch.stack([torch.stack([each[:3].sum(), each[3]]) for each in products], dim=1)
        np.testing.assert_allclose(measured[:, :4], expected, rtol=1e-4, atol=1e-7)  # points are float32
        assert np.isnan(measured[:, 4:]).all()


OPTIMIZERS = {
    "adam": partial(torch.optim.Adam, lr=0.05),
    "momentum": partial(torch.optim.SGD, lr=0.05, momentum=0.9),
    "lbfgs": partial(torch.optim.LBFGS, lr=0.1, max_iter=3),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_stay_as_they_are(optimizer):
    plain, measured = restless(), restless()
    alone, _ = descend(plain, OPTIMIZERS[optimizer], steps=9)
    watched, sums = descend(measured, OPTIMIZERS[optimizer], steps=9, every=2)
    np.testing.assert_array_equal(alone.trajectory.points, watched.trajectory.points)
    np.testing.assert_array_equal(alone.trajectory.losses, watched.trajectory.losses)
    np.testing.assert_array_equal(alone.trajectory.evaluations, watched.trajectory.evaluations)
    states = zip(plain.model.state_dict().values(), measured.model.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in states)  # running statistics, too
    assert sums.shape == (5, 6, len(SUMS))
    assert np.isfinite(sums).all()


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])  # one for all members, and one for each
def test_of_many_members_the_first_counts(optimizer):
    points = torch.cat([linear(6).flat(), linear(6).flat() + 1.0]).double()
    many = linear(6).with_members(points, seeds=(0, 1))
    _, alone = descend(linear(6), OPTIMIZERS[optimizer], steps=4, every=1)
    _, first = descend(many, OPTIMIZERS[optimizer], 4, every=1, ensemble=Ensemble(points))
    np.testing.assert_allclose(first, alone, rtol=1e-6)


def test_a_picture_or_a_formula_has_one_layer_without_noise():
    landscape = FunctionLandscape(lambda x, y: x**2 + 3 * y**2, start=(1.0, 2.0))
    _, sums = descend(landscape, partial(torch.optim.SGD, lr=0.1), steps=2, every=1)
    np.testing.assert_allclose(sums[0, 0, :4], [4 + 144, 5, 1.48, -14.8], rtol=1e-5)
    assert not has_noise(landscape)
    assert not has_noise(linear(None))
    assert has_noise(linear(6))
