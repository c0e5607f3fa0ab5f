"""The front door: its commands and its Python run as printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from harm import command as run_command

README = Path(__file__).parents[1] / "README.md"
COMMANDS = re.findall(r"^python (-m landscape_lab [^#\n]+)", README.read_text(), re.MULTILINE)
FILES = re.findall(r"```py\n# (\w+\.py)\n(.*?)```", README.read_text(), re.DOTALL)
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def test_there_is_something_to_run():
    assert len(COMMANDS) >= 3
    assert len(BLOCKS) >= 2


def check_pictures(command, told, folder):
    """The last line names the folder that has the picture."""
    named = folder / told.splitlines()[-1]
    assert (named / ("race.png" if "landscape_lab -m" in command else "path.png")).is_file()
    assert folder in named.parents


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command, tmp_path):
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    words = command.removeprefix("-m landscape_lab").split()
    done = run_command(tmp_path, *words, "steps=20")
    assert done.status == 0, done.err
    check_pictures(command, done.out, tmp_path)
    assert "Warning" not in done.err


def test_a_command_runs_in_a_new_interpreter(tmp_path):
    words = [sys.executable, *COMMANDS[0].split(), "steps=20"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    check_pictures(COMMANDS[0], done.stdout, tmp_path)
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("block", BLOCKS)
def test_python_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert list(tmp_path.rglob("path.png"))


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
        assert (README.parent / target).exists(), target
