"""Studies as users call them: real descents, real storages."""

import json
import math
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
import yaml
from optuna.trial import TrialState
from sweeping import leaderboard

from landscape_lab.sweeps.study.runners import RUNNER, gone, this_process
from landscape_lab.sweeps.study.storages import open_storage

QUICK = ["-m", "sweep=optuna", "landscape=sphere", "steps=20", "hydra.sweep.dir=study"]
RATE = "optimizer.lr=tag(log,interval(1e-3,1))"


def study_in(folder, storage="sqlite"):
    return optuna.load_study(
        study_name="landscape_lab", storage=open_storage(storage, Path(folder).absolute())
    )


def states(study):
    return [trial.state for trial in study.trials]


def results_in(folder):
    return {
        int(file.parent.name.partition("_")[0]): json.loads(file.read_text())
        for file in Path(folder).glob("*/results.json")
    }


def test_every_trial_is_a_job_and_the_best_can_be_run_again(quiet_command):
    status, written = quiet_command(*QUICK, "optimizer=adam,lion", RATE, "sweep.n_trials=4")
    assert (status, written.err) == (0, "")
    assert written.out.splitlines()[-1] == str(Path("study").absolute())
    results, study = results_in("study"), study_in("study")
    assert sorted(results) == [trial.number for trial in study.trials] == list(range(4))
    for trial in study.trials:
        assert trial.value == results[trial.number]["final_loss"]
        assert Path(trial.user_attrs["folder"]).name == f"{trial.number}_sphere_{trial.params['optimizer']}"
    outcome = yaml.safe_load(Path("study/optimization_results.yaml").read_text())
    assert outcome["best"][0]["trial"] == min(results, key=lambda number: results[number]["final_loss"])
    status, _ = quiet_command("--config-dir", "study", "--config-name", "best", "hydra.run.dir=again")
    assert status == 0
    again = json.loads(Path("again/results.json").read_text())
    assert again["final_loss"] == outcome["best"][0]["values"]["final_loss"]
    assert again["config_hash"] == results[outcome["best"][0]["trial"]]["config_hash"]


@pytest.mark.slow
def test_a_study_says_once_that_it_proposes_values_again(quiet_command):
    done = quiet_command("-m", "sweep=optuna", "optimizer=adam,lion", "sweep.n_trials=4", "steps=2")
    assert done.status == 0
    assert done.written.err.count("proposes the values of trial") == 1
    resumed = quiet_command(f"sweep.resume={done.written.out.splitlines()[-1]}", "sweep.n_trials=6")
    assert resumed.status == 0
    assert "proposes" not in resumed.written.err


def test_same_seed_same_study(quiet_command):
    for name in ("one", "two"):
        quiet_command(*QUICK, RATE, "sweep.n_trials=2", f"hydra.sweep.dir={name}")
    assert [trial.params for trial in study_in("one").trials] == [
        trial.params for trial in study_in("two").trials
    ]


@pytest.mark.parametrize(
    ("pruner", "ensemble"),
    [("median", "starts"), pytest.param("hyperband", "single", marks=pytest.mark.slow)],
)
def test_hopeless_trial_is_pruned_while_it_runs(quiet_command, pruner, ensemble):
    settings = {"median": ["n_startup_trials=2", "n_warmup_steps=1"], "hyperband": ["max_resource=5"]}[pruner]
    study = [
        f"sweep.pruner={pruner}",
        *(f"sweep.pruner_settings.{setting}" for setting in settings),
        "sweep.reports=5",
    ]
    study += [f"ensemble={ensemble}"] + ["ensemble.starts.grid=[2,3]", "ensemble.layout=joint"] * (
        ensemble == "starts"
    )
    quiet_command(
        *QUICK, *study, "optimizer=sgd", "optimizer.lr=tag(log,interval(1e-6,0.1))", "sweep.n_trials=6"
    )
    results = results_in("study")
    pruned = [trial for trial in study_in("study").trials if trial.state is TrialState.PRUNED]
    assert pruned
    for trial in pruned:
        assert results[trial.number]["status"] == "pruned"
        assert results[trial.number]["steps"] == 4 * trial.last_step < 20
        assert trial.intermediate_values[trial.last_step] == results[trial.number]["final_loss"]
    rows = leaderboard(Path("study"))
    assert [bool(row["rank"]) for row in rows] == [True] * (6 - len(pruned)) + [False] * len(pruned)
    assert rows[-1]["status"] == "pruned"
    assert float(rows[-1]["final_loss"]) > float(rows[0]["final_loss"])


