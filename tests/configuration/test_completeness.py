"""What a run needs is there, and what has no effect is refused, on the command line and in files."""

import re

import pytest
from omegaconf import OmegaConf

from landscape_lab.configuration.completeness import check_complete, check_typed

MISTAKES = {
    "+stepz=3": "There is no key `stepz`. Nearest: steps",
    "+landscap.smoothing=3": "There is no key `landscap`. Nearest: landscape",
    "+callbacks.chekpoints.seconds=1": "There is no `callbacks.chekpoints`. Nearest: checkpoints",
    "+logger.abc.x=1": "There is no `logger.abc`. Nearest:|There is no `logger.abc`. There are: tensorboard",
    "~seed": "The key `seed` should be given: seed=",
    "~trainer": "The key `trainer` should be given: trainer=",
}
FILES = {
    "steps: 3\n": "should hold `# @package _global_` in its first line, then keys and values. Found `steps`.",
    "- steps: 3\n": "`# @package _global_` in its first line, then keys and values. Found a list.",
    "": "Found nothing.",
    "# @package _global_\nstepz: 3\n": "There is no key `stepz`. Nearest: steps",
    "# @package _global_\ncallbacks: 5\n": "`callbacks` should be settings, {key: value}. Found",
    "# @package _global_\nlandscape:\n  smothing: 3\n": "no key `landscape.smothing`. Nearest: smoothing",
    "# @package _global_\noptimizer: null\n": "Parameter `optimizer` should be settings",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_missing_or_has_no_effect_is_refused(lab, mistake, tmp_path):
    with pytest.raises(ValueError, match=MISTAKES[mistake]):
        lab(mistake, "steps=1", quiet=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", FILES)
def test_an_experiment_without_effect_is_named(quiet_command, tmp_path, content):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(content)
    status, written = quiet_command("--config-dir", tmp_path, "experiment=mine", "steps=1")
    assert status == 1
    assert FILES[content] in written.err
    assert written.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["experiment"]


@pytest.mark.parametrize(
    "typed",
    [
        *("landscape=5", "landscape=", "landscape=''", "landscape=[spiral,circle]", "landscape={a:1}"),
        *("optimizer=null", "experiment=5", "model=true", "landscape=spiral,5", "sweep=nan"),
        *("hydra.run.dir=", "hydra.run.dir=''", "hydra.sweep.subdir=null"),
    ],
)
def test_what_cannot_be_a_choice_or_a_folder_is_refused_by_its_name(typed):
    key = re.escape(typed.partition("=")[0])
    with pytest.raises(ValueError, match=f"Parameter `{key}` should be (the name of a choice|a folder)"):
        check_typed([typed])


def test_choices_and_folders_are_taken():
    check_typed(["landscape=spiral,circle", "landscape=glob(*)", "experiment=null", "hydra.run.dir=a", "-m"])


def test_a_key_of_ones_own_is_taken_where_a_value_refers_to_it(lab):
    assert lab("+my.rate=0.25", "optimizer.lr=${my.rate}", "steps=1").metrics["steps"] == 1


def test_a_folder_may_refer_to_a_key_of_ones_own(quiet_command, tmp_path):
    assert quiet_command("+tag=x", "hydra.run.dir=runs/${tag}", "steps=1").status == 0
    assert OmegaConf.load(tmp_path / "runs/x/.hydra/config.yaml").tag == "x"


def test_a_group_that_is_not_needed_may_be_left_out(lab):
    assert lab("~ensemble", "~plane", "~sweep", "steps=1").metrics["status"] == "completed"


def test_it_needs_no_more_than_what_is_composed():
    with pytest.raises(ValueError, match="The key `steps` should be given"):
        check_complete(OmegaConf.create({}), OmegaConf.create({}))


@pytest.mark.parametrize("word", ["callbacks=[default,basins]", "logger=[tensorboard]", "callbacks=default"])
def test_several_names_are_taken_where_each_brings_objects(word):
    check_typed([word])
