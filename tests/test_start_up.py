"""Heavy imports stay out of what must answer at once."""

import gc
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

from landscape_lab.command_line import staying


def new_interpreter(arguments, heavy, folder):
    """A command there, and at the end on standard error `heavy` if that was imported.

    Returns:
        What it wrote on standard output, and on standard error.
    """
    watch = f"atexit.register(lambda: sys.stderr.write('{heavy}' * ('{heavy}' in sys.modules)))"
    run = f"sys.argv[1:] = {arguments.split()}; runpy.run_module('landscape_lab', run_name='__main__')"
    program = [sys.executable, "-c", f"import atexit, runpy, sys; {watch}; {run}"]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("arguments", ["--help", "--cfg job"])
def test_help_and_configuration_do_without_torch(arguments, tmp_path):
    told, errors = new_interpreter(arguments, "torch", tmp_path)
    assert "landscape" in told
    assert errors == ""


def test_plain_run_does_without_optuna(tmp_path):
    told, errors = new_interpreter("optimizer=lion steps=20", "optuna", tmp_path)
    assert (Path(told.splitlines()[-1]) / "path.png").is_file()
    assert not {"optuna", "Warning"} & set(errors.split())


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
