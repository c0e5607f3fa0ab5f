"""A loop that steps without an optimizer is recorded, too; one that only probes the loss makes no steps."""

import numpy as np
import pytest
import torch

from landscape_lab import record
from landscape_lab.landscapes import FunctionLandscape, PerlinLandscape
from landscape_lab.recording.by_hand import HandSteps

RATE = 0.001


def make_gradient_step(function, point):
    """The exercise of the notebook on gradient descent."""
    function().sum().backward()
    point.data -= RATE * point.grad
    point.grad.zero_()


def naive(steps):
    """The skewed function's path and losses in NumPy, float64."""
    matrix = 10 * np.array([[1.0, -4.0], [1.0, 4.0]])
    points = [np.array([8.0, 8.0])]
    for _ in range(steps):
        points.append(points[-1] - RATE * (matrix + matrix.T) @ points[-1])
    return np.array(points), np.array([point @ matrix @ point for point in points])


def test_the_loop_of_the_notebook_is_recorded():
    landscape = FunctionLandscape.named("skewed").double()
    (point,) = landscape.parameters()
    with record(landscape) as recording:
        for _ in range(500):
            landscape().detach()  # the notebook keeps the loss by a call of its own
            make_gradient_step(landscape, point)
    points, losses = naive(500)
    np.testing.assert_array_equal(recording.steps, np.arange(501))
    np.testing.assert_array_equal(recording.evaluations, 2 * np.arange(501))
    np.testing.assert_allclose(recording.points[:, 0], points, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(recording.losses[:, 0], losses, rtol=1e-5, atol=1e-9)
    assert recording.label == "by hand"


def test_finite_differences_by_hand_are_no_steps():
    landscape = FunctionLandscape.named("sphere")
    (point,) = landscape.parameters()
    with record(landscape) as recording, torch.no_grad():
        for _ in range(5):
            for axis in (0, 1):
                point[0, axis] += 0.1
                landscape()
            point -= 0.15
    assert recording.steps.tolist() == [0]


def test_a_step_begins_where_its_gradient_was_taken():
    landscape = FunctionLandscape.named("sphere", start=(1.0, 1.0))
    (point,) = landscape.parameters()
    with record(landscape) as recording:
        for _ in range(3):
            (gradient,) = torch.autograd.grad(landscape().sum(), point)
            for length in (0.75, 0.5, 0.25):  # a line search
                trial = point.data - length * gradient
                kept, point.data = point.data, trial
                landscape()
                point.data = kept
            point.data = trial
    np.testing.assert_allclose(recording.points[:, 0, 0], 0.5 ** np.arange(4), rtol=1e-6)
    assert recording.evaluations[-1] == 12


def test_an_optimizer_makes_the_steps_as_soon_as_it_steps():
    landscape = FunctionLandscape.named("sphere")
    (point,) = landscape.parameters()
    optimizer = torch.optim.SGD([point], lr=0.1)
    with record(landscape) as recording:
        for _ in range(4):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
            point.data *= 0.9  # what weight decay by hand does
    assert recording.steps.tolist() == [0, 1, 2, 3, 4]
    assert recording.label == "SGD, lr 0.1"


@pytest.mark.parametrize(
    "landscape_of",
    [
        PerlinLandscape,
        lambda: FunctionLandscape.named("sphere", start=(1.0, 1.0), bounds=(-2.0, 2.0), boundary="freeze"),
    ],
)
def test_landscapes_that_freeze_are_recorded(landscape_of):
    landscape = landscape_of()
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.1)
    before = landscape.flat().clone().numpy()
    with record(landscape) as recording:
        for _ in range(5):
            optimizer.zero_grad()
            landscape().sum().backward()
            optimizer.step()
    assert len(recording.steps) == 6
    np.testing.assert_array_equal(recording.points[0], before)
    assert (np.diff(recording.losses[:, 0]) < 0).all()


def test_nobody_looks_any_more_once_stopped():
    landscape = FunctionLandscape.named("sphere")
    hand = HandSteps(landscape)
    assert not hand.moved()
    landscape.points.data += 1.0
    assert hand.moved()
    hand.stop()
    landscape.points.data += 1.0
    landscape().sum().backward()
    assert not hand.moved()
    assert not hand.has_gradient
