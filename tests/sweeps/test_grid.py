"""A grid of jobs: what is run, what is said, what is left."""

import json
from pathlib import Path

import pytest
import yaml
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import OmegaConf
from sweeping import leaderboard

from landscape_lab.configuration.composed import CATALOGUE, CONF, register_catalogue
from landscape_lab.sweeps.composing import Composer
from landscape_lab.sweeps.leaderboard import main

ADAG = {path.stem for path in (CONF / "optimizer").glob("adag*.yaml")}
ADAG |= {line.split(",")[0] for line in CATALOGUE.read_text().splitlines() if line.startswith("adag")}
QUICK = ["landscape=turn", "steps=20", "callbacks=none", "logger=none", "hydra.sweep.dir=sweep"]


def folders(sweep: Path) -> list[str]:
    return sorted(path.name for path in sweep.iterdir() if path.is_dir())


def test_a_wrong_key_of_the_sweep_is_told_once_and_no_job_begins(command_line, tmp_path):
    status, written = command_line("-m", *QUICK, "seed=0,1", "sweep.against=secnds")
    assert status == 1
    (line,) = written.err.splitlines()
    assert "`sweep.against = secnds`. Nearest: seconds" in line
    assert not (tmp_path / "sweep").exists()


def test_grid_runs_every_combination_quietly(command_line, tmp_path):
    status, written = command_line("-m", *QUICK, "optimizer=adam,lion", "optimizer.lr=0.01,0.1")
    assert status == 0
    assert folders(tmp_path / "sweep") == ["0_turn_adam", "1_turn_adam", "2_turn_lion", "3_turn_lion"]
    assert written.err == ""
    lines = written.out.splitlines()
    assert lines[0].startswith("4 jobs by final_loss: 4 completed")
    assert lines[-1] == str(tmp_path / "sweep")
    assert len(lines) == 7
    rows = leaderboard(tmp_path / "sweep")
    losses = [float(row["final_loss"]) for row in rows]
    assert losses == sorted(losses)
    assert {(row["optimizer"], row["optimizer.lr"]) for row in rows} == {
        (name, rate) for name in ("adam", "lion") for rate in ("0.01", "0.1")
    }


def test_glob_and_range_are_grids_of_every_name_and_number(command_line, tmp_path):
    status, _ = command_line("-m", *QUICK, "optimizer=glob(adag*)", "seed=range(0,2)", "steps=1")
    assert status in (0, 1)  # some of the libraries' classes cannot run
    rows = leaderboard(tmp_path / "sweep")
    assert {(row["optimizer"], row["seed"]) for row in rows} == {
        (name, seed) for name in ADAG for seed in ("0", "1")
    }


def test_unknown_choice_stops_a_sweep_before_its_first_job(command_line, tmp_path):
    status, written = command_line("-m", *QUICK, "optimizer=adam,lioon,sgd")
    assert status == 1
    assert written.err.startswith("landscape_lab: There is no optimizer `lioon`. Nearest: lion")
    assert written.err.count("\n") == 1
    assert written.out == ""
    assert not (tmp_path / "sweep").exists()


def test_job_that_raises_stops_no_other_and_says_why(command_line, tmp_path):
    status, written = command_line("-m", *QUICK, "optimizer.lr=0.01,-1,0.1")
    assert status == 1
    job = tmp_path / "sweep" / "1_turn_adam"
    assert "should be zero or positive" in json.loads((job / "results.json").read_text())["error"]
    assert (job / "error.txt").read_text().startswith("Traceback")
    *completed, failed = leaderboard(tmp_path / "sweep")
    assert [row["status"] for row in completed] == ["completed", "completed"]
    assert (failed["rank"], failed["status"]) == ("", "failed")
    for text in (written.out, (tmp_path / "sweep" / "leaderboard.md").read_text()):
        assert (
            "failed: Parameter `optimizer.lr` should be zero or positive. Found `optimizer.lr = -1`." in text
        )


def test_optimizer_that_fails_in_a_step_and_one_that_diverges_say_when(command_line, tmp_path, monkeypatch):
    (tmp_path / "tired.py").write_text(
        "import torch\n\n\nclass Tired(torch.optim.SGD):\n    def step(self, closure=None):\n"
        "        print('I am')\n        raise RuntimeError('too tired')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    status, written = command_line(
        "-m", *QUICK, "optimizer._target_=tired.Tired,torch.optim.SGD", "optimizer.lr=1e38"
    )
    assert status == 1
    assert "I am" not in written.out + written.err
    assert "I am" in (tmp_path / "sweep" / "0_turn_Tired" / "console.txt").read_text()
    text = (tmp_path / "sweep" / "leaderboard.md").read_text()
    assert "failed: RuntimeError: too tired" in text
    assert "diverged in step" in text
    assert ("Distances are in coordinates" in text) == ("distance_to_minimum" in text)


def test_folders_may_be_named_otherwise_but_no_two_share_one(command_line, tmp_path):
    command_line("-m", *QUICK, "optimizer.lr=0.01,0.1", "seed=0,1", "hydra.sweep.subdir=${optimizer.lr}")
    assert folders(tmp_path / "sweep") == ["0.01", "0.1", "0_0.01", "1_0.1"]
    assert len(leaderboard(tmp_path / "sweep")) == 4


def test_jobs_draw_pictures_only_when_asked(drawn, command_line, tmp_path):
    with_figures = [one for one in QUICK if not one.startswith("callbacks")]
    command_line("-m", *with_figures, "seed=0")
    assert not (tmp_path / "sweep" / "0_turn_adam" / "path.png").exists()
    command_line("-m", *with_figures[:-1], "hydra.sweep.dir=other", "seed=0", "figures=[path]")
    assert (tmp_path / "other" / "0_turn_adam" / "path.png").exists()
    assert (tmp_path / "other" / "race.png").exists()


