"""Networks through the whole lab: composed, trained, resumed, swept."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from safetensors.torch import load_file

from landscape_lab import run
from landscape_lab.assembly import landscape_of
from landscape_lab.configuration.composed import CONF, open_keys

SMALL = ["landscape=network", "model.hidden=[8]", "data.samples=90"]
NOISY = [*SMALL, "landscape.batch_size=16", "data.validation=0.2"]


def test_a_run_leaves_weights_that_plain_torch_loads(lab):
    result = lab(*SMALL, "steps=30", "optimizer.lr=0.02")
    weights = load_file(result.folder / "weights.safetensors")
    model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    model.load_state_dict(weights)
    assert result.metrics["final_loss"] < 1.0
    assert "start" in result.metrics or result.trajectory.points.shape[-1] > 16
    again = lab(*SMALL, "steps=1", f"landscape.weights={result.folder}", name="again")
    assert again.trajectory.losses[0, 0] == pytest.approx(result.metrics["final_loss"], rel=1e-5)


def test_results_of_minibatches_are_measured_on_all_data(lab):
    result = lab(
        *NOISY, "steps=40", "measure=8", "callbacks=default", "figures=[]", "~callbacks.progress", quiet=False
    )
    measured = result.trajectory.measured.arrays()
    assert measured["measured_steps"].tolist() == [0, 8, 16, 24, 32, 40]
    assert set(measured) == {
        "measured_steps",
        "measured_losses",
        "measured_accuracy",
        "validation_losses",
        "validation_accuracy",
    }
    assert result.metrics["final_loss"] == pytest.approx(measured["measured_losses"][-1, 0])
    assert result.metrics["best_loss"] == pytest.approx(measured["measured_losses"].min())
    assert result.metrics["validation_accuracy"] == pytest.approx(measured["validation_accuracy"][-1, 0])
    assert (result.folder / "best_weights.safetensors").is_file()
    with np.load(result.folder / "trajectory.npz") as archive:
        np.testing.assert_array_equal(archive["validation_losses"], measured["validation_losses"])


class Cut(pl.Callback):
    """The power fails."""

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step >= 16:
            raise KeyError("the power fails")


def test_a_run_by_minibatches_goes_on_bit_for_bit(lab):
    settings = [*NOISY, "steps=40", "measure=8", "callbacks=default", "figures=[]", "~callbacks.progress"]
    settings += ["callbacks.checkpoints.seconds=0"]
    whole = lab(*settings, quiet=False)
    cut = [*settings, f"+callbacks.cut._target_={__name__}.Cut"]
    with pytest.raises(KeyError):
        lab(*cut, quiet=False, name="cut")
    gone_on = lab(*settings, "resume=true", quiet=False, name="cut")
    for name in ("points", "losses", "evaluations"):
        np.testing.assert_array_equal(getattr(whole.trajectory, name), getattr(gone_on.trajectory, name))
    for name, values in whole.trajectory.measured.arrays().items():
        np.testing.assert_array_equal(values, gone_on.trajectory.measured.arrays()[name])


class Restless(torch.nn.Module):
    """A network whose steps depend on all that can be random: BatchNorm's statistics and dropout."""

    def __init__(self, inputs, outputs):
        super().__init__()
        layers = (torch.nn.Linear(inputs, 8), torch.nn.BatchNorm1d(8), torch.nn.Tanh(), torch.nn.Dropout(0.2))
        self.layers = torch.nn.Sequential(*layers, torch.nn.Linear(8, outputs))

    def forward(self, points):
        return self.layers(points)


RESTLESS = [
    *("landscape=network", f"model._target_={__name__}.Restless", "data.samples=90"),
    *("landscape.batch_size=16", "augmentation=gradient_noise", "callbacks.checkpoints.seconds=0"),
    *("callbacks=default", "figures=[]", "~callbacks.progress", "steps_per_batch=8"),
]


def assert_same_run(whole, gone_on):
    for name in ("points", "losses", "evaluations"):
        np.testing.assert_array_equal(getattr(whole.trajectory, name), getattr(gone_on.trajectory, name))
    first, second = (load_file(one.folder / "weights.safetensors") for one in (whole, gone_on))
    assert first.keys() == second.keys() >= {"layers.1.running_mean", "layers.1.num_batches_tracked"}
    for name in first:
        assert torch.equal(first[name], second[name]), name


