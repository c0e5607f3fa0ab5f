"""Heavy imports stay out of what must answer at once."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", ["--help", "--cfg job"])
def test_help_and_configuration_do_without_torch(arguments):
    called = f"sys.argv[1:] = {arguments.split()}; runpy.run_module('landscape_lab', run_name='__main__')"
    told = "atexit.register(lambda: sys.stderr.write('torch' * ('torch' in sys.modules)))"
    watched = f"import atexit, runpy, sys; {told}; {called}"
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "landscape" in done.stdout
    assert done.stderr == ""


def test_plain_run_does_without_optuna(tmp_path):
    called = "landscape_lab.run(['steps=2', 'hydra.run.dir=run'])"
    program = f"import landscape_lab, sys; {called}; print('optuna' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
