import json

import pytest
from omegaconf import OmegaConf

from landscape_lab.drawing import look
from landscape_lab.runs import Run
from landscape_lab.sweeps import jobs
from landscape_lab.sweeps.plan import is_final

SMALL = ("steps=5", "figures=[loss]", "callbacks=default", "logger=none")


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(*_, **__):
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(look.Look, "save", refuse)
        yield patched


def test_a_picture_that_fails_loses_no_result(lab, tmp_path, full_disk):
    where = f"hydra.run.dir={tmp_path}/run"
    with pytest.raises(OSError, match="No space"):
        lab(*SMALL, where)
    run = Run(tmp_path / "run")
    kept = run.results()
    assert (kept["status"], kept["steps"], kept["unfinished"]) == ("completed", 5, True)
    assert run.trajectory().steps[-1] == 5
    assert not is_final(run)
    full_disk.undo()
    again = lab(*SMALL, where, "resume=true")
    assert "unfinished" not in again.metrics
    assert again.metrics["final_loss"] == kept["final_loss"]
    assert json.loads(run.results_file.read_text()) == again.metrics
    assert is_final(run)
    assert (run.folder / "loss.png").is_file()


def test_a_job_whose_picture_fails_keeps_its_results(lab, tmp_path, full_disk):
    where = f"hydra.run.dir={tmp_path}/run"
    with pytest.raises(OSError, match="No space"):
        lab(*SMALL, where)
    run = Run(tmp_path / "run")
    cfg = OmegaConf.create(run.config())
    jobs._keep(OSError("No space"), cfg, {"landscape": "spiral", "optimizer": "adam"}, run)
    kept = run.results()
    assert (kept["status"], kept["steps"], kept["unfinished"]) == ("completed", 5, True)
    assert kept["error"].endswith("No space")


def test_the_weights_of_a_network_are_kept_before_its_pictures(lab, tmp_path, full_disk):
    network = ("landscape=network", "model.hidden=[2]", "data.samples=20", "landscape.batch_size=5")
    with pytest.raises(OSError, match="No space"):
        lab(*SMALL, *network, f"hydra.run.dir={tmp_path}/run")
    assert (tmp_path / "run/weights.safetensors").is_file()
