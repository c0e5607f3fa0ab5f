"""Heavy imports stay out of what must answer at once."""

import gc
import logging
import os
import subprocess
import sys
import warnings

import pytest
import torch

from landscape_lab.command_line import staying


@pytest.mark.parametrize("arguments", ["--help", "--cfg job"])
def test_help_and_configuration_do_without_torch(arguments):
    run = "import runpy; runpy.run_module('landscape_lab', run_name='__main__')"
    program = f"sys.argv[1:] = {arguments.split()}; {run}"
    watch = (
        "import atexit, sys; atexit.register(lambda: sys.stderr.write('torch' * ('torch' in sys.modules)))"
    )
    watched = f"{watch}; {program}"
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "landscape" in done.stdout
    assert done.stderr == ""


def test_plain_run_does_without_optuna(tmp_path):
    run = "landscape_lab.run(['steps=2', 'hydra.run.dir=run'])"
    program = f"import landscape_lab, sys; {run}; print('optuna' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_run_leaves_the_process_as_it_was(tmp_path, monkeypatch):
    from landscape_lab import run

    def state():
        logger = logging.getLogger("pytorch_lightning")
        return list(warnings.filters), logger.level, list(sys.path), torch.get_num_threads(), dict(os.environ)

    (tmp_path / "own_bowl.py").write_text("def loss(x, y):\n    return x**2 + y**2\n")
    monkeypatch.chdir(tmp_path)
    quiet = ["callbacks=none", "logger=none", "hydra.run.dir=run", "steps=2"]
    run(
        [*quiet, "landscape=function", "landscape.fn=own_bowl.loss"]
    )  # Lightning notes its seed in the environment once
    monkeypatch.setattr(logging.getLogger("pytorch_lightning"), "level", logging.INFO)
    before = state()
    run([*quiet, "landscape=function", "landscape.fn=own_bowl.loss"])
    assert state() == before
    assert str(tmp_path) not in sys.path
    with pytest.raises(ValueError, match="`steps`"):
        run([*quiet, "steps=0", "hydra.run.dir=refused"])
    assert state() == before
    assert not (tmp_path / "refused").exists()


def test_what_is_imported_is_not_searched_for_garbage_again():
    frozen = gc.get_freeze_count()
    with staying():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen
    with pytest.raises(ImportError), staying():
        raise ImportError
    assert gc.isenabled()
