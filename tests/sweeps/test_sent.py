"""What a sweep's folder that somebody sent adds to a command line."""

from pathlib import Path

import pytest
import yaml

from landscape_lab.sweeps.best import write_best
from landscape_lab.sweeps.resume import resumed, words_to_go_on
from landscape_lab.sweeps.sent import best_of, check_best, check_recorded

HARMLESS = [
    "optimizer=adam,lion",
    "optimizer.lr=0.1,0.01",
    "landscape.start=[0.5,-0.2]",
    "landscape.image=pictures/coast.png",
    "landscape.weights=before.safetensors",
    "optimizer._target_=torch.optim.SGD,torch.optim.Adam",
    "+augmentation.blur={_target_: landscape_lab.augmentations.Blur, sigma: 1}",
    "~callbacks.progress",
    "hydra/launcher=joblib",
    "hydra.launcher.n_jobs=2",
    "sweep.n_trials=20",
    "sweep.storage=sqlite",
    "sweep.storage=journal",
]
HOSTILE = {
    "landscape.fn=os.system": "os.system",
    "landscape.loss=evil.loss": "evil.loss",
    "sweep.mine=[torch.optim.SGD,evil.Mine]": "evil.Mine",
    "optimizer._target_=torch.optim.SGD,evil.Mine": "evil.Mine",
    "++callbacks.x={_target_: os.system, command: id}": "os.system",
    "+landscape.x={a: [{'_target_': 'evil.Mine'}]}": "evil.Mine",
    "optimizer.groups=[{match: '*', class: evil.Mine}]": "evil.Mine",
    "hydra/launcher=submitit_local": "hydra/launcher=submitit_local",
    "hydra.launcher.setup=[id]": "hydra.launcher.setup",
    "+hydra.callbacks.x._target_=evil.Mine": "hydra.callbacks",
    "hydra/sweeper=grid": "hydra/sweeper",
    "hydra.sweeper._target_=evil.Mine": "hydra.sweeper",
    "hydra.job.env_set.X=1": "hydra.job.env_set",
    "hydra.sweep.subdir=${oc.env:HOME}": "oc.env",
    "landscape.name=${oc.env:HOME}": "oc.env",
    "landscape.name=${${a}:HOME}": "${${a}:HOME}",
    "sweep.storage=postgresql://evil/x": "sweep.storage",
    "logger.tensorboard.save_dir=/": "save_dir",
    "trainer.default_root_dir=/": "trainer",
    "folder=/": "folder",
    "callbacks.pictures.folder=/": "callbacks.pictures.folder",
}


def test_what_a_sweep_usually_records_needs_no_word():
    check_recorded(Path("sweep"), [], HARMLESS)


def test_another_launcher_gets_nothing_that_the_old_one_was_given(tmp_path):
    settings = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweep.subdir=mine"]
    sources = [{"provider": "main", "path": "conf"}]
    recorded = {
        "overrides": {"hydra": settings, "task": ["seed=0,1"]},
        "runtime": {"config_sources": sources},
    }
    (tmp_path / "multirun.yaml").write_text(yaml.safe_dump({"hydra": recorded}))
    going_on = f"sweep.resume={tmp_path}"
    assert set(settings) <= set(resumed([going_on]))
    words = set(resumed([going_on, "hydra/launcher=basic"]))
    assert words & {*settings, "hydra/launcher=basic"} == {"hydra.sweep.subdir=mine", "hydra/launcher=basic"}


@pytest.mark.parametrize(("override", "named"), HOSTILE.items())
def test_what_could_do_anything_is_refused(override, named):
    with pytest.raises(ValueError, match=r"^sweep asks for .*trust=true") as refused:
        check_recorded(Path("sweep"), [], [*HARMLESS, override])
    assert named in str(refused.value)


def test_a_folder_of_configurations_is_refused():
    with pytest.raises(ValueError, match="the configurations in /evil"):
        check_recorded(Path("sweep"), ["--config-dir", "/evil"], [])


