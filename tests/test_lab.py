"""From a configuration to results, as users call it."""

import json
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
import yaml
from hydra import compose, initialize_config_dir

from landscape_lab import Trajectory
from landscape_lab.configuration.composed import CONF

GROUPS = {
    group: sorted(path.stem for path in (CONF / group).glob("*.yaml"))
    for group in ("landscape", "optimizer", "experiment")
}
NEEDED = {
    "image": ["landscape.image=surfaces/turn.png"],
    "catalogue": ["landscape.name=booth"],
    "grid": ["landscape.values=[[3,1,2],[2,0,1.5]]"],
    "function": ["landscape.fn=tests.test_lab.bowl"],
    "expression": ["landscape.expression=x**2 + 10*sin(y)"],
    "lightning": [
        "landscape.module._target_=foreign_modules.Plain",
        "landscape.datamodule._target_=foreign_modules.ShufflingData",
    ],
    "shapes": ["landscape.shapes=4", "landscape.size=16"],
}
"""What the landscapes need that do not run by name alone."""
WITHOUT_FILES = {"lenet_mnist": ["data=digits", "data.samples=null"]}
"""What stands for data that an experiment has from files."""


def bowl(x, y):
    return x**2 + 2 * y**2


@pytest.mark.parametrize("name", GROUPS["optimizer"])
def test_every_optimizer_runs_by_name(lab, name):
    result = lab(
        f"optimizer={name}", "landscape=turn", "steps=12"
    )  # an iteration may end where it began, but not twelve
    assert result.metrics["optimizer"] == name
    assert np.isfinite(result.trajectory.losses).all()
    assert (result.trajectory.points[0] != result.trajectory.points[-1]).any()


@pytest.mark.parametrize("name", GROUPS["landscape"])
def test_every_landscape_runs_by_name(lab, name):
    result = lab(f"landscape={name}", *NEEDED.get(name, []), "steps=2", "optimizer.lr=0.001")
    assert result.metrics["landscape"] == name
    assert np.isfinite(result.trajectory.losses).all()


@pytest.mark.parametrize("name", GROUPS["experiment"])
def test_every_experiment_runs_by_name_and_is_short(lab, name):
    assert len((CONF / "experiment" / f"{name}.yaml").read_text().splitlines()) < 25
    needed = WITHOUT_FILES.get(name, [])
    assert lab(f"experiment={name}", "callbacks=none", *needed, "steps=2").metrics["steps"] == 2
    assert f"`{name}`" in (Path(__file__).parents[1] / "docs" / "experiments.md").read_text()


def test_experiment_of_noise_prints_what_the_notebook_printed(lab):
    result = lab("experiment=perlin_short")
    expected = [[0.58, 0.63], [0.58327346, 0.6281772], [0.58651957, 0.62640353], [0.58973907, 0.62467858]]
    np.testing.assert_allclose(result.trajectory.points[:4, 0], expected, atol=2e-6)
    assert result.trajectory.losses[0, 0] == pytest.approx(0.09264963, abs=1e-6)


def test_landscape_of_many_dimensions_is_drawn_along_its_motion(lab):
    result = lab(
        "landscape=sphere", "landscape.dims=10", "steps=50", "callbacks=default", "~callbacks.progress"
    )
    assert result.trajectory.points.shape == (51, 1, 10)
    assert (result.folder / "path.png").is_file()


def test_files_of_a_run_are_those_of_the_contract(lab):
    result = lab("steps=30", quiet=False)
    names = {str(path.relative_to(result.folder)) for path in result.folder.rglob("*") if path.is_file()}
    events = {name for name in names if name.startswith("events.out.tfevents")}
    assert len(events) == 1
    assert names - events == {
        "results.json",
        "trajectory.npz",
        "path.png",
        "loss.png",
        "checkpoints/last.ckpt",
        "hparams.yaml",
        ".hydra/config.yaml",
        ".hydra/hydra.yaml",
        ".hydra/overrides.yaml",
    }
    assert yaml.safe_load((result.folder / ".hydra/overrides.yaml").read_text())[-1] == "steps=30"


def test_results_hold_what_the_contract_names(lab):
    result = lab("steps=30", "optimizer=lion", "seed=7")
    metrics = json.loads((result.folder / "results.json").read_text())
    assert metrics == result.metrics
    assert sorted(metrics) == sorted(
        [
            *(
                "landscape",
                "optimizer",
                "steps",
                "evaluations",
                "seconds",
                "steps_per_second",
                "start",
                "final",
                "final_loss",
            ),
            *("best_loss", "distance_to_minimum", "status", "ended_by", "objective", "seed", "config_hash"),
            *("gradient_evaluations", "hessian_vector_products", "target", "steps_to_target", "threads"),
        ]
    )
    assert metrics["landscape"] == "spiral"
    assert metrics["optimizer"] == "lion"
    assert metrics["steps"] == metrics["evaluations"] == 30
    assert metrics["seed"] == 7
    assert metrics["start"] == pytest.approx([2 * 915.5 / 1024 - 1, 2 * 500.5 / 1024 - 1], abs=1e-6)
    saved = Trajectory.load(result.folder / "trajectory.npz")
    assert metrics["final"] == pytest.approx(saved.points[-1, 0].tolist())
    assert metrics["final_loss"] == pytest.approx(saved.losses[-1, 0])
    distance = np.linalg.norm(saved.points[-1, 0] - np.array([1 / 1024, 1 / 1024]))
    assert metrics["distance_to_minimum"] == pytest.approx(distance, abs=1e-5)


