"""Landscapes that are no points: several tensors, and a network of ten million parameters."""

import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from training import fit

from landscape_lab import Descent, Trajectory, record
from landscape_lab.landscapes import Landscape
from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.factories import Factory

LBFGS = partial(torch.optim.LBFGS, lr=0.5, history_size=3, max_iter=4)
ADAM = partial(torch.optim.Adam, lr=0.01)


def adahessian() -> Factory:
    from pytorch_optimizer import AdaHessian

    return partial(AdaHessian, lr=0.02)


class Tensors(Landscape):
    """Three tensors for each member, pulled together by one loss."""

    def __init__(self, members=1):
        super().__init__(members)
        generator = torch.Generator().manual_seed(0)
        self.matrix = nn.Parameter(torch.randn(members, 3, 2, generator=generator))
        self.vector = nn.Parameter(torch.randn(members, 3, generator=generator))
        self.number = nn.Parameter(torch.randn(members, 1, generator=generator))

    def _losses(self, matrix, vector, number):
        product = (matrix @ torch.tensor([1.0, -2.0]) - vector).square().sum(-1)
        return (
            product
            + matrix.square().sum((-1, -2)).cosh().log()
            + (number[..., 0] - 0.1 * vector.mean(-1)).square()
        )

    def forward(self, batch=None):
        return self._losses(self.matrix, self.vector, self.number)

    def evaluate(self, points):
        matrix, vector, number = points.split([6, 3, 1], dim=-1)
        return self._losses(matrix.unflatten(-1, (3, 2)), vector, number)


class Network(Landscape):
    """A network on fixed data: its parameters have no dimension of members."""

    def __init__(self, width=3100):
        super().__init__(stacked=False)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.model = nn.Sequential(
                nn.Linear(20, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 3)
            )
        generator = torch.Generator().manual_seed(1)
        self.inputs = torch.randn(8, 20, generator=generator)
        self.targets = torch.randint(3, (8,), generator=generator)

    def forward(self, batch=None):
        return nn.functional.cross_entropy(self.model(self.inputs), self.targets).view(1)

    def evaluate(self, points):
        return torch.cat([self.at(point.view(1, -1)) for point in points])


@pytest.mark.parametrize("members", [1, 4])
@pytest.mark.parametrize("name", ["adam", "lbfgs", "adahessian"])
def test_a_landscape_of_three_tensors_descends(name, members):
    torch.manual_seed(0)
    factory = {"adam": ADAM, "lbfgs": LBFGS, "adahessian": adahessian()}[name]
    module = fit(Descent(Tensors(members), factory, steps=30))
    assert module.ending.by is None
    assert module.trajectory.points.shape == (31, members, 10)
    assert (module.trajectory.losses[-1] < 0.95 * module.trajectory.losses[0]).all()
    landscape = Tensors(members)
    for point, losses in zip(module.trajectory.points[::10], module.trajectory.losses[::10], strict=True):
        np.testing.assert_allclose(landscape.evaluate(torch.from_numpy(point)).detach(), losses, rtol=1e-5)
    if members > 1:
        alone = Tensors().with_members(landscape.flat()[2:3])
        single = fit(Descent(alone, factory, steps=30))
        if name != "adahessian":  # it draws random numbers, and each member its own
            np.testing.assert_allclose(
                single.trajectory.losses[:, 0], module.trajectory.losses[:, 2], rtol=1e-4
            )


@pytest.mark.parametrize("name", ["adam", "lbfgs", "adahessian"])
def test_a_network_descends_and_keeps_fewer_points_than_losses(name, monkeypatch, tmp_path):
    factory = {"adam": ADAM, "lbfgs": LBFGS, "adahessian": adahessian()}[name]
    landscape = Network(width=40)
    monkeypatch.setattr("landscape_lab.records.large_points.MEMORY", 2 * 4 * landscape.dims)
    module = fit(
        Descent(
            landscape, factory, steps=12, steps_per_batch=5, points_file=tmp_path / "points.f16", records=4
        )
    )
    assert module.trajectory.point_steps.tolist() == [0, 3, 6, 9, 12]
    assert module.trajectory.steps.tolist() == [0, 4, 8, 12]
    assert module.trajectory.losses[-1] < module.trajectory.losses[0]
    clean = Network(width=40)
    module.trajectory.save(tmp_path / "trajectory.npz")
    kept = Trajectory.load(tmp_path / "trajectory.npz")
    for step, point in zip(kept.point_steps, kept.points, strict=True):
        if step in kept.steps:
            loss = clean.evaluate(torch.from_numpy(point)).detach().numpy()
            np.testing.assert_allclose(loss, kept.losses[kept.steps == step][0], rtol=2e-2)


def test_a_plain_loop_over_a_network_is_recorded():
    landscape = Network(width=40)
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.01)
    with record(landscape) as recording:
        for _ in range(20):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
    module = fit(Descent(Network(width=40), ADAM, steps=20))
    assert recording.point_steps.tolist() == list(range(21))
    np.testing.assert_allclose(recording.losses, module.trajectory.losses, rtol=1e-4)
    np.testing.assert_allclose(recording.points, module.trajectory.points, atol=2e-4)


def test_where_a_chunk_ends_changes_nothing(monkeypatch):
    def points(seconds):
        monkeypatch.setattr("landscape_lab.chunk.SECONDS", seconds)
        module = Descent(Tensors(4), partial(torch.optim.SGD, lr=0.05), steps=40, steps_per_batch=16)
        with torch.no_grad():
            module.landscape.matrix[1] = 1e18  # diverges
        return fit(module).trajectory

    whole, cut = points(1e9), points(0.0)
    for name in ("points", "losses", "steps", "evaluations"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(cut, name))


LARGE = """
import sys
sys.path[:0] = ["tests"]
import torch, test_large
from training import fit
from landscape_lab import Descent
from pathlib import Path
torch.set_num_threads(1)
landscape = test_large.Network()
assert landscape.dims > 9_600_000
factories = {"adam": test_large.ADAM, "lbfgs": test_large.LBFGS, "adahessian": test_large.adahessian()}
factory = factories[sys.argv[1]]
module = Descent(landscape, factory, int(sys.argv[2]), points_file=Path(sys.argv[3]) / "points.f16")
fit(module)
assert module.trajectory.losses[-1] < module.trajectory.losses[0]
print(len(module.trajectory.point_steps), module.tally.seconds)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def descend_large(name, steps, folder):
    """The points that a descent in a process of its own kept, its seconds, the most bytes it took."""
    command = [sys.executable, "-c", LARGE, name, str(steps), str(folder)]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-3:]
    return int(words[0]), float(words[1]), 1024 * int(words[2])


@pytest.mark.slow
def test_ten_million_parameters_cost_little_more_than_a_plain_loop(tmp_path):
    points, seconds, memory = descend_large("adam", 1000, tmp_path)
    landscape = Network()
    optimizer = make_optimizer(ADAM, landscape)
    began = time.perf_counter()
    for _ in range(100):
        optimizer.zero_grad()
        landscape().sum().backward()
        optimizer.step()
    plain = 10 * (time.perf_counter() - began)
    print(
        f"Descent {seconds:.1f} s, plain loop {plain:.1f} s, "
        f"ratio {seconds / plain:.2f}; {memory / 1e9:.2f} GB"
    )
    assert points == 201
    assert seconds < 1.5 * plain
    assert memory < 1.5e9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lbfgs", "adahessian"])
def test_ten_million_parameters_take_second_order_steps(name, tmp_path):
    assert descend_large(name, 3, tmp_path)[0] == 4
