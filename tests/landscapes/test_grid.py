"""A table is descended in its own units, and any formula of two numbers as its table."""

import numpy as np
import pytest
import torch
from scipy.interpolate import RegularGridInterpolator

from landscape_lab.landscapes import FunctionLandscape, GridLandscape

BOUNDS = [[-2.0, 1.0], [10.0, 14.0]]
X, Y = np.linspace(*BOUNDS[0], 7), np.linspace(*BOUNDS[1], 5)
VALUES = 1000 + np.sin(X)[None, :] * Y[:, None] + 3 * X[None, :]  # [5, 7]
PRINTED = [
    [0.8, 0.6],
    *([0.638, 0.478], [0.512, 0.384], [0.41, 0.306], [0.328, 0.244], [0.262, 0.194]),
    *([0.208, 0.156], [0.166, 0.126], [0.132, 0.1], [0.106, 0.078], [0.084, 0.064]),
]
"""What the notebook on noise prints of ten steps on its table of x² + y²."""
PRINTED_LOSSES = [1, 0.6356, 0.40976, 0.26192, 0.16728, 0.1064, 0.06776, 0.0436, 0.02752, 0.01744, 0.01128]


def points_inside(number=50):
    share = np.random.default_rng(0).random((number, 2))
    low, high = np.array(BOUNDS).T
    return low + share * (high - low)


def test_losses_are_read_between_the_points_of_the_table():
    landscape = GridLandscape(VALUES, BOUNDS).double()
    points = points_inside()
    expected = RegularGridInterpolator((Y, X), VALUES)(points[:, ::-1])
    np.testing.assert_allclose(landscape.evaluate(torch.from_numpy(points)), expected, rtol=1e-6)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_the_table_is_met_at_its_points(interpolation):
    landscape = GridLandscape(VALUES, BOUNDS, interpolation).double()
    nodes = torch.from_numpy(np.stack(np.meshgrid(X, Y), axis=-1).reshape(-1, 2))
    np.testing.assert_allclose(landscape.evaluate(nodes), VALUES.ravel(), rtol=1e-6)


def test_bicubic_is_smooth_where_bilinear_has_edges():
    jumps = []
    for interpolation in ("bilinear", "bicubic"):
        sides = [(X[3] - 1e-4, 12.5), (X[3] + 1e-4, 12.5)]
        landscape = GridLandscape(VALUES, BOUNDS, interpolation, start=sides).double()
        landscape().sum().backward()
        jumps.append(float(landscape.points.grad[:, 0].diff().abs()))
    assert jumps[0] > 1
    assert jumps[1] < 0.02


def test_the_gradient_is_that_of_the_table():
    landscape = GridLandscape(VALUES, BOUNDS, "bicubic", start=points_inside(8)).double()
    points = landscape.points.detach()
    landscape().sum().backward()
    for axis in (0, 1):
        step = 1e-5 * torch.eye(2, dtype=torch.float64)[axis]
        slope = (landscape.evaluate(points + step) - landscape.evaluate(points - step)) / 2e-5
        torch.testing.assert_close(landscape.points.grad[:, axis], slope, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("separator", [",", "; ", " "])
def test_files(tmp_path, separator):
    np.save(tmp_path / "table.npy", VALUES.astype(np.float32))
    np.savetxt(tmp_path / "table.csv", VALUES, delimiter=separator)
    for name in ("table.npy", "table.csv"):
        table = GridLandscape(str(tmp_path / name), BOUNDS).table.values
        np.testing.assert_allclose(table, VALUES, rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("nowhere.npy", "There is no table nowhere.npy"),
        ([1.0, 2.0], "should be a table of at least 2 × 2. Found of type list: 2"),
        ([[1.0, float("nan")], [0.0, 2.0]], "finite everywhere. Found nan in row 0, column 1, and 1 such"),
        ([["a", "b"], ["c", "d"]], "should be a table of numbers"),
    ],
)
def test_what_is_no_table_is_told(values, message):
    with pytest.raises(ValueError, match=message):
        GridLandscape(values)


def test_a_formula_as_its_table():
    plain = FunctionLandscape(lambda x, y: x**2 + 3 * y, start=(0.5, 12.5), bounds=BOUNDS)
    table = FunctionLandscape(lambda x, y: x**2 + 3 * y, start=(0.5, 12.5), bounds=BOUNDS, grid=(7, 5))
    points = points_inside()
    expected = RegularGridInterpolator((Y, X), X[None, :] ** 2 + 3 * Y[:, None])(points[:, ::-1])
    losses = table.double().evaluate(torch.from_numpy(points))
    np.testing.assert_allclose(losses, expected, rtol=1e-6)
    assert not np.allclose(plain.double().evaluate(torch.from_numpy(points)), expected, rtol=1e-3)
    with pytest.raises(ValueError, match="`grid` should be given for two dimensions"):
        FunctionLandscape.named("sphere", dims=3, grid=(7, 5))


def test_the_steps_that_the_notebook_on_noise_prints(lab):
    result = lab(
        *("landscape=expression", "landscape.expression=x**2+y**2", "landscape.grid=[50,50]"),
        *("landscape.bounds=[0,0.98]", "landscape.gradient=forward", "landscape.boundary=freeze"),
        *("start=[0.8,0.6]", "optimizer=sgd", "optimizer.lr=0.1", "optimizer.momentum=0", "steps=10"),
        "trainer.precision=64-true",
    )
    np.testing.assert_allclose(result.trajectory.points[:, 0], PRINTED, atol=2e-6)
    np.testing.assert_allclose(result.trajectory.losses[:, 0], PRINTED_LOSSES, atol=2e-6)


def test_a_table_on_the_command_line(lab, tmp_path):
    np.save(tmp_path / "table.npy", VALUES)
    values = f"landscape.values={tmp_path / 'table.npy'}"
    result = lab("landscape=grid", values, f"landscape.bounds={BOUNDS}", "steps=3", "optimizer.lr=0.1")
    assert result.metrics["status"] == "completed"
    assert 900 < result.metrics["final_loss"] < result.trajectory.losses[0, 0]