def test_same_seed_gives_the_same_run_and_the_same_hash(lab):
    one, two, other = lab("steps=40"), lab("steps=40", name="again"), lab("steps=41", name="other")
    np.testing.assert_array_equal(one.trajectory.points, two.trajectory.points)
    assert one.metrics["config_hash"] == two.metrics["config_hash"] != other.metrics["config_hash"]


def test_start_of_the_command_line_is_that_of_the_descent(lab):
    assert lab("start=[0.5,-0.25]", "steps=1").metrics["start"] == [0.5, -0.25]
    assert lab("start=[0,0]", "steps=1").metrics["start"] == pytest.approx([1 / 1024 - 1] * 2)
    assert lab("start=[[0,0],[100,50]]", "steps=1").trajectory.points.shape == (2, 2, 2)


def test_parameters_that_the_yaml_does_not_list_reach_the_optimizer(lab):
    slow, fast = (lab("steps=20", f"optimizer.betas=[{beta},0.99]") for beta in (0.1, 0.99))
    assert (slow.trajectory.points[-1] != fast.trajectory.points[-1]).any()


def test_own_optimizer_and_own_picture(lab, tmp_path, monkeypatch):
    (tmp_path / "own.py").write_text(
        "import torch\n\n\nclass Downhill(torch.optim.SGD):\n    pass\n",
    )
    np.save(tmp_path / "valley.npy", np.zeros(1))
    from PIL import Image

    Image.fromarray(np.linspace(0, 255, 35).reshape(5, 7).astype(np.uint8)).save(tmp_path / "own.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    result = lab(
        "optimizer._target_=own.Downhill",
        "landscape=image",
        "landscape.image=own.png",
        "start=[3,4]",
        "steps=10",
    )
    assert result.metrics["optimizer"] == "Downhill"
    assert result.metrics["landscape"] == "image"
    assert result.trajectory.losses[-1, 0] < result.trajectory.losses[0, 0]


def test_resumed_run_is_that_of_an_uninterrupted_one(lab):
    settings = ["callbacks=default", "~callbacks.progress", "~callbacks.pictures", "steps_per_batch=20"]
    whole = lab("steps=100", *settings, name="whole")
    lab("steps=60", *settings, name="cut")
    resumed = lab("steps=100", "resume=true", *settings, name="cut")
    for quantity in ("points", "losses", "steps", "evaluations"):
        np.testing.assert_array_equal(
            getattr(whole.trajectory, quantity), getattr(resumed.trajectory, quantity)
        )
    states = [
        torch.load(run.folder / "checkpoints" / "last.ckpt", weights_only=True) for run in (whole, resumed)
    ]
    assert states[0]["global_step"] == states[1]["global_step"] == 100
    with pytest.raises(ValueError, match="`steps` should be above the 100"):
        lab("steps=90", "resume=true", *settings, name="cut")


def test_checkpoint_path_goes_on_from_another_folder(lab):
    settings = ["callbacks=default", "~callbacks.progress", "~callbacks.pictures", "steps_per_batch=20"]
    first = lab("steps=40", *settings, name="first")
    second = lab("steps=60", f"ckpt_path={first.folder}/checkpoints/last.ckpt", *settings, name="second")
    assert second.trajectory.steps.tolist() == list(range(61))
    (Path(first.folder) / "broken.ckpt").write_text("hello")
    for name, message in (("broken.ckpt", "not a checkpoint"), ("none.ckpt", "no checkpoint")):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            lab("steps=60", f"ckpt_path={first.folder}/{name}")


def test_fresh_run_in_an_old_folder_leaves_nothing_of_the_old_one(lab):
    settings = ["callbacks=default", "~callbacks.progress", "~callbacks.pictures"]
    old = lab("steps=40", *settings)
    assert (old.folder / "checkpoints" / "last.ckpt").is_file()
    with pytest.raises(ValueError, match="`start` should lie inside"):
        lab("steps=20", "start=[-3,0]")
    assert (old.folder / "results.json").is_file()
    lab("steps=20")
    assert not (old.folder / "checkpoints" / "last.ckpt").exists()


