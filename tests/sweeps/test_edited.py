"""What edited jobs had is set aside with a line, never mixed and never written over."""

import pytest
from omegaconf import OmegaConf

from landscape_lab.files.owning import FolderTaken, owned
from landscape_lab.runs import Run
from landscape_lab.sweeps.edited import difference_of, set_aside


def job(folder, text):
    (folder / "0_turn_adam").mkdir()
    (folder / "0_turn_adam" / "results.json").write_text(text)


def test_what_a_job_had_is_kept_however_often(tmp_path, capsys):
    for text in ("first", "second"):
        job(tmp_path, text)
        set_aside(tmp_path, {"0_turn_adam": "`seed` was 0, is 1"})
        told = capsys.readouterr().err
        assert told.startswith(
            "landscape_lab: 1 job is run anew: of 0_turn_adam `seed` was 0, is 1. What it had"
        )
        assert not (tmp_path / "0_turn_adam").exists()
    kept = {path.parent.name: path.read_text() for path in tmp_path.glob("before/*/results.json")}
    assert kept == {"0_turn_adam": "first", "0_turn_adam_1": "second"}
    assert not list(tmp_path.rglob(".lock"))


def test_nothing_edited_is_nothing_said(tmp_path, capsys):
    set_aside(tmp_path, {})
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "before").exists()


def test_a_job_that_another_process_runs_stays_where_it_is(tmp_path):
    job(tmp_path, "first")
    with (
        owned(tmp_path / "0_turn_adam"),
        pytest.raises(FolderTaken, match="belongs to another running process"),
    ):
        set_aside(tmp_path, {"0_turn_adam": "x"})
    assert (tmp_path / "0_turn_adam" / "results.json").read_text() == "first"


def test_a_configuration_that_cannot_be_read_was_edited(tmp_path):
    assert difference_of(Run(tmp_path), OmegaConf.create({"seed": 1})) == "its configuration was edited"
