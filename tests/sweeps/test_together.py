"""Finished runs on one scene."""

import json
from pathlib import Path

import pytest
import yaml

from landscape_lab.drawing.video import Film
from landscape_lab.planes import PlaneSettings
from landscape_lab.runs import Run
from landscape_lab.sweeps.together import bring_together, landscape_identity, sorted_keys, split_words

QUICK = ["landscape=turn", "steps=5", "callbacks=none", "logger=none", "hydra.sweep.dir=sweep"]


@pytest.fixture
def sweep(command_line, tmp_path):
    """The folder of a sweep of two optimizers and two seeds."""
    assert command_line("-m", *QUICK, "optimizer=adam,sgd", "seed=0,1").status == 0
    return tmp_path / "sweep"


def test_a_sweep_stands_for_its_jobs_and_those_called_alike_are_told_apart(sweep, capsys):
    together = bring_together([sweep])
    labels = {trajectory.label for trajectory in together.trajectories}
    assert {"adam, lr 0.05 (0_turn_adam)", "adam, lr 0.05 (1_turn_adam)"} < labels
    ends = [trajectory.losses[-1, 0] for trajectory in together.trajectories]
    assert ends == sorted(ends)
    assert together.settings_with({"centre": "3_turn_sgd"}).centre in labels
    assert together.settings_with({"centre": "start", "levels": 3}).levels == 3
    (sweep / "0_turn_adam" / "trajectory.npz").unlink()
    assert len(bring_together([sweep]).trajectories) == 3
    assert "0_turn_adam did not come to its end and is left out" in capsys.readouterr().err
    for file in sweep.glob("*/trajectory.npz"):
        file.unlink()
    with pytest.raises(FileNotFoundError, match="There is no run in"):
        bring_together([sweep])


def test_a_landscape_is_told_by_what_its_clean_losses_need(tmp_path):
    def identity(name: str, **groups: dict) -> str:
        file = tmp_path / name / ".hydra" / "config.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(yaml.safe_dump(groups))
        return landscape_identity(Run(tmp_path / name))

    network = {"landscape": {"batch_size": 5, "loss": None}, "model": {"hidden": [4]}, "data": {"samples": 9}}
    first = identity("first", **network, optimizer={"lr": 1})
    assert first == identity("draws", **network | {"landscape": {"batch_size": 9, "loss": None}})
    assert first != identity("model", **network | {"model": {"hidden": [5]}})
    assert first != identity("data", **network | {"data": {"samples": 8}})
    assert set(json.loads(first)) == {"landscape", "model", "data"}


def test_words_are_keys_or_paths():
    keys = ["centre=adam", "plane.levels=[1]"]
    assert split_words(["a/b", *keys]) == (keys, [Path("a/b")])
    film, plane = sorted_keys(["levels=[0.5]", "fps=5", "plane.centre=adam, lr 1"], Film, PlaneSettings)
    assert (film, plane) == ({"fps": 5}, {"levels": [0.5], "centre": "adam, lr 1"})
    with pytest.raises(ValueError, match=r"Found `key = colourmap`\. Nearest: colormap"):
        sorted_keys(["colourmap=bone"], Film, PlaneSettings)
