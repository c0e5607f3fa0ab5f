"""Networks through the whole lab: composed, trained, resumed, swept."""

import csv

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from safetensors.torch import load_file

from landscape_lab import run
from landscape_lab.assembly import landscape_of
from landscape_lab.configuration import CONF, open_keys

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


def test_epochs_are_passes_through_the_data(lab):
    assert lab(*NOISY, "epochs=3").metrics["steps"] == 3 * -(-72 // 16)
    assert lab(*NOISY, "steps=7", name="steps").metrics["steps"] == 7
    with pytest.raises(ValueError, match="`epochs` should not be given with `steps`"):
        lab(*NOISY, "epochs=3", "steps=7")
    with pytest.raises(ValueError, match="`epochs` should be given for landscape=network only"):
        lab("epochs=3")


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
        (["landscape=network", "landscape.batch_size=99999"], "batch_size"),
        (["landscape=network", "landscape.batch_size=0"], "landscape.batch_size"),
        (["landscape=network", "landscape.batchnorm=half"], "recalibrate, frozen"),
        (["landscape=network", "model.hiden=[3]"], "Nearest: hidden"),
        (["landscape=network", "data.sampels=3"], "Nearest: samples"),
        (["landscape=network", "landscape.weights=nowhere.safetensors"], "no file of weights"),
        (["landscape=network", "data=mnist"], "mnist"),
        (["landscape=network", "augmentation=shift"], "Found a NetworkLandscape"),
    ],
)
def test_mistakes_are_told_in_one_line(lab, words, message):
    with pytest.raises(ValueError, match=message.replace("{", r"\{")) as told:
        lab(*words, "steps=2")
    assert "\n" not in str(told.value)


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
