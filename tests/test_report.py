import pytest

from landscape_lab import report
from landscape_lab.reporting import NAME


@pytest.fixture
def folder(lab):
    return lab("landscape=himmelblau", "steps=3", "plane.resolution=20").folder


def test_it_writes_a_page_and_tells_where(folder, command_line):
    done = command_line(folder, main=report.main)
    assert done.status == 0
    assert done.written.out == f"{folder / NAME}\n"
    assert (folder / NAME).is_file()


def test_a_file_may_be_named_and_the_plane_changed(folder, command_line, tmp_path):
    done = command_line(folder, tmp_path / "other.html", "resolution=31", main=report.main)
    assert done.written.out == f"{tmp_path / 'other.html'}\n"
    assert '"shape":[31,31]' in (tmp_path / "other.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Give the folders of one or more runs"),
        (["nowhere"], "There is no run in nowhere"),
        (["a.html", "b.html", "run"], "at most one file that ends in .html"),
    ],
)
def test_what_it_cannot_do_is_one_line(words, told, folder, command_line):
    done = command_line(*words, main=report.main)
    assert done.status == 1
    assert told in done.written.err
    assert done.written.err.count("\n") == 1
