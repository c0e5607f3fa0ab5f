"""Files that appear whole or not at all."""

import os

import pytest

from landscape_lab.files import replacing


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
        pytest.raises(OSError, match=r"Cannot write x\.png in the folder"),
        replacing(tmp_path / "file" / "x.png"),
    ):
        pass
