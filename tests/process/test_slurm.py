"""A job of Slurm is queued again."""

import pytest

from landscape_lab.process.slurm import requeue, requeued


@pytest.fixture
def scontrol(tmp_path, monkeypatch):
    """A command that notes what it is asked for."""

    def install(status):
        program = tmp_path / "scontrol"
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\necho not today >&2\nexit {status}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return tmp_path / "asked"

    monkeypatch.setenv("SLURM_JOB_ID", "7")
    return install


def test_slurm_is_asked(scontrol):
    asked = scontrol(0)
    assert requeue() == "Slurm's job 7 is queued again."
    assert asked.read_text() == "requeue 7\n"


def test_a_task_of_an_array_is_named_by_both_numbers(scontrol, monkeypatch):
    asked = scontrol(0)
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "5")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
    requeue()
    assert asked.read_text() == "requeue 5_3\n"


def test_a_refusal_is_told(scontrol):
    scontrol(1)
    assert requeue() == "Slurm's job 7 could not be queued again: not today"


def test_slurm_may_not_be_there(monkeypatch, tmp_path):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "could not be queued again" in requeue()


@pytest.mark.parametrize(
    ("count", "arguments", "expected"),
    [
        (None, ["steps=3"], ["steps=3"]),
        ("0", ["steps=3"], ["steps=3"]),
        ("1", ["steps=3"], ["steps=3", "resume=true"]),
        ("2", ["resume=false"], ["resume=false"]),
    ],
)
def test_a_job_that_was_queued_again_goes_on(monkeypatch, count, arguments, expected):
    monkeypatch.delenv("SLURM_RESTART_COUNT", raising=False)
    if count is not None:
        monkeypatch.setenv("SLURM_RESTART_COUNT", count)
    assert requeued(arguments) == expected
