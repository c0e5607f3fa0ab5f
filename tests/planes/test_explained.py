"""Shares of the motion, against scikit-learn and a loop over points."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from landscape_lab.planes import explained, plane, principal
from landscape_lab.planes.explained import explained_variance


def paths():
    """Two paths of two members."""
    points = np.random.default_rng(0).normal(size=(2, 15, 2, 40)).cumsum(axis=1) + 3.0
    return [points[0], points[1]]


@pytest.mark.parametrize("block", [2**22, 200])
def test_shares_of_principal_directions_are_those_of_scikit_learn(block, monkeypatch):
    monkeypatch.setattr(plane, "BLOCK", block)
    together = np.concatenate([path.reshape(-1, 40) for path in paths()])
    theirs = PCA(2, svd_solver="full").fit(together)
    ours = principal(paths())
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(ours.directions, theirs.components_, atol=1e-9)
    np.testing.assert_allclose(explained_variance(paths(), ours.directions), ours.explained, rtol=1e-9)


def test_shares_of_oblique_directions_add_up_to_that_of_the_plane():
    directions = torch.randn(2, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    directions[1] += 3 * directions[0]
    together = np.concatenate([path.reshape(-1, 40) for path in paths()])
    middle = together.mean(axis=0)
    first = directions[0].numpy() / np.linalg.norm(directions[0])
    total = along = inside = 0.0
    for point in together - middle:
        total += point @ point
        along += (point @ first) ** 2
        nearest = np.linalg.lstsq(directions.numpy().T, point, rcond=None)[0] @ directions.numpy()
        inside += nearest @ nearest
    found = explained_variance(paths(), directions)
    np.testing.assert_allclose([found[0], sum(found)], [along / total, inside / total], rtol=1e-9)


def test_points_that_are_not_finite_do_not_count():
    path = paths()[0]
    lost = np.concatenate([path, np.full((1, 2, 40), np.nan)])
    directions = torch.eye(2, 40)
    np.testing.assert_allclose(explained_variance([lost], directions), explained_variance([path], directions))


@pytest.mark.parametrize("motion", [[], [np.ones((4, 1, 3))], [np.full((4, 1, 3), np.nan)]])
def test_of_no_motion_there_are_no_shares(motion):
    assert explained.explained_variance(motion, torch.eye(2, 3)) is None
