"""A killed grid goes on where it was, to the bit."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from landscape_lab.planes.grid_file import GridFile

PLACES = torch.rand(10, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
SCRIPT = """
import sys, time
import numpy as np, torch
from torch import nn
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.planes import Plane, Window, grid, grid_file
torch.set_num_threads(1)
torch.manual_seed(0)
inputs = torch.randn(20, 1, 4, 4)
model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8, 3))
landscape = NetworkLandscape(model, (inputs, torch.randint(3, (20,))))
plane = Plane(landscape.flat()[0].clone(), torch.randn(2, landscape.dims))
grid_file.SECONDS = 0.05
GridFile = grid_file.GridFile
grid.GridFile = lambda file, key: GridFile(file, key, 0.05)
grid.CHEAP = 0.0
folder, slow = sys.argv[1], float(sys.argv[2])
one = grid.measure_at
def slowly(*about):
    measure = one(*about)
    def at(places):
        time.sleep(slow * len(places))
        return measure(places)
    return at
grid.measure_at = slowly
grid._seconds = lambda measure: 0.05
seen = grid.sample(landscape, plane, Window(-3.0, 3.0, -2.0, 3.0), resolution=24, folder=folder)
np.savez(folder + "/seen.npz", losses=seen.losses, accuracy=seen.accuracy)
print("done")
"""


def measured(file, places=PLACES, block=3):
    asked = []

    def measure(part):
        asked.append(len(part))
        return {"loss": part.sum(1).numpy(), "accuracy": part[:, 0].numpy()}

    found = file.measured(measure, block, lambda known, made: None)(places)
    return found, asked


def test_what_is_known_is_not_measured_again(tmp_path):
    path = tmp_path / "grid.npz"
    first = GridFile(path, "one", seconds=0.0)
    found, asked = measured(first)
    first.save()
    assert asked == [3, 3, 3, 1]
    again, asked = measured(GridFile(path, "one"))
    assert asked == []
    assert all((again[name] == found[name]).all() for name in ("loss", "accuracy"))
    assert measured(GridFile(path, "two"))[1] == [3, 3, 3, 1]
    longer = torch.cat([PLACES[:9], PLACES])
    path.unlink()
    measured(GridFile(path, "one", seconds=0.0), PLACES[:9])
    found, asked = measured(GridFile(path, "one"), longer)
    assert asked == [3, 3, 3, 1]
    np.testing.assert_array_equal(found["loss"], longer.sum(1))


def test_facts_are_found_once(tmp_path):
    file = GridFile(tmp_path / "grid.npz", "one", seconds=0.0)
    assert file.fact("cost", lambda: np.array([1.5])) == [1.5]
    measured(file)
    assert GridFile(tmp_path / "grid.npz", "one").fact("cost", lambda: np.array([9.0])) == [1.5]


def test_a_damaged_file_is_begun_anew(tmp_path):
    path = tmp_path / "grid.npz"
    file = GridFile(path, "one", seconds=0.0)
    measured(file)
    path.write_bytes(path.read_bytes()[:200])
    assert measured(GridFile(path, "one"))[1] == [3, 3, 3, 1]


@pytest.mark.slow
def test_a_grid_that_is_killed_is_the_same_to_the_bit(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    command = [sys.executable, "-c", SCRIPT]
    subprocess.run([*command, whole, "0"], check=True)
    for _ in range(2):
        before = {file: file.stat().st_mtime_ns for file in killed.glob("grid-*")}
        process = subprocess.Popen([*command, killed, "0.004"])
        while {file: file.stat().st_mtime_ns for file in killed.glob("grid-*")} == before:
            time.sleep(0.02)
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    subprocess.run([*command, killed, "0"], check=True)
    with np.load(whole / "seen.npz") as expected, np.load(killed / "seen.npz") as found:
        for name in ("losses", "accuracy"):
            np.testing.assert_array_equal(found[name], expected[name])
