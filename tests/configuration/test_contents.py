"""Digests of the files that a configuration names."""

import pytest
from omegaconf import OmegaConf

from landscape_lab.configuration.contents import settle_contents

NAMED = {
    "picture": ({"landscape": {"image": "my.png"}}, "my.png", "landscape.image"),
    "table": ({"data": {"file": "data/table.csv"}}, "data/table.csv", "data.file"),
    "folder of data": ({"data": {"folder": "data"}}, "data/a.bin", "data.folder"),
    "weights of a run": ({"landscape": {"weights": "run"}}, "run/weights.safetensors", "landscape.weights"),
    "class": ({"optimizer": {"_target_": "my_own.Class"}}, "my_own.py", "optimizer._target_"),
    "class in a package": (
        {"optimizer": {"_target_": "pack.inner.C"}},
        "pack/inner.py",
        "optimizer._target_",
    ),
    "function": ({"landscape": {"fn": "my_own.bowl"}}, "my_own.py", "landscape.fn"),
    "class in a list": (
        {"optimizer": {"groups": [{"_target_": "my_own.C"}]}},
        "my_own.py",
        "optimizer.groups",
    ),
}


def contents(settings):
    cfg = OmegaConf.create(settings)
    settle_contents(cfg)
    return dict(cfg.get("contents", {}))


@pytest.mark.parametrize(("settings", "file", "key"), NAMED.values(), ids=NAMED)
def test_an_edit_changes_the_digest_and_nothing_is_run(tmp_path, monkeypatch, settings, file, key):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text("raise KeyError\n")
    before = contents(settings)
    assert list(before) == [key]
    assert contents(settings) == before
    path.write_text("raise ValueError\n")
    after = contents(settings)
    assert list(after) == [key]
    assert after != before


def test_libraries_words_and_what_is_not_there_have_none():
    cfg = OmegaConf.create(
        {
            "landscape": {"_target_": "landscape_lab.landscapes.ImageLandscape", "image": "no.png", "h": 0.5},
            "optimizer": {"_target_": "torch.optim.Adam", "lr": 0.1, "fn": "math.hypot", "why": "x" * 5000},
            "callbacks": {"file": __file__},
        }
    )
    settle_contents(cfg)
    assert "contents" not in cfg


def test_our_own_pictures_are_the_same_from_everywhere(tmp_path, monkeypatch):
    here = contents({"landscape": {"image": "surfaces/turn.png"}})
    monkeypatch.chdir(tmp_path)
    assert contents({"landscape": {"image": "surfaces/turn.png"}}) == here != {}