def test_reports_do_not_change_a_descent(quiet_command):
    quiet_command(*QUICK, "augmentation=gradient_noise", RATE, "sweep.n_trials=1", "sweep.reports=7")
    (result,) = results_in("study").values()
    (trial,) = study_in("study").trials
    assert len(trial.intermediate_values) == 6
    quiet_command(
        "landscape=sphere",
        "steps=20",
        "augmentation=gradient_noise",
        f"optimizer.lr={trial.params['optimizer.lr']}",
        "hydra.run.dir=run",
    )
    assert json.loads(Path("run/results.json").read_text())["final"] == result["final"]


def test_condition_decides_what_is_searched(quiet_command):
    Path("mine/sweep").mkdir(parents=True)
    space = {
        "optimizer": "adam,momentum",
        "when optimizer=momentum": {"optimizer.momentum": "interval(0.5,0.9)"},
    }
    text = yaml.safe_dump({"defaults": ["optuna"], "sweep": {"search_space": space, "n_trials": 4}})
    Path("mine/sweep/own.yaml").write_text(f"# @package _global_\n{text}")
    status, written = quiet_command("--config-dir", "mine", *QUICK[:1], "sweep=own", *QUICK[2:])
    assert (status, written.err) == (0, "")
    trials = study_in("study").trials
    assert {trial.params["optimizer"] for trial in trials} == {"adam", "momentum"}
    assert all(
        ("optimizer.momentum" in trial.params) == (trial.params["optimizer"] == "momentum")
        for trial in trials
    )


def test_several_objectives_keep_all_that_nothing_beats(quiet_command):
    status, written = quiet_command(
        *QUICK[:3], QUICK[-1], "objective=[final_loss,evaluations]", "steps=5,20", RATE, "sweep.n_trials=3"
    )
    assert (status, written.err) == (0, "")
    study = study_in("study")
    best = yaml.safe_load(Path("study/optimization_results.yaml").read_text())["best"]
    assert {row["trial"] for row in best} == {trial.number for trial in study.best_trials}
    assert all(Path(f"study/best_{row['trial']}.yaml").is_file() for row in best)
    assert study.trials[0].values == [results_in("study")[0][name] for name in ("final_loss", "evaluations")]


def test_diverged_is_the_worst_and_failed_teaches_nothing(quiet_command):
    Path("rough.py").write_text(
        "import torch\n"
        "class Rough(torch.optim.SGD):\n"
        "    def step(self, closure=None):\n"
        "        if 0.2 < self.param_groups[0]['lr'] < 2: raise RuntimeError('too rough')\n"
        "        return super().step(closure)\n"
    )
    status, written = quiet_command(
        *QUICK, "optimizer._target_=rough.Rough", "optimizer.lr=1,1e20", "sweep.n_trials=6"
    )
    assert status == 1
    *told, how_many = written.err.splitlines()
    why, again = sorted(told, key=lambda line: "again" in line)
    assert why.endswith("failed: RuntimeError: too rough")
    assert "proposes the values of trial" in again  # of one that diverged, not of one that failed
    assert "failed or did not end" in how_many
    assert re.match(r"6 jobs by final_loss: \d diverged, \d failed", written.out)
    trials = study_in("study").trials
    assert {(trial.params["optimizer.lr"], trial.state.name, trial.value) for trial in trials} == {
        (1, "FAIL", None),
        (1e20, "COMPLETE", math.inf),
    }