@pytest.mark.parametrize(
    "overrides",
    [
        ["optimizer=lion", "++optimizer.lr=0.3", "steps=7"],
        [
            "steps=7",
            "landscape=rosenbrock",
            "landscape.dims=3",
            "+optimizer.amsgrad=true",
            "augmentation=[shift,noise]",
        ],
        [
            "experiment=perlin_short",
            "optimizer=adabelief",
            "~callbacks.progress",
            "hydra.sweep.subdir='a b, c'",
        ],
        ["logger=none", "optimizer={lr: 3}"],
    ],
)
def test_composing_with_shared_choices_gives_what_hydra_gives(overrides):
    register_catalogue()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().hydra.config_loader
        master = loader.load_configuration(
            "config", ["hydra.mode=MULTIRUN", "hydra.sweep.dir=here"], RunMode.MULTIRUN
        )
        composer = Composer(loader)
        for _ in range(2):
            ours, theirs = (one.load_sweep_config(master, overrides) for one in (composer, loader))
            assert OmegaConf.to_container(ours) == OmegaConf.to_container(theirs)
            assert ours._get_flag("struct") == theirs._get_flag("struct")


def test_best_job_can_be_run_again_from_its_file(command_line, tmp_path):
    command_line(
        "-m",
        *QUICK,
        "experiment=perlin_short",
        "optimizer=adamw,lion",
        "++optimizer.weight_decay=0.02,0.0",
        "seed=3",
    )
    best = leaderboard(tmp_path / "sweep")[0]
    status, _ = command_line("--config-dir", "sweep", "--config-name", "best", "hydra.run.dir=again")
    results = json.loads((tmp_path / "again" / "results.json").read_text())
    assert status == 0
    assert results["config_hash"] == best["config_hash"]
    assert results["final_loss"] == float(best["final_loss"])


def test_leaderboard_is_rebuilt_from_the_folders(command_line, tmp_path):
    command_line("-m", *QUICK, "optimizer.lr=0.01,-1,0.1")
    before = {path.name: path.read_text() for path in (tmp_path / "sweep").glob("leaderboard.*")}
    for name in before:
        (tmp_path / "sweep" / name).unlink()
    (tmp_path / "sweep" / "0_turn_adam" / "results.json").write_text('{"half')
    assert command_line("sweep", main=main).written.out.splitlines()[-1] == str(tmp_path / "sweep")
    rows = leaderboard(tmp_path / "sweep")
    assert [row["status"] for row in rows] == ["completed", "failed", "interrupted"]
    status, written = command_line("nowhere", main=main)
    assert status == 1
    assert "There are no jobs in" in written.err


def test_objective_decides_the_order(command_line, tmp_path):
    command_line("-m", *QUICK, "objective=evaluations", "steps=30,10,20")
    assert [row["evaluations"] for row in leaderboard(tmp_path / "sweep")] == ["10", "20", "30"]
    settings = yaml.safe_load((tmp_path / "sweep" / "best.yaml").read_text())
    assert settings["steps"] == 10


def test_several_objectives_are_ranked_by_the_first_and_keep_all_that_nothing_beats(command_line, tmp_path):
    goals = ["objective=[evaluations,final_loss]", "sweep.direction=[maximize,minimize]"]
    _, written = command_line("-m", *QUICK, *goals, "steps=30,10", "optimizer.lr=0.05,1e-6,1e38")
    assert written.out.startswith(
        "6 jobs by evaluations and final_loss, the highest first: 4 completed, 2 diverged"
    )
    rows = leaderboard(tmp_path / "sweep")
    assert [(row["rank"], row["steps"]) for row in rows[:4]] == [
        ("1", "30"),
        ("2", "30"),
        ("3", "10"),
        ("4", "10"),
    ]
    assert {(row["rank"], row["status"]) for row in rows[4:]} == {("", "diverged")}
    best = [row for row in rows[:4] if all(other is row or not beats(other, row) for other in rows[:4])]
    files = {path.name for path in (tmp_path / "sweep").glob("best*.yaml")}
    assert files == {f"best_{row['job'].partition('_')[0]}.yaml" for row in best}
    assert len(files) < 4


def beats(one: dict[str, str], other: dict[str, str]) -> bool:
    more, less = (
        float(one["evaluations"]) - float(other["evaluations"]),
        float(one["final_loss"]) - float(other["final_loss"]),
    )
    return more >= 0 and less <= 0 and (more, less) != (0, 0)


def test_unknown_direction_stops_a_sweep_before_its_first_job(command_line, tmp_path):
    status, written = command_line("-m", *QUICK, "seed=0,1", "sweep.direction=maximise")
    assert status == 1
    assert "one of auto, minimize, maximize" in written.err
    assert "Found `sweep.direction = maximise`." in written.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("subdir", "more"),
    [
        *((subdir, []) for subdir in ("../x", "/tmp/x", ".", "a/../../x", "${seed}/../../x", "link/x")),
        ("../x", ["sweep=optuna", "sweep.n_trials=1"]),
    ],
)
def test_folder_of_a_job_stays_inside_the_sweep(command_line, tmp_path, subdir, more):
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "link").symlink_to(tmp_path)
    words = ("landscape=turn", "steps=1", "hydra.sweep.dir=sweep", f"hydra.sweep.subdir={subdir}")
    rates = "optimizer.lr=interval(0.1,1)" if more else "seed=0,1"
    status, written = command_line("-m", *more, rates, *words)
    assert status == 1
    told = "should be a folder inside the sweep's. Found `hydra.sweep.subdir = "
    assert written.err.startswith(f"landscape_lab: Parameter `hydra.sweep.subdir` {told}")
    assert not (tmp_path / "x").exists()
