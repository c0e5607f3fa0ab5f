"""Four optimizers from the same weights, compared on planes and by the barriers between their ends."""

import csv

import numpy as np
import pytest
import torch

from landscape_lab.runs import Run
from landscape_lab.sweeps.together import bring_together

SMALL = [
    "steps=4",
    "model.hidden=[3]",
    "data.samples=40",
    "plane.resolution=14",
    "callbacks=none",
    "logger=none",
]


@pytest.fixture
def four(drawn, command_line, tmp_path):
    """The folder of the experiment, and what it said; a sweep without `-m`."""
    command = ["experiment=four_optimizers", *SMALL, "hydra.sweep.dir=sweep"]
    return tmp_path / "sweep", lambda *words: command_line(*command, *words)


@pytest.mark.slow
def test_the_seed_s_two_pictures_share_directions_and_differ_in_their_centre(four):
    folder, sweep = four
    assert sweep().status == 0
    pictures = {"race.png", "plane_adam.png", "plane_rmsprop.png", "connectivity.png"}
    assert pictures <= {file.name for file in folder.iterdir()}
    runs = {run.name.split("_")[-1]: Run(run) for run in folder.glob("*_network_*")}
    assert set(runs) == {"adam", "sgd", "adagrad", "rmsprop"}
    starts = [run.trajectory().points[0, 0] for run in runs.values()]
    assert all((start == starts[0]).all() for start in starts)
    together = bring_together([folder])
    planes = {
        name: together.scene(together.settings_with({"centre": name})).plane for name in ("adam", "rmsprop")
    }
    assert torch.equal(planes["adam"].directions, planes["rmsprop"].directions)
    for name, plane in planes.items():
        np.testing.assert_allclose(plane.origin, runs[name].trajectory().points[-1, 0])
    with (folder / "connectivity.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6


def test_the_command_line_goes_before_what_an_experiment_sweeps(four):
    folder, sweep = four
    status, written = sweep("optimizer=adam,lion", "sweep.centres=[rmsprop]", "sweep.connectivity=false")
    assert status == 0
    assert sorted(run.name for run in folder.glob("*_network_*")) == ["0_network_adam", "1_network_lion"]
    assert "The jobs were not compared: Parameter `plane.centre` should be one of start" in written.err
    assert "Found `plane.centre = rmsprop`" in written.err
    assert not (folder / "connectivity.csv").exists()