def test_batchnorm_dropout_and_noise_go_on_bit_for_bit(lab):
    whole = lab(*RESTLESS, "steps=40", quiet=False)
    assert whole.metrics["carried_by"] == "alone"
    with pytest.raises(KeyError):
        lab(
            *RESTLESS,
            "steps=40",
            f"+callbacks.cut._target_={__name__}.Cut",
            quiet=False,
            name="cut",
        )
    assert_same_run(whole, lab(*RESTLESS, "steps=40", "resume=true", quiet=False, name="cut"))


@pytest.mark.slow
def test_a_killed_run_goes_on_bit_for_bit(lab, tmp_path):
    words = [*RESTLESS, "steps=2000", "measure=2000", "logger=none", "threads=1"]
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "landscape_lab", f"hydra.run.dir={tmp_path / 'killed'}", *words]
    checkpoint = tmp_path / "killed" / "checkpoints" / "last.ckpt"
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while not checkpoint.is_file():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    gone_on = lab(*words, "resume=true", quiet=False, name="killed")
    assert_same_run(lab(*words, quiet=False), gone_on)


@pytest.mark.slow
def test_members_have_statistics_and_dropout_of_their_own(lab):
    words = [*RESTLESS, "steps=12", "augmentation=none"]
    rates = lab(*words, "ensemble.lr=[0.003,0.03]", quiet=False)
    for member, lr in enumerate((0.003, 0.03)):
        alone = lab(*words, f"optimizer.lr={lr}", quiet=False, name=f"lr {lr}")
        seen = rates.trajectory.losses[:, member]
        np.testing.assert_allclose(seen, alone.trajectory.losses[:, 0], rtol=2e-3)
    assert rates.metrics["carried_by"].startswith("one after another")
    together = lab(
        *words,
        "ensemble.lr=[0.003,0.03]",
        "landscape.dropout=distribution",
        quiet=False,
        name="together",
    )
    assert not together.metrics["carried_by"].startswith("one after another")


def test_one_rate_of_an_ensemble_is_a_run_of_its_own(lab):
    words = [*NOISY, "steps=8", "optimizer=muon", "optimizer.groups=[]", "model._target_=torch.nn.Linear"]
    words = [*words, "model.in_features=2", "model.out_features=3", "model.bias=false", "~model.hidden"]
    one = lab(*words, "ensemble.lr=[0.01]")
    alone = lab(*words, "optimizer.lr=0.01", name="alone")
    np.testing.assert_array_equal(one.trajectory.losses, alone.trajectory.losses)


