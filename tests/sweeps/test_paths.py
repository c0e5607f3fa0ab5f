"""What a picture of a sweep shows of each path."""

from types import SimpleNamespace

import numpy as np
import torch

from landscape_lab.sweeps.paths import Entrant, _trajectory
from landscape_lab.trajectory import Trajectory


def ended_early(dims, made=50):
    """A trajectory that was to have a thousand steps; of more than a thousand numbers few points are kept."""
    whole = Trajectory(10, steps=1000)
    steps = torch.arange(made)
    points = steps[:, None, None].float().expand(-1, 1, dims)
    whole.extend(steps, points, points[..., 0] / 100, steps)
    whole.end(made, points[-1] + 1, torch.tensor([made / 100]), made)
    return whole


def test_of_points_that_are_few_all_are_seen_with_their_losses():
    for dims in (2, 1001):
        whole = ended_early(dims)
        seen = _trajectory(Entrant(SimpleNamespace(trajectory=lambda whole=whole: whole), "any", "adam"))
        assert seen.label == "adam"
        np.testing.assert_array_equal(seen.point_steps, whole.point_steps)
        np.testing.assert_array_equal(seen.points[:, 0, 0], whole.point_steps)
        np.testing.assert_array_equal(seen.steps, whole.steps)
        np.testing.assert_allclose(seen.losses[:, 0], whole.steps / 100, rtol=1e-6)
