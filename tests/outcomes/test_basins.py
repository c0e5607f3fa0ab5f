"""Basins of attraction: every verdict is that of a descent made alone."""

import numpy as np
import pytest
import torch

from landscape_lab.ensemble import Ensemble, make_ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.outcomes.basins import CELLS, LOST, MOVING, Settling, find_basins, grid_shape

STEPS = 150


def settled(path, reach):
    """The rule, for one path."""
    place, since = path[0], 0
    for step, point in enumerate(path):
        if (np.abs(point - place) > reach).any():
            place, since = point, step
    return since


def test_settling_is_what_a_plain_loop_finds():
    paths = np.random.default_rng(0).normal(size=(60, 5, 2)).cumsum(axis=0)
    settling = Settling(torch.from_numpy(paths[0]), torch.tensor([1.5, 2.5]))
    settling.follow(0, torch.from_numpy(paths[:20]))
    settling.follow(20, torch.from_numpy(paths[20:]))
    assert settling.since.tolist() == [settled(paths[:, member], (1.5, 2.5)) for member in range(5)]


def test_every_verdict_is_that_of_a_descent_made_alone(lab):
    result = lab("experiment=basins", "ensemble.starts.grid=[14,9]", f"steps={STEPS}", quiet=False)
    with np.load(result.folder / "basins.npz") as archive:
        saved = dict(archive)
    assert saved["verdicts"].shape == (9, 14)
    assert (result.folder / "basins.png").is_file()
    low, high = FunctionLandscape.named("himmelblau").bounds.double()
    for row, column in np.random.default_rng(0).integers((9, 14), size=(12, 2)):
        share = torch.tensor([(column + 0.5) / 14, (row + 0.5) / 9])
        landscape = FunctionLandscape.named("himmelblau", start=(low + share * (high - low)).tolist())
        optimizer = torch.optim.SGD(landscape.parameters(), lr=0.005, momentum=0.9)
        path = [landscape.flat()[0].numpy().copy()]
        for _ in range(STEPS):
            landscape.backward()
            optimizer.step()
            path.append(landscape.flat()[0].numpy().copy())
        verdict = saved["verdicts"][row, column]
        since = settled(path, ((high - low) / (2 * CELLS)).numpy())
        if since > 0.9 * STEPS:
            assert verdict == MOVING
        else:
            nearest = np.linalg.norm(landscape.minima.numpy() - path[-1], axis=1).argmin()
            np.testing.assert_allclose(saved["places"][verdict], landscape.minima[nearest], atol=0.1)
        assert abs(saved["steps"][row, column] - since) <= 1


def test_members_without_rest_have_no_attractor():
    ensemble = make_ensemble(FunctionLandscape(lambda x, y: x + y, bounds=(-1, 1)), starts={"grid": [3, 2]})
    settling = Settling(ensemble.points, torch.tensor([0.01, 0.01]))
    settling.since[1] = 99
    ends = torch.tensor([[0.5, 0.5], [0.5, 0.5], [0.505, 0.5], [float("nan"), 0.0], [50.0, 0.0], [-0.5, 0.5]])
    basins = find_basins(
        ensemble, ends, ends.sum(1), settling, torch.tensor([[-1.0, -1.0], [1.0, 1.0]]), steps=100
    )
    assert basins.verdicts.tolist() == [[0, MOVING, 0], [LOST, LOST, 1]]
    np.testing.assert_allclose(basins.points, [[0.5, 0.5], [-0.5, 0.5]])
    np.testing.assert_allclose(basins.shares, [2 / 6, 1 / 6])


def test_starts_that_are_no_grid_are_told():
    for ensemble in (
        Ensemble(torch.rand(6, 2)),
        Ensemble(torch.zeros(1, 2)),
        make_ensemble(FunctionLandscape.named("booth"), starts={"grid": [3, 2]}, seeds=2),
    ):
        with pytest.raises(ValueError, match="on a grid: ensemble=starts"):
            grid_shape(ensemble)