def test_epochs_are_passes_through_the_data(lab):
    assert lab(*NOISY, "epochs=3").metrics["steps"] == 3 * -(-72 // 16)
    assert lab(*NOISY, "steps=7", name="steps").metrics["steps"] == 7
    with pytest.raises(ValueError, match="`epochs` should not be given with `steps`"):
        lab(*NOISY, "epochs=3", "steps=7")
    with pytest.raises(ValueError, match="`epochs` should be given for landscape=network only"):
        lab("epochs=3")


def test_a_typed_length_counts_before_that_of_an_experiment(lab):
    small = ["data=digits", "data.samples=40", "data.validation=0"]
    assert lab("experiment=lenet_mnist", *small, "steps=3").metrics["steps"] == 3
    assert lab("experiment=lenet_mnist", *small, "epochs=1", name="one").metrics["steps"] == 3
    assert lab("experiment=spirals_mlp", "epochs=2", name="two").metrics["steps"] == 2


def test_rates_in_one_run_are_those_of_runs_of_their_own(lab):
    together = lab(*NOISY, "ensemble=lr_sweep", "ensemble.lr={low: 0.003, high: 0.3, num: 3}", "steps=12")
    assert together.metrics["members"] == 3
    for member, lr in enumerate((0.003, 0.03, 0.3)):
        alone = lab(*NOISY, f"optimizer.lr={lr}", "steps=12", name=f"lr {lr}")
        np.testing.assert_allclose(
            together.trajectory.losses[:, member], alone.trajectory.losses[:, 0], rtol=2e-4
        )


def test_each_seed_has_initial_weights_and_minibatches_of_its_own(lab):
    together = lab(*NOISY, "ensemble.seeds=[0,5]", "steps=8")
    alone = lab(*NOISY, "seed=5", "data.seed=0", "steps=8", name="alone")
    np.testing.assert_allclose(together.trajectory.losses[:, 1], alone.trajectory.losses[:, 0], rtol=2e-4)
    starts = lab(
        *SMALL,
        "ensemble=starts",
        "ensemble.starts.random=4",
        "ensemble.starts.grid=null",
        "steps=3",
        name="s",
    )
    assert starts.metrics["members"] == 4
    assert len(np.unique(starts.trajectory.losses[0])) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["landscape=network", "start=[1,2]"], "`start` should not be given with landscape=network"),
        (
            ["landscape=network", "ensemble=starts", "ensemble.starts.random=null"],
            "{random: n} for a network",
        ),
        (["landscape=network", "ensemble.starts=[[1,2],[3,4]]"], "{random: n} for a network"),
        (["landscape=network", "model._target_=torch.nn.Flatten"], "should have weights to train"),
        (["landscape=network", "model.outputs=1"], "`outputs` should be at least 3"),
        (["landscape=spiral", "model.hidden=[5]"], "only with landscape=network. Found model.hidden"),
        (["landscape=spiral", "data.samples=5"], "only with landscape=network. Found data.samples"),
        (["landscape=network", "landscape.batch_size=99999"], "batch_size"),
        (["landscape=network", "landscape.batch_size=0"], "landscape.batch_size"),
        (["landscape=network", "landscape.batchnorm=half"], "recalibrate, frozen"),
        (["landscape=network", "model.hiden=[3]"], "Nearest: hidden"),
        (["landscape=network", "data.sampels=3"], "Nearest: samples"),
        (["landscape=network", "landscape.weights=nowhere.safetensors"], "no file of weights"),
        (["landscape=network", "data=mnist"], "mnist"),
        (["landscape=network", "augmentation=shift"], "RandomShift for a NetworkLandscape"),
        (["landscape=network", "augmentation=loss_noise"], "LossNoise for a NetworkLandscape"),
        (["landscape=network", "optimizer=muon", "optimizer.groups=[]"], "only supports 2D parameters"),
    ],
)
def test_mistakes_are_told_in_one_line(lab, words, message):
    with pytest.raises(ValueError, match=message.replace("{", r"\{")) as told:
        lab(*words, "steps=2")
    assert "\n" not in str(told.value)


def test_weights_that_do_not_fit_are_told_in_one_line(lab, tmp_path):
    other, code, broken = (tmp_path / name for name in ("other.pt", "code.pt", "nan.pt"))
    torch.save(torch.nn.Linear(2, 3).state_dict(), other)
    torch.save(torch.nn.Linear(2, 3), code)
    layers = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)).state_dict()
    torch.save(layers | {"2.bias": torch.full((3,), torch.nan)}, broken)
    for file, message in (
        (other, "of another architecture: without 0.weight, 0.bias, 2.weight, 2.bias"),
        (code, "Python objects, which could run code"),
        (broken, "finite weights. Found NaN or infinity in `2.bias`"),
    ):
        with pytest.raises(ValueError, match=message) as told:
            lab(*SMALL, f"landscape.weights={file}", "steps=2")
        assert "\n" not in str(told.value)


def test_data_that_do_not_fit_are_told_in_one_line(lab, tmp_path):
    (tmp_path / "gap.csv").write_text("x,y,class\n0,1,0\nnan,2,1\n3,4,1\n")
    with pytest.raises(ValueError, match="Found `nan` in line 3, column `x`") as told:
        lab("landscape=network", "data=table", f"data.file={tmp_path / 'gap.csv'}", "steps=2")
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_the_best_of_a_sweep_is_the_most_accurate(command_line, tmp_path):
    how = ["figures=[]", "~callbacks.progress", "logger=none", "hydra.sweep.dir=sweep"]
    status, written = command_line(
        "-m", *NOISY, "optimizer.lr=1e-9,0.05", "steps=40", "objective=accuracy", *how
    )
    assert (status, written.err) == (0, "")
    with (tmp_path / "sweep" / "leaderboard.csv").open() as file:
        jobs = list(csv.DictReader(file))
    assert [job["optimizer.lr"] for job in jobs] == ["0.05", "1e-09"]
    assert float(jobs[0]["accuracy"]) > float(jobs[1]["accuracy"])


