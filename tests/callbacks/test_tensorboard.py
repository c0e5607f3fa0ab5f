"""What a run can do without, its log and its checkpoints, does not end it where the disk is full."""

import resource
import shutil

import pytest

CURVES = "+callbacks.curves._target_=landscape_lab.callbacks.Curves"
RUN = ("landscape=turn", "steps=400", "callbacks=none", "figures=[]")


@pytest.fixture
def largest_file():
    """Set how many bytes of a file the system takes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def losses(lab, capfd):
    """What a run gives, and that nothing but a line is told of it."""
    whole = lab(*RUN, name="whole").trajectory.losses

    def same(*overrides, told):
        capfd.readouterr()
        found = lab(*RUN, *overrides, quiet=False)
        text = capfd.readouterr().err
        assert text.count("\n") == 1
        assert told in text
        assert found.trajectory.losses.tolist() == whole.tolist()
        assert found.metrics == {**found.metrics, "steps": 400, "status": "completed"}
        return text

    return same


def test_a_full_disk_ends_the_log_and_not_the_run(losses, largest_file):
    largest_file(20_000)
    assert "events.out" in losses(CURVES, told="TensorBoard gets nothing more (File too large): /")


def test_a_folder_that_vanishes_ends_the_log_and_not_the_run(losses, tmp_path, monkeypatch):
    from landscape_lab.callbacks import Stops

    begin = Stops.on_train_start

    def vanish(self, trainer, pl_module):
        for logger in trainer.loggers:
            logger.experiment.flush()
        shutil.rmtree(tmp_path / "run")
        begin(self, trainer, pl_module)

    monkeypatch.setattr(Stops, "on_train_start", vanish)
    losses(CURVES, told="TensorBoard gets nothing more (No such file or directory): ")
    assert (tmp_path / "run" / "results.json").is_file()


def test_a_checkpoint_that_the_disk_refuses_is_told_once(losses, largest_file, tmp_path):
    largest_file(10_000)
    where = (
        f"+callbacks.checkpoints={{_target_: landscape_lab.callbacks.Checkpoints, folder: {tmp_path}/run, "
    )
    losses("logger=none", f"{where}seconds: 1e-9}}", told="Cannot write last.ckpt (File too large) in the fo")
    assert not (tmp_path / "run" / "last.ckpt").exists()
