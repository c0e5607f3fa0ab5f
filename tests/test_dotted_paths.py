"""Things that are named by where they are."""

import sys

import pytest

from landscape_lab.dotted_paths import current_folder, locate


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("hypot", "should be a dotted path"),
        ("math.hipot", r"should name something in `math`. Found `fn = math.hipot`. Nearest: hypot"),
        ("nowhere_at_all.fn", "should be installed, or in"),
        ("broken.fn", r"should be importable. Found `fn = broken.fn`: ZeroDivisionError"),
    ],
)
def test_what_cannot_be_found_is_told(tmp_path, monkeypatch, path, message):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=rf"Parameter `fn` {message}"):
        locate("fn", path)


def test_modules_of_the_current_folder_are_found_and_the_path_is_restored(tmp_path, monkeypatch):
    (tmp_path / "mine_alone.py").write_text("class Inner:\n    value = 3\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert locate("fn", "mine_alone.Inner.value") == 3
    assert sys.path == before
    with pytest.raises(KeyError), current_folder():
        raise KeyError
    assert sys.path == before
