"""When a network is measured, and what that costs."""

from functools import partial

import numpy as np
import pytest
import torch
from training import fit

from landscape_lab import Descent, results
from landscape_lab.callbacks import Measurements
from landscape_lab.callbacks.measurements import default_interval
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape


def network(batch_size=None, samples=64, held_out=16):
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(samples + held_out, 2, generator=generator)
    targets = (inputs[:, 0] > 0).long()
    data = (inputs[:samples], targets[:samples])
    validation = (inputs[samples:], targets[samples:])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    return NetworkLandscape(model, data, batch_size=batch_size, validation=validation)


def descent(landscape, steps=20, **settings):
    return Descent(landscape, partial(torch.optim.SGD, lr=0.5), steps=steps, **settings)


def test_each_measurement_is_that_of_the_weights_at_its_step(tmp_path):
    module = fit(descent(network(8)), Measurements(tmp_path, every=5))
    arrays = module.trajectory.measured.arrays()
    assert arrays["measured_steps"].tolist() == [0, 5, 10, 15, 20]
    clean = network()
    kept = dict(zip(module.trajectory.point_steps.tolist(), module.trajectory.points, strict=True))
    for index, step in enumerate(arrays["measured_steps"].tolist()):
        found = clean.measure(torch.from_numpy(np.asarray(kept[step])))
        np.testing.assert_allclose(arrays["measured_losses"][index], found["loss"].detach(), rtol=1e-5)
        np.testing.assert_allclose(arrays["measured_accuracy"][index], found["accuracy"].detach(), rtol=1e-5)


def test_a_lucky_minibatch_is_no_result(tmp_path):
    module = fit(descent(network(1), target=0.3, steps=60), Measurements(tmp_path, every=20))
    measured = module.trajectory.measured.arrays()["measured_losses"][:, 0]
    assert module.trajectory.losses.min() < measured.min()
    found = results.metrics(module) | results.details(module)
    assert found["best_loss"] == pytest.approx(measured.min())
    reached = [step for step, loss in zip((0, 20, 40, 60), measured, strict=True) if loss <= 0.3]
    assert found["steps_to_target"] == (reached[0] if reached else None)


def test_full_batches_are_followed_step_by_step(tmp_path):
    module = fit(descent(network()), Measurements(tmp_path))
    assert results.metrics(module)["best_loss"] == pytest.approx(module.trajectory.losses.min())


def test_measuring_is_bounded_by_what_steps_cost():
    dear, cheap = network(1, samples=64, held_out=16), network(32, samples=64, held_out=16)
    assert default_interval(dear, 100) == -(-80 // (0.2 * 3))
    assert default_interval(cheap, 1000) == 20


def test_a_formula_is_not_measured(tmp_path):
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0))
    module = fit(descent(landscape), Measurements(tmp_path, every=5))
    assert module.trajectory.measured.arrays() == {}
    assert list(tmp_path.iterdir()) == []
