"""What two runs agree upon."""

import re

import pytest
from omegaconf import OmegaConf

from landscape_lab.configuration.agreement import difference, settings_of_run

CONFIGURATION = """
steps: 60
epochs: null
seed: 0
folder: here
figures: [path]
optimizer: {_target_: torch.optim.Adam, lr: 0.1, betas: [0.9, 0.99]}
scheduler: {T_max: "${steps}"}
trainer: {max_steps: "${steps}", accelerator: cpu}
data: {key: "${oc.env:SECRET}"}
landscape: {h: 0.5}
"""


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.setenv("SECRET", "geheim")
    return lambda **changes: settings_of_run(OmegaConf.merge(OmegaConf.create(CONFIGURATION), changes))


def test_only_what_decides_counts_and_no_secret_is_kept(settings, monkeypatch):
    found = settings()
    assert set(found) == {
        *("seed", "optimizer._target_", "optimizer.lr", "optimizer.betas", "scheduler.T_max"),
        *("trainer.accelerator", "data.key", "landscape.h"),
    }
    assert found["scheduler.T_max"] == "${steps}"
    assert "geheim" not in str(found)
    monkeypatch.setenv("SECRET", "other")
    assert difference(found, settings()).startswith("`data.key` was ${oc.env:SECRET} (sha256 ")


CHANGES = {
    "steps=99": ({"steps": 99}, None),
    "figures": ({"figures": []}, None),
    "rate": ({"optimizer": {"lr": 0.2}}, "`optimizer.lr` was 0.1, is 0.2"),
    "list": ({"optimizer": {"betas": [0.5, 0.9]}}, r"`optimizer.betas` was \[0.9, 0.99\], is \[0.5, 0.9\]"),
    "new": ({"optimizer": {"fused": True}}, "`optimizer.fused` was none, is true"),
    "class": (
        {"optimizer": {"_target_": "my.Own", "lr": 3}},
        "`optimizer._target_` was torch.optim.Adam, is",
    ),
    "length": ({"scheduler": {"T_max": 60}}, r"`scheduler.T_max` was \$\{steps\}, is 60"),
    "file": ({"contents": {"landscape.image": "ab"}}, "what `landscape.image` held is not known"),
}


@pytest.mark.parametrize(("changes", "told"), CHANGES.values(), ids=CHANGES)
def test_the_key_that_differs_is_named_with_both_values(settings, changes, told):
    found = difference(settings(), settings(**changes))
    assert found is None if told is None else re.match(told, found)


def test_an_edited_file_is_told_by_the_key_that_names_it():
    before, now = ({"contents.landscape.image": digest} for digest in "ab")
    assert difference(before, now) == "the file of `landscape.image` was edited"


def test_a_name_is_told_and_decides_nothing():
    assert (
        difference({"landscape": "turn", "landscape.h": 1}, {"landscape": "image", "landscape.h": 1}) is None
    )