def test_the_landscape_of_a_configuration_has_its_members():
    from hydra import compose, initialize_config_dir

    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("config", open_keys([*NOISY, "ensemble.seeds=3"]))
    landscape, ensemble = landscape_of(cfg)
    assert landscape.members == len(ensemble) == 3
    assert landscape.flat().shape == ensemble.points.shape
    torch.testing.assert_close(landscape.flat(), ensemble.points)
    assert landscape.batches.names.classes == ("0", "1", "2")  # pictures call them so


def test_the_lab_is_there_from_python(tmp_path):
    result = run([*SMALL, "steps=3", "callbacks=none", "logger=none", f"hydra.run.dir={tmp_path}"])
    assert result.metrics["carried_by"] == "alone"


MODULE = ["landscape=lightning", "landscape.module._target_=foreign_modules.WithLoaders"]


def test_a_lightning_module_is_raced_with_its_own_optimizer(command_line, tmp_path):
    sweep = [
        *MODULE,
        "steps=12",
        "callbacks=none",
        "logger=none",
        "hydra.sweep.dir=sweep",
        "plane.resolution=9",
    ]
    status, written = command_line("-m", *sweep, "optimizer=own,lion", "landscape.module.hidden=2")
    assert status == 0, written.err
    lines = (tmp_path / "sweep" / "leaderboard.csv").read_text().splitlines()
    rows = list(csv.DictReader(lines))
    assert {row["optimizer"] for row in rows} == {"own", "lion"}
    assert all(0 < float(row["final_loss"]) < 2 for row in rows)


def test_a_lightning_module_brings_data_metrics_schedule_and_seeded_weights(lab):
    words = [*MODULE, "landscape.datamodule._target_=foreign_modules.ShufflingData", "epochs=2"]
    result = lab(*words, "optimizer=own", "optimizer.lr=0.05", "callbacks=default", "figures=[]", quiet=False)
    assert result.metrics["steps"] == 12
    assert {"accuracy", "validation_loss", "validation_accuracy"} <= set(result.metrics)
    again = lab(*words, "optimizer=own", "optimizer.lr=0.05", name="again")
    assert np.array_equal(again.trajectory.points, result.trajectory.points)
    swept = lab(
        *words, "optimizer=own", "ensemble=lr_sweep", "ensemble.lr={low:0.005,high:0.05,num:2}", name="s"
    )
    assert swept.metrics["layout"].startswith("separate")
    assert swept.trajectory.points[-1, 1] == pytest.approx(result.trajectory.points[-1, 0], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["landscape=lightning"], "The key `landscape.module._target_` should be given"),
        ([MODULE[0], "landscape.module._target_=foreign_modules.Plan"], "Nearest: Plain"),
        ([*MODULE, "landscape.module.hiden=3"], "has no parameter `hiden`. Nearest: hidden"),
        ([MODULE[0], "landscape.module._target_=foreign_modules.Plain"], "`datamodule` should be given"),
        ([MODULE[0], "landscape.module._target_=foreign_modules.Adversarial"], "`loss` (prediction, target)"),
        ([*MODULE, "landscape.loss=hinge"], "cross_entropy"),
        ([*MODULE, "landscape.batch_loss=nowhere.at_all"], "landscape.batch_loss"),
        ([*MODULE, "landscape.datamodule._target_=foreign_modules.ShuflingData"], "Nearest: ShufflingData"),
        ([*MODULE, "optimizer=own", "optimizer.betas=[0.5,0.9]"], "own has no parameter `betas`"),
        (["landscape=spiral", "optimizer=own"], "optimizer=own is what a LightningModule brings"),
        ([*MODULE, "start=[1,2]"], "`start` should not be given"),
    ],
)
def test_mistakes_about_a_module_are_one_line_and_status_1(quiet_command, words, message):
    status, written = quiet_command(*words, "steps=2")
    assert status == 1
    assert written.err.startswith("landscape_lab: ")
    assert message in written.err
    assert written.err.count("\n") == 1


def test_the_page_about_modules_runs(tmp_path, monkeypatch):
    page = (Path(__file__).parents[1] / "docs" / "lightning_module.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    torch.manual_seed(0)
    quiet = code.replace("logger=False", "logger=False, accelerator='cpu', enable_progress_bar=False")
    exec(quiet, names)
    landscape = names["landscape"]
    assert landscape.measure(landscape.flat())["accuracy"] > 0.8
    names["Module"]().load_state_dict(torch.load("weights.pt", weights_only=True))
