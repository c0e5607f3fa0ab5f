"""Where a trajectory knows no loss, the landscape's own is evaluated."""

import numpy as np
import torch
from torch import nn

from landscape_lab import Trajectory
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.recording.untold import told_scene_of

INPUTS = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
COARSE = PlaneSettings(resolution=5)


def landscape():
    torch.manual_seed(0)
    return NetworkLandscape(nn.Linear(2, 2), (INPUTS, torch.tensor([0, 1, 0])))


def path(losses, *, broken=False):
    """A curve in six dimensions; the last point is not finite where it is broken."""
    trajectory = Trajectory(label="path")
    for step, loss in enumerate(losses):
        point = torch.linspace(0, 1, 6).pow(1 + step / 9) * (step + 1)
        point = point * float("nan") if broken and step == len(losses) - 1 else point
        trajectory.append(step, point[None], torch.tensor([loss]), step)
    return trajectory


def test_what_is_known_stays_and_the_end_is_evaluated():
    here, nan = landscape(), float("nan")
    known = path([3.0, 2.0, 1.0, nan])
    scene = told_scene_of(here, [known, path([5.0, 4.0])], settings=COARSE)
    first, second = scene.traces
    own = here.evaluate(torch.from_numpy(known.points[:, 0])).detach().numpy()
    np.testing.assert_allclose(first.losses[:, 0], [3.0, 2.0, 1.0, own[-1]], rtol=1e-6)
    assert first.best == (2, 1.0)
    assert first.measured["measured_steps"].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(first.measured["measured_losses"][:, 0], own, rtol=1e-6)
    assert second.losses[:, 0].tolist() == [5.0, 4.0]
    assert not second.measured


def test_of_many_records_without_a_loss_the_evaluated_ones_remain(monkeypatch):
    monkeypatch.setattr("landscape_lab.planes.departure.MOST", 12)
    here, known = landscape(), path([float("nan")] * 40)
    (trace,) = told_scene_of(here, [known], settings=COARSE).traces
    assert len(trace.steps) == len(trace.losses) == len(trace.lr) == 12
    assert len(trace.places) == len(trace.path_losses) == 40
    own = here.evaluate(torch.from_numpy(known.points[trace.steps, 0])).detach().numpy()
    np.testing.assert_allclose(trace.losses[:, 0], own, rtol=1e-6)
    assert trace.best == (trace.steps[own.argmin()], trace.losses.min())


def test_an_end_that_is_not_finite_keeps_no_loss():
    (trace,) = told_scene_of(
        landscape(), [path([3.0, 2.0, 1.0, float("nan")], broken=True)], settings=COARSE
    ).traces
    assert np.isnan(trace.losses[-1, 0])
    assert trace.steps.tolist() == [0, 1, 2, 3]