def test_a_command_that_cannot_work_is_given_up(quiet_command, monkeypatch):
    monkeypatch.setattr("landscape_lab.sweeps.study.tuning.HOPELESS", 2)
    status, written = quiet_command(
        *QUICK, "optimizer=adam", "optimizer.momentum=interval(0,1)", "sweep.n_trials=30"
    )
    assert status == 1
    assert written.err.splitlines() == [
        "landscape_lab: trial 0 failed: " + written.err.splitlines()[0].partition("failed: ")[2],
        "landscape_lab: The first 2 trials failed, so there will be no more. They are in study",
    ]
    assert "Adam has no parameter `momentum`" in written.err


MISTAKES = {
    "sweep.sampler=tpx": "Found `sweep.sampler = tpx`. Nearest: tpe",
    "sweep.sampler_settings.n_startup=3": "Nearest: n_startup_trials",
    "sweep.pruner=medan": "Found `sweep.pruner = medan`. Nearest: median",
    "sweep.storage=sqlit": "Found `sweep.storage = sqlit`. Nearest: sqlite",
    "sweep.storage=nosql://me:secret@here/db": "storage nosql://me:***@here/db cannot be used",
    "sweep.n_trials=0": "Parameter `sweep.n_trials` should be a positive whole number",
    "sweep.direction=[minimize,maximize]": "should be one for each objective, 1. Found 2",
    "sweep.direction=down": "Parameter `sweep.direction` should be one of auto, minimize, maximize",
    "sweep.trails=3": "There is no key `sweep.trails`. Nearest: trial",
    "sweep.resume=nowhere": "There is no sweep in nowhere",
    "sweep.pruner_settings=null": "`sweep.pruner_settings` should be settings, {key: value}",
    "objective=seconds sweep.pruner=median": "Parameter `sweep.pruner` should be none",
    "optimizer=adam,lion,adm": "There is no optimizer `adm`. Nearest: adam",
    "augmentation=[noise],[nose]": "There is no augmentation `nose`. Nearest: noise",
    "stepz=1,2": "There is no key `stepz`. Nearest: steps",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_stops_before_the_first_job(quiet_command, tmp_path, mistake):
    status, written = quiet_command(*QUICK, RATE, *mistake.split())
    assert status == 1
    (line,) = written.err.splitlines()
    assert MISTAKES[mistake] in line
    assert list(tmp_path.iterdir()) == []


def test_resume_goes_on_until_there_are_enough(quiet_command):
    open_storage("sqlite", Path("study"))  # all that there is where a study is stopped while it begins
    assert quiet_command(*QUICK, RATE, "sweep.n_trials=2")[0] == 0
    before = {file: file.stat().st_mtime_ns for file in Path("study").glob("*/results.json")}
    status, written = quiet_command(*QUICK, RATE, "sweep.n_trials=3")
    assert status == 1
    assert "Go on with sweep.resume=" in written.err
    study = study_in("study")
    cut = study.ask()
    cut.suggest_float("optimizer.lr", 1e-3, 1, log=True)
    machine, number, _ = this_process().rsplit(" ", 2)
    cut.set_user_attr(RUNNER, f"{machine} {number} 1")
    status, written = quiet_command("sweep.resume=study", "sweep.n_trials=4", "hydra.sweep.dir=elsewhere")
    assert status == 0
    assert (
        written.err
        == "landscape_lab: Trials that were cut are run again: 2.\n2 of 4 trials have results already.\n"
    )
    assert written.out.startswith("4 jobs by final_loss: 4 completed")
    trials = study_in("study").trials
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 2 + ["FAIL"] + ["COMPLETE"] * 2
    assert trials[3].params == cut.params
    assert sorted(results_in("study")) == [0, 1, 3, 4]
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert not Path("elsewhere").exists()
    status, written = quiet_command(*QUICK, RATE, "sweep.n_trials=4", "resume=true")
    assert (status, len(study_in("study").trials)) == (0, 5)
    assert written.err == "landscape_lab: Going on with study.\n4 of 4 trials have results already.\n"


def test_resume_of_another_problem_is_refused(quiet_command):
    quiet_command(*QUICK, RATE, "sweep.n_trials=1")
    for changed in ("seed=3", "optimizer.lr=interval(0,1)", "objective=best_loss"):
        status, written = quiet_command("sweep.resume=study", changed)
        assert status == 1
        assert "The study `landscape_lab` in" in written.err
    assert len(study_in("study").trials) == 1


def test_broken_storage_is_told_and_kept(quiet_command):
    for storage, file in (("sqlite", "study.db"), ("journal", "study.journal")):
        path = Path("study") / file
        quiet_command(*QUICK, RATE, "sweep.n_trials=1", f"sweep.storage={storage}")
        path.write_text('{"no study at all, but quite a few words\n')
        status, written = quiet_command("sweep.resume=study", f"sweep.storage={storage}")
        assert status == 1
        assert f"{file} cannot be used: " in written.err
        assert len(written.err.splitlines()) == 1
        assert path.read_text() == '{"no study at all, but quite a few words\n'


def test_a_journal_whose_last_line_is_cut_short_is_told_and_goes_on_without_it(quiet_command):
    journal = [*QUICK, RATE, "sweep.storage=journal"]
    quiet_command(*journal, "sweep.n_trials=1")
    path = Path("study/study.journal")
    whole = path.read_bytes()
    for cut in (b'{"op_code": 4, "worker', b'{"op_code": 4}'):
        path.write_bytes(whole + cut)
        status, written = quiet_command("sweep.resume=study", "sweep.n_trials=2")
        assert (status, path.read_bytes()) == (1, whole + cut)
        (line,) = written.err.splitlines()
        assert f"study.journal cannot be used: line {len(whole.splitlines()) + 1} is cut short" in line
        assert "take this last line away" in line
    path.write_bytes(whole)
    status, written = quiet_command("sweep.resume=study", "sweep.n_trials=2")
    assert status == 0
    assert written.out.startswith("2 jobs by final_loss: 2 completed")


def test_a_study_that_goes_on_needs_no_trust_for_what_the_lab_added(quiet_command):
    """Each trial has a callback of the study's own, which nobody typed."""
    own = ["-m", "sweep=optuna", "landscape=turn", "steps=2", RATE, "logger=none", "figures=[]"]
    quiet_command(*own, "hydra.sweep.dir=study", "sweep.n_trials=1")
    status, written = quiet_command("sweep.resume=study", "sweep.n_trials=2")
    assert (status, written.err) == (0, "1 of 2 trials have results already.\n")
    assert written.out.startswith("2 jobs by final_loss: 2 completed")


def test_an_experiment_that_was_edited_is_refused_by_its_study(quiet_command, tmp_path):
    page = tmp_path / "mine" / "experiment" / "short.yaml"
    page.parent.mkdir(parents=True)
    page.write_text("# @package _global_\nseed: 8\n")
    quiet_command("--config-dir", "mine", *QUICK, "experiment=short", RATE, "sweep.n_trials=1")
    page.write_text("# @package _global_\nseed: 9\n")
    status, written = quiet_command("sweep.resume=study", "sweep.n_trials=2", "trust=true")
    assert status == 1
    assert "was begun with another configuration: " in written.err
    assert "`seed` was 8, is 9" in written.err
    assert len(study_in("study").trials) == 1


@pytest.mark.slow
def test_locked_storage_is_told(quiet_command, monkeypatch):
    quiet_command(*QUICK, RATE, "sweep.n_trials=1")
    monkeypatch.setattr("landscape_lab.sweeps.study.storages.PATIENCE", 0.1)
    with sqlite3.connect("study/study.db") as connection:
        connection.execute("BEGIN EXCLUSIVE")
        status, written = quiet_command(*QUICK, RATE, "sweep.n_trials=2", "sweep.resume=study")
    assert status == 1
    assert "study.db cannot be used: database is locked. Nothing was deleted" in written.err
    assert len(written.err.splitlines()) == 1


def test_process_that_is_gone_is_known():
    assert not gone(this_process())
    child = subprocess.Popen(["sleep", "60"])
    alive = this_process().split()
    runner = (
        f"{alive[0]} {child.pid} {Path(f'/proc/{child.pid}/stat').read_text().rpartition(')')[2].split()[19]}"
    )
    assert not gone(runner)
    child.kill()
    child.wait()
    assert gone(runner)
    assert gone(f"{alive[0]} {alive[1]} 1"), "its number was given to another process"
    assert not gone("another-machine 1 1")


def start(*arguments, cwd):
    command = [sys.executable, "-m", "landscape_lab", "-m", *arguments, "callbacks=none", "logger=none"]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_killed_study_is_resumed_and_no_trial_is_lost(tmp_path):
    arguments = [
        "sweep=optuna",
        "landscape=spiral",
        "steps=3000",
        RATE,
        "sweep.n_trials=12",
        "sweep.pruner=none",
    ]
    process = start(*arguments, "hydra.sweep.dir=study", cwd=tmp_path)
    while len(list(tmp_path.glob("study/*/results.json"))) < 3:
        time.sleep(0.05)
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("study/*/results.json")}
    process = start(*arguments, "sweep.resume=study", cwd=tmp_path)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    trials = study_in(tmp_path / "study").trials
    assert sum(trial.state is TrialState.COMPLETE for trial in trials) == 12
    assert sum(trial.state is TrialState.FAIL for trial in trials) <= 1
    assert all(trial.state.is_finished() for trial in trials)
    assert {file: file.stat().st_mtime_ns for file in before} == before


