"""A folder belongs to one running process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from landscape_lab.files.owning import LOCK, FolderTaken, owned

HOLD = "import pathlib, sys, time\nfrom landscape_lab.files.owning import owned\n"
HOLD += "with owned(pathlib.Path(sys.argv[1])):\n    print('mine', flush=True)\n    time.sleep(60)\n"


@pytest.fixture
def holder(tmp_path):
    """Another process that owns `run`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "run"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_a_chosen_folder_of_another_process_is_refused_until_that_is_killed(holder, tmp_path):
    folder = tmp_path / "run"
    with (
        pytest.raises(FolderTaken, match=f"run belongs to another running process .process {holder.pid} on"),
        owned(folder),
    ):
        pass
    with owned(folder, named=False) as free:
        assert free == tmp_path / "run_1"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (folder / LOCK).exists()
    with owned(folder) as ours:
        assert ours == folder
    assert not folder.exists()


def test_a_folder_that_nobody_chose_is_a_new_one(tmp_path):
    folder = tmp_path / "now"
    for number in range(3):
        with owned(folder, named=False) as ours:
            (ours / "results.json").touch()
        assert ours.name == ("now" if number == 0 else f"now_{number}")
        assert not (ours / LOCK).exists()
    with owned(folder) as ours:
        assert ours == folder, "the user may choose a used one"


def test_threads_of_one_process_are_told_apart(tmp_path):
    with owned(tmp_path / "run"), owned(tmp_path / "run", named=False) as other:
        assert other.name == "run_1"
    with owned(tmp_path / "run"), pytest.raises(FolderTaken), owned(tmp_path / "run"):
        pass


def test_an_error_inside_frees_the_folder(tmp_path):
    def fail() -> None:
        with owned(tmp_path / "run") as folder:
            (folder / "kept").touch()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["kept"]
