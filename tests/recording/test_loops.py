"""A loop of one's own is recorded from the outside."""

import numpy as np
import pytest
import torch
from torch.optim import optimizer as torch_optimizer

from landscape_lab import record
from landscape_lab.landscapes import ImageLandscape

VALLEY = torch.linspace(-1, 1, 11).square().expand(7, 11) / 2 + torch.linspace(-1, 1, 7).square()[:, None] / 2


def plain_loop(landscape, optimizer, steps):
    points, losses = [], []
    for _ in range(steps):
        points.append(landscape.flat().clone())
        optimizer.zero_grad()
        loss = landscape()
        losses.append(loss.detach())
        loss.sum().backward()
        optimizer.step()
    points.append(landscape.flat().clone())
    losses.append(landscape.evaluate(points[-1]))
    return torch.stack(points).numpy(), torch.stack(losses).numpy()


def test_record_sees_a_plain_loop():
    landscape = ImageLandscape(VALLEY, [(9, 1), (2, 5)])
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    with record(landscape) as trajectory:
        points, losses = plain_loop(landscape, optimizer, 300)
    np.testing.assert_array_equal(trajectory.points, points)
    np.testing.assert_allclose(trajectory.losses, losses, rtol=1e-5)
    np.testing.assert_array_equal(trajectory.steps, np.arange(301))
    np.testing.assert_array_equal(trajectory.evaluations, np.arange(301))
    assert trajectory.label == "Adam, lr 0.05"


def test_record_counts_the_evaluations_of_a_line_search_within_its_step():
    landscape = ImageLandscape(VALLEY, (9, 1), gradient="exact")
    optimizer = torch.optim.LBFGS(landscape.parameters(), lr=0.1, max_iter=3)
    calls = []

    def closure():
        optimizer.zero_grad()
        loss = landscape().sum()
        loss.backward()
        calls.append(loss.item())
        return loss

    made = [0]
    with record(landscape) as trajectory:
        for _ in range(4):
            optimizer.step(closure)
            made.append(len(calls))
    assert trajectory.evaluations.tolist() == made
    assert made[-1] > 4
    assert trajectory.losses[1, 0] == pytest.approx(calls[made[1]])


def test_record_ignores_optimizers_of_other_parameters_and_leaves_no_hooks():
    landscape, other = ImageLandscape(VALLEY, (9, 1)), torch.nn.Parameter(torch.zeros(2))
    bystander = torch.optim.SGD([other], lr=0.1)
    with record(landscape) as trajectory:
        landscape()
        bystander.step()
    assert trajectory.steps.tolist() == [0]
    hooks = torch_optimizer._global_optimizer_pre_hooks, torch_optimizer._global_optimizer_post_hooks
    assert not any(hooks)
    assert not landscape._forward_hooks


def test_record_counts_a_step_within_a_step_once():
    landscape = ImageLandscape(VALLEY, (9, 1))

    class Wrapper(torch.optim.Optimizer):
        def __init__(self, parameters):
            super().__init__(list(parameters), {})
            self.inner = torch.optim.SGD(self.param_groups[0]["params"], lr=0.01)

        def step(self, closure=None):
            self.inner.step()
            self.inner.step()

    with record(landscape) as trajectory:
        plain_loop(landscape, Wrapper(landscape.parameters()), 5)
    assert trajectory.steps.tolist() == list(range(6))


def test_record_is_complete_after_an_exception():
    landscape = ImageLandscape(VALLEY, (9, 1))
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.01)

    def interrupted():
        plain_loop(landscape, optimizer, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), record(landscape) as trajectory:
        interrupted()
    assert trajectory.steps.tolist() == [0, 1, 2, 3]


def test_a_recording_plots_itself(tmp_path):
    landscape = ImageLandscape(VALLEY, (9, 1))
    with record(landscape) as recording:
        plain_loop(landscape, torch.optim.SGD(landscape.parameters(), lr=0.001), 3)
    recording.plot(tmp_path / "path.png")
    assert [file.name for file in tmp_path.iterdir()] == ["path.png"]
    assert recording.plot().axes
