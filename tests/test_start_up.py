"""Heavy imports stay out of what must answer at once, and arrows go one way."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "landscape_lab"


@pytest.mark.parametrize("arguments", ["--help", "--cfg job"])
def test_help_and_configuration_do_without_torch(arguments):
    program = f"import runpy; sys.argv[1:] = {arguments.split()}; runpy.run_module('landscape_lab', run_name='__main__')"
    watched = f"import atexit, sys; atexit.register(lambda: sys.stderr.write('torch' * ('torch' in sys.modules))); {program}"
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "landscape" in done.stdout
    assert done.stderr == ""


def test_plain_run_does_without_optuna(tmp_path):
    program = "import landscape_lab, sys; landscape_lab.run(['steps=2', 'hydra.run.dir=run']); print('optuna' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        (
            "landscapes",
            r"pytorch_lightning|hydra|matplotlib|landscape_lab\.(trajectory|planes|scene|drawing|descent|callbacks|lab)",
        ),
        (
            "optimizers",
            r"pytorch_lightning|hydra|matplotlib|landscape_lab\.(trajectory|planes|scene|drawing|descent|callbacks|lab)",
        ),
        ("augmentations", r"pytorch_lightning|hydra|matplotlib|landscape_lab\.(scene|drawing|descent|callbacks|lab)"),
        ("planes", r"pytorch_lightning|hydra|matplotlib|landscape_lab\.(scene|drawing|descent|callbacks|lab)"),
        ("scene.py", r"pytorch_lightning|hydra|matplotlib|landscape_lab\.(drawing|descent|callbacks|lab)"),
        ("drawing", r"pytorch_lightning|hydra|landscape_lab\.(landscapes|descent|callbacks|lab)"),
        ("descent.py", r"hydra|matplotlib|landscape_lab\.(drawing|callbacks|lab)"),
    ],
)
def test_arrows_go_one_way(folder, forbidden):
    place = PACKAGE / folder
    files = [place] if place.suffix else sorted(place.rglob("*.py"))
    assert files
    for file in files:
        found = re.findall(rf"^(?:from|import) ({forbidden})\b", file.read_text(), re.MULTILINE)
        assert not found, f"{file.name} imports {found}"
