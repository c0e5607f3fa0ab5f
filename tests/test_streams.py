"""Closed streams and readers that go away end nothing and are no error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from landscape_lab.errors import one_line

ROOT = Path(__file__).parents[1]


@pytest.fixture
def pipe(monkeypatch):
    """Standard output is a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", closefd=False) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        yield writing
    os.close(writing)


def test_nobody_need_read_to_the_end(pipe):
    with one_line():
        print("a table")
    print("what comes afterwards leads nowhere")


def test_a_table_that_nobody_reads_is_no_error(pipe):
    from rich.console import Console

    with one_line():
        Console(file=sys.stdout).print("a table")


def test_another_pipe_that_breaks_is_told(monkeypatch, capsys):
    with open(os.devnull, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as stop, one_line():
            raise BrokenPipeError("ffmpeg")
    assert stop.value.code == 1
    assert "ffmpeg" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- >&- 2>&-"])
def test_no_file_is_taken_for_a_closed_stream(tmp_path, closed):
    code = (
        "import sys; from landscape_lab.streams import reopen; reopen(); file = open('file', 'w'); "
        "print('out'); print('error', file=sys.stderr); file.write(str(file.fileno()))"
    )
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", code]
    subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert int((tmp_path / "file").read_text()) > 2
