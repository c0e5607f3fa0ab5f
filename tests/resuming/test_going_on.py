"""Exit 0 says: these are the results of exactly this configuration, whatever was in the folder before."""

import json
import random
import shutil
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab import Trajectory, run
from landscape_lab.files.sealing import SIZE, seal

QUIET = [
    "callbacks=none",
    "logger=none",
    "+callbacks.checkpoints._target_=landscape_lab.callbacks.Checkpoints",
]
BEGUN = {
    "picture": ["landscape=turn", "optimizer=adam", "steps=4"],
    "formula": ["landscape=rosenbrock", "optimizer=sgd", "optimizer.lr=0.001", "steps=4"],
    "ensemble": ["landscape=turn", "ensemble.starts={random:3}", "augmentation=shift_noise", "steps=4"],
    "network": ["landscape=network", "model=mlp", "data=moons", "data.samples=50", "steps=4"],
    "shapes": [
        "landscape=shapes",
        "landscape.shapes=4",
        "landscape.size=16",
        "landscape.cohorts=2",
        "steps=4",
    ],
}
"""Runs that leave a checkpoint."""
REFUSED = [
    ("picture", "landscape=rosenbrock", "`landscape` was turn, is rosenbrock"),
    ("picture", "landscape=spiral", "`landscape` was turn, is spiral"),
    ("picture", "optimizer=lion", "`optimizer` was adam, is lion"),
    ("picture", "optimizer.lr=0.5", "`optimizer.lr` was 0.05, is 0.5"),
    ("picture", "optimizer.betas=[0.5,0.9]", "`optimizer.betas` was none, is [0.5, 0.9]"),
    ("picture", "seed=1", "`seed` was 0, is 1"),
    ("picture", "start=[0.1,0.2]", "`start` was null, is [0.1, 0.2]"),
    ("picture", "landscape.smoothing=1", "`landscape.smoothing` was 2.0, is 1"),
    ("picture", "augmentation=shift_noise", "`augmentation."),
    ("picture", "scheduler=cosine", "`scheduler"),
    ("picture", "target=0.1", "`target` was null, is 0.1"),
    ("formula", "landscape=beale", "`landscape` was rosenbrock, is beale"),
    ("ensemble", "ensemble.starts={random:2}", "`ensemble.starts.random` was 3, is 2"),
    ("ensemble", "augmentation=none", "`augmentation."),
    ("network", "data.samples=60", "`data.samples` was 50, is 60"),
    (
        "network",
        "data=spirals",
        "`data._target_` was landscape_lab.data.moons, is landscape_lab.data.spirals",
    ),
    ("network", "landscape.batch_size=10", "`landscape.batch_size` was null, is 10"),
    ("shapes", "landscape.cohorts=1", "`landscape.cohorts` was 2, is 1"),
    ("shapes", "landscape.shapes=5", "`landscape.shapes` was 4, is 5"),
]
"""Which run, what is typed beside its command, and what is told."""
TAKEN = ["steps=6", "figures=[path]", "threads=1", "plane=pca", "objective=best_loss", "records=10000"]
"""What may differ."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The folder of a run that has ended, made once for each."""

    @cache
    def made(name):
        folder = tmp_path_factory.mktemp(name)
        run([*QUIET, checkpoints_in(folder), f"hydra.run.dir={folder}", *BEGUN[name]])
        return folder

    return made