def test_run_within_another_hydra_application(lab):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        lab("steps=1")
        assert compose("config", ["steps=7"]).steps == 7


def test_diverged_run_is_a_result(lab):
    result = lab("landscape=turn", "optimizer=sgd", "optimizer.lr=1e38", "steps=50")
    assert result.metrics["status"] == "diverged"
    assert json.loads((result.folder / "results.json").read_text())["final_loss"] is None


def test_seed_adam_reaches_the_centre_of_the_spiral_and_lion_follows_it(lab):
    adam = lab("steps=2000", "optimizer=adam", "optimizer.lr=0.05")
    assert adam.metrics["final_loss"] < 0.02
    lion = lab("steps=2000", "optimizer=lion")
    assert lion.metrics["final_loss"] < 0.05
    x, y = lion.trajectory.points[:, 0].T
    turns = np.abs(np.diff(np.unwrap(np.arctan2(y, x)[np.hypot(x, y) > 0.1]))).sum() / (2 * np.pi)
    assert turns > 1.9


def test_threads_are_chosen_once_and_kept_by_a_resumed_run(lab, tmp_path, monkeypatch):
    monkeypatch.setattr("landscape_lab.evaluation.faster", lambda work: work() is not None and 2)
    before = torch.get_num_threads()
    first = lab("steps=20", "callbacks=default", "figures=[]", "~callbacks.progress", quiet=False)
    assert first.metrics["threads"] == 2
    assert torch.get_num_threads() == before
    monkeypatch.setattr("landscape_lab.evaluation.faster", lambda work: pytest.fail("it is known"))
    again = lab("steps=30", f"ckpt_path={first.folder}/checkpoints/last.ckpt", name="again")
    assert again.metrics["threads"] == 2
    assert lab("steps=2", "threads=1", name="one").metrics["threads"] == 1


def test_a_choice_of_threads_leaves_no_trace(lab):
    words = ("steps=20", "augmentation=shift_noise", "landscape=spiral")
    timed, told = lab(*words, "threads=auto"), lab(*words, "threads=1", name="told")
    np.testing.assert_array_equal(timed.trajectory.points, told.trajectory.points)


class Early(pl.Callback):
    """Ends a descent as soon as 20 steps are made, once."""

    def on_train_batch_end(self, trainer, *_):
        trainer.should_stop = trainer.global_step == 20


def test_run_that_a_callback_stopped_goes_on_with_resume(quiet_command, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1])
    checkpoints = ["_target_=landscape_lab.callbacks.Checkpoints", "folder=run/checkpoints"]
    settings = [
        *(f"+callbacks.checkpoints.{one}" for one in checkpoints),
        *("+callbacks.early._target_=tests.test_lab.Early", "steps=500", "steps_per_batch=20"),
        *("hydra.run.dir=run", "landscape=turn", "threads=1"),
    ]
    status, _ = quiet_command(*settings)
    metrics = json.loads((tmp_path / "run" / "results.json").read_text())
    assert (status, metrics["status"], metrics["steps"]) == (0, "stopped", 20)
    assert metrics["ended_by"] == "a callback, after step 20"
    status, _ = quiet_command(*settings, "resume=true")
    metrics = json.loads((tmp_path / "run" / "results.json").read_text())
    assert (status, metrics["status"], metrics["steps"], metrics["ended_by"]) == (0, "completed", 500, None)
    resumed = Trajectory.load(tmp_path / "run" / "trajectory.npz")
    quiet_command("landscape=turn", "steps=500", "threads=1", "hydra.run.dir=whole")
    whole = Trajectory.load(tmp_path / "whole" / "trajectory.npz")
    np.testing.assert_array_equal(resumed.points, whole.points)


def test_a_resumed_run_has_the_threads_of_its_checkpoint_unless_the_user_says_more(lab, monkeypatch):
    numbers = iter([2, 3])
    monkeypatch.setattr("landscape_lab.evaluation.faster", lambda work: next(numbers))
    settings = ["landscape=turn", "callbacks=default", "~callbacks.progress", "~callbacks.pictures"]
    assert lab("steps=20", *settings).metrics["threads"] == 2
    assert lab("steps=40", "resume=true", *settings).metrics["threads"] == 2
    assert lab("steps=60", "resume=true", "threads=1", *settings).metrics["threads"] == 1


def test_a_descent_in_double_precision(lab):
    sphere = [
        "landscape=sphere",
        "start=[1,-2]",
        "optimizer=sgd",
        "optimizer.lr=0.05",
        "optimizer.momentum=0",
    ]
    exact = np.float32(5 * 0.9**400)  # the record is of single precision
    single = lab(*sphere, "steps=200", name="single").metrics["final_loss"]
    double = lab(*sphere, "steps=200", "trainer.precision=64-true", name="double").metrics["final_loss"]
    assert np.float32(double) == exact != np.float32(single)