def record(folder, *overrides):
    """Write into a sweep's folder with which overrides it was begun."""
    hydra = {"overrides": {"hydra": [], "task": list(overrides)}, "runtime": {"config_sources": []}}
    (folder / "multirun.yaml").write_text(yaml.safe_dump({"hydra": hydra}))


def test_the_words_that_go_on_have_trust_where_they_need_it(tmp_path):
    record(tmp_path, "optimizer=adam,lion")
    assert words_to_go_on(tmp_path) == f"sweep.resume={tmp_path}"
    record(tmp_path, "optimizer._target_=my.Own")
    assert words_to_go_on(tmp_path) == f"sweep.resume={tmp_path} trust=true"
    with pytest.raises(ValueError, match=r"my\.Own"):
        resumed(words_to_go_on(tmp_path).split()[:1])
    assert "optimizer._target_=my.Own" in resumed(words_to_go_on(tmp_path).split())


def test_a_recorded_word_of_trust_does_not_count(tmp_path):
    record(tmp_path, "steps=2", "trust=true")
    words = resumed([f"sweep.resume={tmp_path}"])
    assert "trust=false" in words
    assert "trust=true" not in words
    assert "trust=true" in resumed([f"sweep.resume={tmp_path}", "trust=true"])


BEST_WORDS = [
    ["--config-dir", "s", "--config-name", "best"],
    ["--config-dir=s", "--config-name=best.yaml", "steps=2"],
    ["-cd", "s", "steps=2", "-cn", "best"],
]


@pytest.mark.parametrize("words", BEST_WORDS)
def test_the_best_job_is_known_by_its_words(words):
    assert best_of(words) == Path("s/best.yaml")
    assert best_of([word.replace("best", "mine") for word in words]) is None


def test_a_best_job_as_a_sweep_writes_it_needs_no_word(tmp_path):
    file = tmp_path / "best.yaml"
    write_best(
        file, ["landscape=coast", "optimizer=own", "++optimizer.lr=0.1", "augmentation=[noise,blur]"], "one"
    )
    check_best(file)
    assert resumed(["--config-dir", str(tmp_path), "--config-name", "best"])[-1] == "trust=false"


@pytest.mark.parametrize(
    "settings",
    [
        {"defaults": ["config", {"override landscape": "evil"}]},
        {"defaults": ["config", {"override landscape": "../evil"}]},
        {"defaults": ["config", {"override hydra/launcher": "joblib"}]},
        {"defaults": ["config", "evil"]},
        {"defaults": ["config"], "hydra": {"callbacks": {"x": {"_target_": "evil.Mine"}}}},
        {"defaults": ["config"], "landscape": {"_target_": "evil.Mine"}},
        {"defaults": ["config"], "landscape": {"name": "${oc.env:HOME}"}},
        {"defaults": ["config"], "callbacks": [{"a": {"_target_": "evil.Mine"}}]},
    ],
)
def test_a_best_job_that_says_more_is_refused(tmp_path, settings):
    (tmp_path / "best.yaml").write_text(yaml.safe_dump(settings))
    with pytest.raises(ValueError, match=r"asks for .*trust=true"):
        check_best(tmp_path / "best.yaml")
    (tmp_path / "best.yaml").write_text("# @package hydra\ndefaults: [config]\n")
    with pytest.raises(ValueError, match="@package"):
        check_best(tmp_path / "best.yaml")


def test_hostile_best_job_does_nothing(command_line, tmp_path):
    evil = {"_target_": "pathlib.Path.touch", "self": {"_target_": "pathlib.Path", "_args_": ["owned"]}}
    settings = {"defaults": ["config", "_self_"], "hydra": {"callbacks": {"x": evil}}}
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "best.yaml").write_text(yaml.safe_dump(settings))
    status, written = command_line("--config-dir", "sent", "--config-name", "best", "steps=1")
    assert status == 1
    assert written.err.startswith("landscape_lab: sent asks for `hydra.callbacks")
    assert not (tmp_path / "owned").exists()