def checkpoints_in(folder):
    return f"+callbacks.checkpoints.folder={folder}/checkpoints"


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("way", ["resume", pytest.param("ckpt_path", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("name", "change", "told"), REFUSED, ids=lambda one: one if "=" in one else "")
def test_a_checkpoint_of_another_configuration_is_refused_by_the_key(
    begun, tmp_path, name, change, told, way
):
    folder = begun(name)
    before = content(folder)
    where = ["resume=true"] if way == "resume" else [f"ckpt_path={folder}/checkpoints/last.ckpt"]
    into = folder if way == "resume" else tmp_path / "other"
    with pytest.raises(ValueError, match="of another configuration: ") as refused:
        run([*QUIET, checkpoints_in(into), f"hydra.run.dir={into}", *BEGUN[name], "steps=6", *where, change])
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert content(folder) == before
    assert way == "resume" or not into.exists()


@pytest.mark.parametrize("change", TAKEN)
def test_what_changes_no_number_may_differ(begun, alone, lab, change):
    checkpoint = begun("picture") / "checkpoints" / "last.ckpt"
    gone_on = lab(*BEGUN["picture"], "steps=6", f"ckpt_path={checkpoint}", change)
    whole = alone((*BEGUN["picture"], "steps=6"))
    np.testing.assert_array_equal(gone_on.trajectory.points, whole.trajectory.points)


def test_results_without_a_checkpoint_are_not_written_over(lab):
    folder = lab("landscape=turn", "steps=3").folder
    before = content(folder)
    with pytest.raises(ValueError, match=r"results in .* of another configuration: `optimizer.lr` was"):
        lab("landscape=turn", "steps=3", "optimizer.lr=3", "resume=true")
    assert content(folder) == before
    assert lab("landscape=turn", "steps=3", "optimizer.lr=3").metrics["steps"] == 3


def changed(change):
    """A damage that somebody does to what a checkpoint says, and writes it as torch does."""

    def damage(path):
        state = torch.load(path, weights_only=True)
        change(state)
        torch.save(state, path)

    return damage


def without(name):
    def damage(path):
        with zipfile.ZipFile(path) as archive:
            parts = {part: archive.read(part) for part in archive.namelist() if not part.endswith(name)}
        with zipfile.ZipFile(path, "w") as archive:
            for part, data in parts.items():
                archive.writestr(part, data)

    return damage


def inverted(path):
    text = bytearray(path.read_bytes())
    text[1000:1200] = bytes(255 - byte for byte in text[1000:1200])
    path.write_bytes(text)


def resealed(path):
    torch.save({"global_step": 2, "settings": {}}, path)
    seal(path)


DAMAGES = {
    "200 inverted bytes": inverted,
    "NaN points": changed(lambda state: next(iter(state["state_dict"].values())).fill_(torch.nan)),
    "global_step=-5": changed(lambda state: state.update(global_step=-5)),
    "a part is missing": without("data.pkl"),
    "a key is missing": changed(lambda state: state.pop("descent")),
    "nothing of a descent": resealed,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:2000]),
    "cut at its end": lambda path: path.write_bytes(path.read_bytes()[:-SIZE]),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "of a version before": changed(lambda state: state.pop("settings")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_refused_with_its_name(begun, lab, tmp_path, damage):
    shutil.copytree(begun("picture"), tmp_path / "run")
    path = tmp_path / "run" / "checkpoints" / "last.ckpt"
    DAMAGES[damage](path)
    before = content(tmp_path / "run")
    with pytest.raises(ValueError, match=r"last.ckpt is (damaged|not a checkpoint that can be read)") as told:
        lab(*BEGUN["picture"], "steps=6", "resume=true")
    assert "\n" not in str(told.value)
    assert content(tmp_path / "run") == before


EDITED = {
    "picture": (["landscape=image", "landscape.image=mine.png"], "mine.png", "landscape.image"),
    "class": (["landscape=turn", "optimizer._target_=edited_own.Own"], "edited_own.py", "optimizer._target_"),
    "table": (
        ["landscape=network", "model=mlp", "data=table", "data.file=my.csv"], "my.csv", "data.file",
    ),
}  # fmt: skip


def write(path, times):
    """A file of its kind whose content depends on a number."""
    if path.suffix == ".png":
        Image.fromarray((np.arange(35).reshape(5, 7) * times).astype(np.uint8)).save(path)
    elif path.suffix == ".csv":
        path.write_text("a,b,y\n" + "".join(f"{line},{times},{line % 2}\n" for line in range(20)))
    else:
        path.write_text(f"import torch\n\n\nclass Own(torch.optim.SGD):\n    times = {times}\n")


@pytest.mark.parametrize(("words", "file", "key"), EDITED.values(), ids=EDITED)
def test_an_edited_file_is_another_configuration(lab, tmp_path, monkeypatch, words, file, key):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    settings = [*QUIET, checkpoints_in(tmp_path / "run"), "optimizer.lr=0.01", *words]
    write(tmp_path / file, 1)
    first = lab(*settings, "steps=3", quiet=False)
    assert lab(*settings, "steps=3", "resume=true", quiet=False).metrics == first.metrics
    write(tmp_path / file, 2)
    before = content(tmp_path / "run")
    for steps in (3, 5):
        with pytest.raises(ValueError, match=f"the file of `{key}` was edited"):
            lab(*settings, f"steps={steps}", "resume=true", quiet=False)
    assert content(tmp_path / "run") == before
    fresh = lab(*settings, "steps=3", quiet=False)
    assert fresh.metrics["config_hash"] != first.metrics["config_hash"]


def test_going_on_with_a_schedule_that_knows_the_length_is_told(begun, lab, capsys, tmp_path):
    settings = [*QUIET, checkpoints_in(tmp_path / "run"), "landscape=turn", "scheduler=cosine"]
    lab(*settings, "steps=4", quiet=False)
    lab(*settings, "steps=6", "resume=true", quiet=False)
    assert "is of a run of 4 steps, and `scheduler` went by that" in capsys.readouterr().err


CHOICES = {
    "landscape": ["turn", "circle"],
    "optimizer": ["adam", "sgd"],
    "optimizer.lr": ["0.01", "0.001"],
    "seed": ["0", "1"],
    "augmentation": ["none", "none", "shift_noise"],
    "steps": ["3", "5", "8"],
    "target": ["null", "null", "0.3"],
}
"""What random configurations are made of."""


def drawn(source):
    return tuple(f"{key}={source.choice(values)}" for key, values in CHOICES.items())


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What a configuration gives in a folder of its own."""

    @cache
    def ran(words):
        return run([*QUIET[:2], f"hydra.run.dir={tmp_path_factory.mktemp('alone')}", *words])

    return ran


@pytest.mark.parametrize(
    "number", [*range(3), *(pytest.param(number, marks=pytest.mark.slow) for number in range(3, 150))]
)
def test_exit_0_means_the_results_of_exactly_this_configuration(quiet_command, alone, tmp_path, number):
    source = random.Random(number)
    first = drawn(source)
    second = tuple(
        new if source.random() < 0.3 else old for old, new in zip(first, drawn(source), strict=True)
    )
    saved = [*QUIET[2:], checkpoints_in(tmp_path / "run"), "hydra.run.dir=run", "threads=1"]
    assert quiet_command(*saved, *first).status == 0
    how = source.choice([["resume=true"], ["resume=true"], ["ckpt_path=run/checkpoints/last.ckpt"], []])
    before = content(Path("run"))
    done = quiet_command(*saved, *second, *how)
    if done.status != 0:
        assert done.written.err.count("\n") == 1
        assert content(Path("run")) == before
        return
    expected, results = alone((*second, "threads=1")), json.loads(Path("run/results.json").read_text())
    trajectory = Trajectory.load("run/trajectory.npz")
    for name in ("points", "losses", "steps", "evaluations"):
        np.testing.assert_array_equal(getattr(trajectory, name), getattr(expected.trajectory, name))
    for name in set(results) - {"seconds", "steps_per_second"}:
        assert results[name] == expected.metrics[name], name
