"""When a network is measured, and what that costs."""

from functools import partial

import numpy as np
import pytest
import torch
from training import fit

from landscape_lab import Descent, results
from landscape_lab.callbacks import Measurements
from landscape_lab.callbacks.measurements import default_interval
from landscape_lab.files.weights import BEST, load_weights, put_weights
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.sweeps.race.loss_curves import LossCurves, read_curves
from landscape_lab.sweeps.study.pruning import so_far


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


def test_measuring_is_bounded_by_what_steps_cost(monkeypatch):
    monkeypatch.setattr("landscape_lab.callbacks.measurements.STEP", 0)
    dear, cheap = network(1, samples=64, held_out=16), network(32, samples=64, held_out=16)
    monkeypatch.setattr("landscape_lab.callbacks.measurements.CHEAP", 0)
    assert default_interval(dear, 1000) == -(-80 // (0.1 * 4))
    assert default_interval(cheap, 1000) == 20


def test_some_measurements_are_cheap_whatever_steps_cost(monkeypatch):
    landscape = network(1, samples=64, held_out=16)
    monkeypatch.setattr("landscape_lab.callbacks.measurements.CHEAP", 10 * 80 * landscape.dims)
    monkeypatch.setattr("landscape_lab.callbacks.measurements.STEP", 0)
    assert default_interval(landscape, 1000) == 100


def test_a_formula_is_not_measured(tmp_path):
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0))
    module = fit(descent(landscape), Measurements(tmp_path, every=5))
    assert module.trajectory.measured.arrays() == {}
    assert list(tmp_path.iterdir()) == []


def test_what_a_step_costs_besides_its_samples_is_shared_by_members(monkeypatch):
    monkeypatch.setattr("landscape_lab.callbacks.measurements.CHEAP", 0)
    alone = network(1, samples=6400)
    assert default_interval(alone, 100) < default_interval(
        alone.with_members(alone.flat().repeat(50, 1)), 100
    )


@pytest.mark.parametrize("steps_per_batch", [3, 7, 1000])
def test_measurements_come_when_they_are_wanted_whatever_ends_a_chunk(tmp_path, steps_per_batch):
    module = fit(descent(network(8), steps_per_batch=steps_per_batch), Measurements(tmp_path, every=5))
    assert module.trajectory.measured.steps == [0, 5, 10, 15, 20]
    whole = fit(descent(network(8)))
    np.testing.assert_array_equal(module.trajectory.losses, whole.trajectory.losses)


def test_without_measurements_no_minibatch_is_a_result():
    found = results.metrics(fit(descent(network(1), steps=60)))
    assert found["best_loss"] == found["final_loss"]


@pytest.mark.parametrize("training", [False, True])
def test_a_race_hears_the_losses_of_data_held_out(tmp_path, training):
    measurements = Measurements(tmp_path, every=5, training=training)
    module = fit(descent(network(1)), measurements, LossCurves(tmp_path))
    lowest = read_curves(tmp_path, budget=100)
    assert lowest.evaluations.tolist() == [1, 6, 11, 16, 21]
    assert np.diff(lowest.seconds) == pytest.approx(np.full(4, 5 * lowest.seconds[0]))
    arrays = module.trajectory.measured.arrays()
    assert ("measured_losses" in arrays) is training
    measured = arrays["validation_losses"]
    np.testing.assert_allclose(lowest.losses, np.minimum.accumulate(measured), rtol=1e-6)


def test_a_pruner_hears_what_would_be_the_result(tmp_path):
    module = fit(descent(network(4)), Measurements(tmp_path))
    found = results.metrics(module)
    for objective in ("final_loss", "best_loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert so_far(module, objective) == pytest.approx(found[objective], rel=1e-6)


def test_the_best_weights_are_those_of_the_lowest_validation_loss(tmp_path):
    module = fit(descent(network(2), steps=35), Measurements(tmp_path, every=5))
    losses = module.trajectory.measured.arrays()["validation_losses"][:, 0]
    landscape = network()
    put_weights(landscape.model, load_weights(tmp_path / BEST), "here")
    found = landscape.validation.evaluate(landscape.flat())
    assert float(found[0]) == pytest.approx(losses.min(), rel=1e-5)
    assert losses.min() < losses[-1]
