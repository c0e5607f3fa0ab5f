"""The plane of most motion, against a singular value decomposition of all points."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from landscape_lab.planes import components, plane, principal


def by_svd(points, centred=True):
    """Directions with scikit-learn's signs, and shares."""
    points = points.reshape(-1, points.shape[-1]).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    middle = points.mean(axis=0) if centred else points[-1]
    _, strengths, rows = np.linalg.svd(points - middle, full_matrices=False)
    signs = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])
    return (rows * signs[:, None])[:2], strengths[:2] ** 2 / (strengths**2).sum()


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 30), st.integers(2, 3), st.integers(3, 60), st.integers(0, 99), st.booleans())
def test_directions_are_those_of_a_singular_value_decomposition(records, members, dims, seed, centred):
    rng = np.random.default_rng(seed)
    points = (rng.normal(size=(records, members, dims)).cumsum(axis=0) + 50.0).astype(np.float32)
    points[1, 0, dims // 2] = np.nan
    found = principal([points[:2], points[2:]], centred=centred)
    expected, shares = by_svd(points, centred)
    np.testing.assert_allclose(found.explained, shares, rtol=1e-6)
    if shares[0] - shares[1] > 0.01 and shares[1] > 0.01:
        np.testing.assert_allclose(found.directions[0], expected[0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(found.directions, axis=1), 1.0, atol=1e-9)
    np.testing.assert_array_equal(found.origin, points[-1, -1].astype(float))


@pytest.mark.parametrize(("block", "exact"), [(2**22, 2**20), (100, 2**20), (2**22, 0)])
def test_few_points_of_many_numbers_are_multiplied_in_blocks_and_in_float32(block, exact, monkeypatch):
    monkeypatch.setattr(plane, "BLOCK", block)
    monkeypatch.setattr(components, "EXACT", exact)
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(20, 2)) * [5.0, 1.0] @ rng.normal(size=(2, 500)) + 100.0).astype(np.float32)[
        :, None
    ]
    found = principal([points])
    expected, shares = by_svd(points)
    np.testing.assert_allclose(found.explained, shares, rtol=1e-5)
    np.testing.assert_allclose(found.directions, expected, atol=1e-6)


def test_the_plane_holds_the_motion_and_tells_its_share():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(12, 2)))[0].T
    path = (rng.normal(size=(40, 2)) * [5.0, 1.0] @ basis + 3.0)[:, None]
    found = principal([path])
    rebuilt = found.points(torch.from_numpy(found.project(path).reshape(-1, 2))).numpy()
    np.testing.assert_allclose(rebuilt, path[:, 0], atol=1e-9)
    np.testing.assert_allclose(found.off(path), 0.0, atol=1e-9)
    assert found.axes.labels[0] == f"direction 1 ({by_svd(path)[1][0]:.1%} of the motion)"


@pytest.mark.parametrize(
    "points",
    [
        np.ones((1, 1, 9)),
        np.ones((40, 1, 9)),
        np.full((3, 1, 9), np.nan),
        np.linspace(0, 1, 5)[:, None, None] * np.ones(9),
    ],
    ids=["one record", "identical points", "no finite point", "a straight path"],
)
def test_too_little_motion_still_gives_two_directions(points):
    found = principal([points])
    products = found.directions @ found.directions.T
    np.testing.assert_allclose(products, np.eye(2), atol=1e-12)
    assert found.explained == pytest.approx((1.0, 0.0) if np.ptp(np.nan_to_num(points)) > 0 else (0.0, 0.0))
    assert np.isfinite(found.project(np.ones((1, 9)))).all()


def test_no_finite_point_of_a_large_network_costs_no_memory():
    lost = np.broadcast_to(np.float32(np.nan), (2, 1, 200_000))
    tracemalloc.start()
    assert principal([lost]).directions.shape == (2, 200_000)
    assert tracemalloc.get_traced_memory()[1] < 30e6
    tracemalloc.stop()


def test_points_in_a_file_have_the_directions_of_those_in_memory(tmp_path):
    from landscape_lab.records.point_file import FileColumn

    generator = torch.Generator().manual_seed(0)
    points = torch.randn(6, 2, 50, generator=generator).cumsum(0)
    column = FileColumn(tmp_path / "points.f16")
    column.append(points)
    kept, plane = column.values, principal([column.values])
    expected = principal([np.asarray(kept)[:, 0], np.asarray(kept)[:, 1]])
    np.testing.assert_allclose(plane.directions, expected.directions, atol=1e-6)
    np.testing.assert_allclose(plane.project(kept), expected.project(np.asarray(kept)), atol=1e-6)
    np.testing.assert_allclose(plane.off(kept), expected.off(np.asarray(kept)), atol=1e-5)
