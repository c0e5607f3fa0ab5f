"""Layers of a run: files, curves, rows; ensembles, groups, resuming, and what cannot be measured."""

import csv
from functools import partial
from itertools import pairwise
from unittest.mock import Mock

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from training import fit

from landscape_lab import Descent
from landscape_lab.callbacks import Layers
from landscape_lab.callbacks.layers import APART
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.records.layer_curves import QUANTITIES

NETWORK = ("landscape=network", "model.hidden=[4]", "data.samples=60", "figures=[]", "callbacks=layers")
NAMES = ["all", "0.weight", "0.bias", "2.weight", "2.bias"]


def table(folder):
    """`layers.csv`, a dictionary a line."""
    with (folder / "layers.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_run_has_a_table_and_a_picture(lab):
    words = (*NETWORK, "landscape.batch_size=20", "steps=10", "callbacks.layers.every=4")
    folder = lab(*words, "logger=none", quiet=False).folder
    lines = table(folder)
    assert [line["layer"] for line in lines] == NAMES * 3
    assert [line["step"] for line in lines[::5]] == ["0", "4", "8"]
    assert list(lines[0]) == ["step", "layer", *QUANTITIES, "gradient_variance", "squared_gradient"]
    norms = np.array([[float(line["gradient_norm"]) for line in lines]]).reshape(3, 5)
    np.testing.assert_allclose(norms[:, 0] ** 2, (norms[:, 1:] ** 2).sum(axis=1), rtol=1e-4)
    assert all(float(line["gradient_variance"]) > 0 for line in lines)
    assert (folder / "layers.png").read_bytes().startswith(b"\x89PNG")


def test_a_formula_has_one_layer_without_noise(lab):
    words = ("landscape=rosenbrock", "optimizer=sgd", "steps=3", "figures=[]", "callbacks=layers")
    lines = table(lab(*words, "callbacks.layers.every=1", "logger=none", quiet=False).folder)
    assert [line["layer"] for line in lines] == ["points"] * 3
    assert {line["cosine"] for line in lines} == {"1"}
    assert {line["noise_scale"] for line in lines} == {""}


def model(*sizes):
    torch.manual_seed(0)
    return nn.Sequential(*(nn.Linear(*pair) for pair in pairwise(sizes)))


def network(batch_size=5):
    random = torch.Generator().manual_seed(0)
    data = (torch.randn(20, 2, generator=random), torch.randn(20, 1, generator=random))
    return NetworkLandscape(model(2, 3, 1), data, batch_size=batch_size)


def two_groups(parameters):
    """Adam with a higher rate for the last layer."""
    first, second, *others = parameters
    return torch.optim.Adam([{"params": [first, second], "lr": 0.01}, {"params": others, "lr": 0.1}])


def test_each_parameter_group_has_a_row(tmp_path):
    layers = Layers(tmp_path, every=2)
    fit(Descent(network(), two_groups, steps=4), layers)
    curves = layers.curves()
    assert curves.names[:3] == ("all", "group_0", "group_1")
    np.testing.assert_allclose(curves.sums[:, 1], curves.sums[:, 3:5].sum(axis=1))
    np.testing.assert_allclose(curves.sums[:, 2], curves.sums[:, 5:].sum(axis=1))


def test_members_that_have_an_optimizer_each_have_its_groups(tmp_path):
    class Whole(torch.optim.SGD):
        """Its step depends on all numbers of a tensor, so members cannot share it."""

        def step(self, closure):
            loss = closure()
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data -= group["lr"] * parameter.grad / parameter.grad.norm()
            return loss

    def two(parameters):
        return Whole(two_groups(parameters).param_groups, lr=0.1)

    points = torch.cat([network().flat(), network().flat() + 0.5])
    layers = Layers(tmp_path, every=2)
    descent = Descent(network().with_members(points), two, steps=2, ensemble=Ensemble(points))
    fit(descent, layers)
    assert len(descent.layout.optimizers) == 2
    assert layers.groups == {"all": [0, 1, 2, 3], "group_0": [0, 1], "group_1": [2, 3]}


def test_loggers_get_curves(tmp_path):
    logger = Mock()
    layers = Layers(tmp_path, every=2)
    layers.names, layers.groups = ["0.weight", "1.bias"], {"all": [0, 1]}
    sums = torch.rand(3, 2, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    outputs = {"layers": sums, "layers_steps": torch.tensor([0, 2, 4])}
    layers.on_train_batch_end(
        Mock(loggers=[logger]), Mock(), {"losses": sums}, 0, 0
    )  # one without a measurement
    for part in (slice(0, 2), slice(2, 3)):
        chunk = {name: values[part] for name, values in outputs.items()}
        layers.on_train_batch_end(Mock(loggers=[logger]), Mock(), chunk, 0, 0)
    logged = [call.args for call in logger.log_metrics.call_args_list]
    assert [step for _, step in logged] == [0, 2, 4]
    values, curves = logged[-1][0], layers.curves()
    assert len(values) == 3 * len(QUANTITIES)
    for quantity, found in curves.values().items():
        for name, value in zip(curves.names, found[-1], strict=True):
            assert values.get(f"layers/{quantity}/{name}", np.nan) == pytest.approx(value, nan_ok=True)


def test_a_resumed_descent_has_all_measurements(tmp_path):
    optimizer = partial(torch.optim.Adam, lr=0.05)
    whole, first, rest = (Layers(tmp_path, every=3) for _ in range(3))
    fit(Descent(network(), optimizer, steps=12), whole)
    half = Descent(network(), optimizer, steps=12, steps_per_batch=5)
    half_trainer = pl.Trainer(
        accelerator="cpu", max_steps=5, max_epochs=-1, logger=False, callbacks=[first],
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    half_trainer.fit(half)
    half_trainer.save_checkpoint(tmp_path / "half.ckpt")
    fit(Descent(network(), optimizer, steps=12), rest, checkpoint=tmp_path / "half.ckpt")
    assert first.curves().steps.tolist() == [0, 3]
    np.testing.assert_array_equal(rest.curves().steps, whole.curves().steps)
    np.testing.assert_array_equal(rest.curves().sums, whole.curves().sums)


@pytest.mark.parametrize(("steps", "every"), [(200, APART), (40_000, 400)])
def test_the_default_interval_is_seldom_enough(tmp_path, steps, every):
    descent = Descent(network(), partial(torch.optim.SGD, lr=0.1), steps=steps)
    Layers(tmp_path).on_fit_start(Mock(), descent)
    (quantity,) = descent.quantities
    assert [step for step in range(2 * every + 1) if quantity.wants(step)] == [0, every, 2 * every]


def test_a_descent_that_diverges_before_the_next_measurement_of_a_chunk_goes_well(tmp_path):
    """A chunk without a measurement before its end has none, and one without any finite loss ends the run."""
    layers = Layers(tmp_path, every=30)
    landscape = FunctionLandscape(lambda x, y: x**4 + y**4, start=(2.0, 2.0))
    descent = fit(Descent(landscape, partial(torch.optim.SGD, lr=1.0), steps=100, steps_per_batch=50), layers)
    assert descent.ending.status == "diverged"
    assert layers.curves().steps.tolist() == [0]
    assert (tmp_path / "layers.png").is_file()


def test_what_evaluates_no_gradient_is_told(lab, capsys):
    words = ("landscape=rosenbrock", "optimizer=random_search", "steps=3", "figures=[]", "callbacks=layers")
    folder = lab(*words, "logger=none", quiet=False).folder
    assert not (folder / "layers.png").exists()
    assert "no layers.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "told"),
    [("callbacks.layers.every=0", "callbacks.layers.every"), ("callbacks.layers.often=3", "often")],
)
def test_wrong_keys_are_one_line(command_line, word, told):
    done = command_line("landscape=rosenbrock", "callbacks=layers", "logger=none", "steps=2", word)
    assert done.status == 1
    assert told in done.written.err
    assert len(done.written.err.strip().splitlines()) == 1
