"""The front door: its commands and its Python run as printed."""

import re
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


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command, tmp_path):
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    words = command.removeprefix("-m landscape_lab").split()
    done = run_command(tmp_path, *words, "steps=20")
    assert done.status == 0, done.err
    folder = Path(done.out.splitlines()[-1])
    assert (folder / ("race.png" if "landscape_lab -m" in command else "path.png")).is_file()
    assert tmp_path in folder.parents
    assert "Warning" not in done.err


@pytest.mark.parametrize("block", BLOCKS)
def test_python_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert list(tmp_path.rglob("path.png"))


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
        assert (README.parent / target).exists(), target
