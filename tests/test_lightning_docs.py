"""What docs/lightning.md says runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "lightning.md").read_text()
FILES = re.findall(r"```py\n# (\w+\.py)\n(.*?)```", TEXT, re.DOTALL)
(SCRIPT,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_it_is_short():
    lines = [line for line in SCRIPT.splitlines() if line.strip()]
    assert len(lines) <= 30


@pytest.mark.slow
def test_it_runs(tmp_path):
    for name, text in [*FILES, ("look.py", SCRIPT.replace("max_epochs=4", "max_epochs=1"))]:
        (tmp_path / name).write_text(text)
    command = [sys.executable, "look.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for name in ("plane.png", "plane.mp4", "race.png", "race.mp4"):
        assert (tmp_path / name).stat().st_size > 5_000, name
