"""Files that appear whole or not at all."""

import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from landscape_lab.files.writing import PREFIX, naming, remove_unfinished, replacing


def test_what_is_written_takes_the_name_at_the_end(tmp_path):
    with replacing(tmp_path / "new" / "file.txt") as unfinished:
        unfinished.write_text("whole")
        assert unfinished.suffix == ".txt"
        assert not (tmp_path / "new" / "file.txt").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file.txt"]
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "new" / "file.txt").stat().st_mode & 0o777 == 0o666 & ~mask


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "file.txt").write_text("old")

    def half() -> None:
        with replacing(tmp_path / "file.txt") as unfinished:
            unfinished.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert (tmp_path / "file.txt").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(OSError, match=r"Cannot write x\.png \(File exists\) in the folder"),
        replacing(tmp_path / "file" / "x.png"),
    ):
        pass


@pytest.fixture
def small_files():
    """A system that takes 10,000 bytes of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


WRITERS = {
    "text": lambda path: path.write_text("x" * 20_000),
    "a checkpoint": lambda path: torch.save(torch.zeros(9999), path),
    "weights": lambda path: save_file({"weight": torch.zeros(9999)}, path),
    "arrays": lambda path: np.save(path, np.zeros(9999)),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_disk_that_takes_no_more_is_told_with_the_file_and_its_folder(tmp_path, small_files, writer):
    (tmp_path / "x.npy").write_text("old")
    with (
        pytest.raises(OSError, match=r"Cannot write x\.npy \(File too large\) in the folder") as told,
        replacing(tmp_path / "x.npy") as unfinished,
    ):
        WRITERS[writer](unfinished)
    assert told.value.filename == str(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]
    assert (tmp_path / "x.npy").read_text() == "old"


def test_a_folder_that_is_gone_is_named(tmp_path):
    with (
        pytest.raises(OSError, match=r"Cannot write x\.txt \(No such file or directory\) in the folder"),
        replacing(tmp_path / "gone" / "x.txt") as unfinished,
    ):
        shutil.rmtree(unfinished.parent)


def test_what_is_written_in_place_is_named_too(tmp_path, small_files):
    with (
        pytest.raises(OSError, match=r"Cannot write x\.txt \(File too large\) in the folder"),
        naming(tmp_path / "x.txt"),
    ):
        WRITERS["text"](tmp_path / "x.txt")
    with pytest.raises(FileNotFoundError, match=r"^\[Errno 2\] No such file"), naming(tmp_path / "x.txt"):
        (tmp_path / "y").read_text()


def test_what_must_last_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.readlink(f"/proc/self/fd/{handle}")))
    with replacing(tmp_path / "quick.txt"):
        pass
    assert not synced
    with replacing(tmp_path / "lasting.txt", durable=True) as unfinished:
        unfinished.write_text("x")
    assert synced == [str(unfinished), str(tmp_path)]


def test_what_a_killed_process_was_writing_goes_and_what_a_living_one_writes_stays(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from landscape_lab.files.writing import replacing\n"
        "with replacing(Path(sys.argv[1])) as unfinished: print(unfinished, flush=True); time.sleep(60)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True)
        for path in (tmp_path / "dead.png", tmp_path / "checkpoints" / "dead.ckpt", tmp_path / "living.png")
    ]
    *dead, living = [writer.stdout.readline().strip() for writer in writers]
    (tmp_path / ".hidden.png").touch()  # somebody's own
    for writer in writers[:2]:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    remove_unfinished(tmp_path)
    left = {str(path) for path in tmp_path.rglob("*") if path.is_file()}
    writers[2].kill()
    writers[2].communicate()
    assert left == {living, str(tmp_path / ".hidden.png")}
    assert all(PREFIX in path for path in dead)


def test_a_file_that_was_removed_before_it_was_locked_is_begun_again(tmp_path, monkeypatch):
    lock, calls = fcntl.flock, []

    def remove_first(handle, how):
        calls.append(handle)
        if len(calls) == 1:
            os.unlink(os.readlink(f"/proc/self/fd/{handle}"))
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    with replacing(tmp_path / "x.txt") as unfinished:
        unfinished.write_text("whole")
    assert (tmp_path / "x.txt").read_text() == "whole"
    assert len(calls) == 2