@pytest.mark.slow
def test_two_processes_share_a_study(tmp_path):
    shared = [
        "sweep=optuna",
        "landscape=spiral",
        "steps=1000",
        RATE,
        "sweep.n_trials=24",
        "sweep.storage=sqlite:///shared.db",
    ]
    processes = [start(*shared, f"hydra.sweep.dir={name}", cwd=tmp_path) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    trials = optuna.load_study(study_name="landscape_lab", storage=f"sqlite:///{tmp_path}/shared.db").trials
    assert 24 <= len(trials) <= 25
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
    assert len({trial.user_attrs[RUNNER] for trial in trials}) == 2
    numbers = [set(results_in(tmp_path / name)) for name in ("one", "two")]
    assert min(map(len, numbers)) >= 3
    assert not numbers[0] & numbers[1]
    assert numbers[0] | numbers[1] == {trial.number for trial in trials}
    assert len({trial.params["optimizer.lr"] for trial in trials}) == len(trials)


@pytest.mark.slow
def test_launcher_with_processes_prunes_through_the_storage(tmp_path):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    pruner = ["sweep.pruner_settings.n_startup_trials=2", "sweep.pruner_settings.n_warmup_steps=1"]
    for storage in ("sqlite", "journal"):
        process = start(
            "sweep=optuna", "landscape=sphere", "steps=40", "optimizer=sgd",
            "optimizer.lr=tag(log,interval(1e-6,0.1))", *pruner,
            "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "sweep.parallel=4", "sweep.n_trials=12",
            f"sweep.storage={storage}", f"hydra.sweep.dir={storage}", cwd=tmp_path,
        )  # fmt: skip
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        found = states(study_in(tmp_path / storage, storage))
        assert len(found) == 12
        assert TrialState.PRUNED in found
        assert len(results_in(tmp_path / storage)) == 12
