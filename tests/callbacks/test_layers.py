import csv
from itertools import pairwise

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch import nn

from landscape_lab import Descent
from landscape_lab.callbacks import Layers
from landscape_lab.drawing.layers import QUANTITIES
from landscape_lab.landscapes import NetworkLandscape

NETWORK = ("landscape=network", "model.hidden=[3]", "data.samples=60", "landscape.batch_size=10")
MEASURED = ("callbacks=[layers]", "callbacks.layers.every=2")


def table(folder):
    with (folder / "layers.csv").open() as file:
        return list(csv.DictReader(file))


def test_steps_stay_the_same_to_the_bit_and_each_layer_is_measured(lab):
    plain = lab(*NETWORK, "steps=9")
    measured = lab(*NETWORK, "steps=9", *MEASURED, name="measured")
    np.testing.assert_array_equal(plain.trajectory.points, measured.trajectory.points)
    rows = table(measured.folder)
    assert [row["step"] for row in rows] == [step for step in "2468" for _ in range(5)]
    assert [row["layer"] for row in rows[:5]] == ["0.weight", "0.bias", "2.weight", "2.bias", "all"]
    points, sizes = measured.trajectory.points[:, 0], [6, 3, 9, 3]
    ends = np.cumsum([0, *sizes])
    for row, (first, last) in zip(rows[5:9], pairwise(ends), strict=False):
        before, after = (points[step, first:last].astype(np.float64) for step in (3, 4))
        assert float(row["weight"]) == pytest.approx(np.linalg.norm(before), rel=1e-5)
        ratio = np.linalg.norm(after - before) / np.linalg.norm(before)
        assert float(row["ratio"]) == pytest.approx(ratio, rel=1e-4)
    assert (measured.folder / "layers.png").is_file()


def test_gradient_descent_goes_against_its_gradient(lab):
    rows = table(lab(*NETWORK, "steps=6", *MEASURED, "optimizer=sgd").folder)
    assert [float(row["cosine"]) for row in rows] == pytest.approx([1.0] * len(rows), abs=1e-5)
    ratios = [float(row["ratio"]) * float(row["weight"]) / float(row["gradient"]) for row in rows]
    assert ratios == pytest.approx([0.05] * len(rows), rel=1e-3)


@pytest.mark.parametrize("more", [["optimizer=lbfgs"], ["ensemble=seeds", "ensemble.seeds=2"]])
def test_closures_and_members_are_measured(lab, more):
    rows = table(lab(*NETWORK, "steps=4", *MEASURED, *more).folder)
    assert len(rows) == 10
    assert all(np.isfinite(float(row["ratio"])) for row in rows)


def test_parameter_groups_have_rows(lab):
    groups = "optimizer.groups=[{match: '*.bias', lr: 0.5}]"
    rows = table(lab(*NETWORK, "steps=2", *MEASURED, "optimizer=sgd", groups).folder)
    assert [row["layer"] for row in rows][4:] == ["group 0", "group 1", "all"]
    squares = {row["layer"]: float(row["gradient"]) ** 2 for row in rows}
    assert squares["group 1"] == pytest.approx(squares["0.bias"] + squares["2.bias"], rel=1e-4)
    assert squares["all"] == pytest.approx(squares["group 0"] + squares["group 1"], rel=1e-4)


def test_a_point_is_one_layer(lab):
    rows = table(lab("steps=4", *MEASURED).folder)
    assert len(rows) == 2


def test_a_resumed_run_has_the_same_curves(lab):
    words = (*NETWORK, *MEASURED, "callbacks=[layers,default]", "figures=[]")
    whole = lab(*words, "steps=12", quiet=False, name="whole")
    lab(*words, "steps=7", quiet=False, name="cut")
    cut = lab(*words, "steps=12", "resume=true", quiet=False, name="cut")
    assert table(cut.folder) == table(whole.folder)


@pytest.mark.filterwarnings("ignore")
def test_the_noise_scale_is_that_of_the_covariance(tmp_path):
    """Of a linear model the gradients of single samples are known: at a rate of 0 nothing moves."""
    torch.manual_seed(0)
    inputs = torch.randn(400, 2, dtype=torch.float64)
    noise = torch.randn(400, 1, dtype=torch.float64)
    targets = inputs @ torch.tensor([[1.0], [-2.0]], dtype=torch.float64) + noise
    model = nn.Linear(2, 1, bias=False).double()
    errors = (inputs @ model.weight.detach().T - targets) * 2 * inputs  # [samples, 2]
    mean = errors.mean(dim=0)
    expected = float((errors - mean).square().sum(dim=1).mean() / mean.square().sum())
    landscape = NetworkLandscape(model, (inputs, targets), "mean_squared_error", batch_size=4)
    descent = Descent(landscape, lambda parameters: torch.optim.SGD(parameters, lr=0.0), 4000)
    layers = Layers(tmp_path, every=2)
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    pl.Trainer(**quiet, callbacks=[layers], max_steps=4000).fit(descent)
    scale = layers.curves().values[list(QUANTITIES)[-1]][:, 0]
    assert np.nanmedian(scale) == pytest.approx(expected, rel=0.2)


def test_a_wrong_interval_is_told(lab):
    with pytest.raises(ValueError, match=r"layers.every.*at least 2"):
        lab(*NETWORK, "callbacks=[layers]", "callbacks.layers.every=1")
