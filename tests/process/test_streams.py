"""Closed streams and readers that go away end nothing and are no error."""

import importlib
import importlib.util
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from landscape_lab.errors import one_line
from landscape_lab.process.streams import in_ascii_where_asked

ROOT = Path(__file__).parents[2]


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
        "import sys; from landscape_lab.process.streams import reopen; reopen(); file = open('file', 'w'); "
        "print('out'); print('error', file=sys.stderr); file.write(str(file.fileno()))"
    )
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", code]
    subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert int((tmp_path / "file").read_text()) > 2


def commands():
    """Every module that is called with `python -m`: a new one enrols itself."""
    for file in sorted((ROOT / "landscape_lab").rglob("*.py")):
        if 'if __name__ == "__main__"' in file.read_text():
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
            yield "landscape_lab.command_line" if name == "landscape_lab" else name


def main_of(name):
    """What such a command calls."""
    module = name if importlib.util.find_spec(name).submodule_search_locations is None else f"{name}.__main__"
    return importlib.import_module(module).main


@pytest.mark.parametrize("name", [*commands()])
@pytest.mark.parametrize("variables", [{}, {"LC_ALL": "C"}], ids=["PYTHONIOENCODING=ascii", "LC_ALL=C"])
def test_an_ascii_terminal_gets_ascii_from_every_command(tmp_path, monkeypatch, name, variables):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    streams = {
        stream: io.TextIOWrapper(io.BytesIO(), "utf-8" if variables else "ascii", write_through=True)
        for stream in ("stdout", "stderr")
    }
    for stream, wrapper in streams.items():
        monkeypatch.setattr(sys, stream, wrapper)
    word = "nö=1" if name.endswith("gallery") else "nö … → 丘"
    monkeypatch.setattr(sys, "argv", [name, word])
    with pytest.raises(SystemExit):
        main_of(name)()
    for wrapper in streams.values():
        assert wrapper.buffer.getvalue().isascii()
    assert b"\\xf6" in streams["stderr"].buffer.getvalue()


@pytest.mark.parametrize("name", sorted({*commands()} - {"landscape_lab.command_line"}))
def test_every_command_says_what_it_does_with_its_streams_closed_or_not(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stop:
        main_of(name)()
    assert (stop.value.code, capsys.readouterr().err) == (0, "")
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as stop:
        main_of(name)()
    assert stop.value.code == 0
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    assert not list(tmp_path.iterdir())


def test_signs_of_ours_are_spelt(monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", terminal)
    in_ascii_where_asked()
    sys.stdout.write("1…3 × 2 → ∞, ö")
    assert terminal.buffer.getvalue() == b"1...3 x 2 -> inf, \\xf6"
