"""The notebook in docs/: executed, small, and its cells run without Jupyter."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "first_look.ipynb"
CELLS = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]


def source(cell):
    """The code of a cell."""
    return "".join(cell["source"])


def test_it_was_executed_from_top_to_bottom_and_is_small():
    assert [cell["execution_count"] for cell in CELLS] == list(range(1, len(CELLS) + 1))
    outputs = [output for cell in CELLS for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"execute_result", "stream"}  # no error
    shown = [output.get("data", {}) for output in outputs]
    assert sum("text/html" in data or "image/jpeg" in data for data in shown) == 3
    assert NOTEBOOK.stat().st_size < 400_000


@pytest.mark.slow  # seven descents, and a process that imports torch
def test_its_cells_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    names: dict[str, object] = {"__name__": "__main__"}
    for cell in CELLS:
        exec(compile(source(cell), str(NOTEBOOK), "exec"), names)
    assert isinstance(names["done"], subprocess.CompletedProcess)
    assert names["done"].returncode == 0
    assert names["recording"].losses[-1, 0] < names["recording"].losses[0, 0]
    assert (tmp_path / "race" / "report.html").stat().st_size < 6e6
    assert (tmp_path / "heavy.html").stat().st_size < 6e6
