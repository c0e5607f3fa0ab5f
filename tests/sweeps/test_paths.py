"""What a picture of a sweep shows of each path."""

from types import SimpleNamespace

import numpy as np
import torch

from landscape_lab.outcomes.good_rates import good_rates
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


def drawn(whole):
    """The final losses of the members that are drawn."""
    seen = _trajectory(Entrant(SimpleNamespace(trajectory=lambda: whole), "any", "adam"))
    return np.sort(seen.losses[-1])


def test_of_many_members_the_middle_one_is_drawn_and_of_rates_those_of_the_best():
    """What is drawn is what is ranked."""
    losses = np.random.default_rng(0).permutation(np.arange(1.0, 201.0))
    rates = np.repeat([0.1, 1.0], 100)
    best = good_rates(np.unique(rates), losses.reshape(2, 100), 1e3).best
    for members, ranked in ((None, losses), ({"lr": rates}, losses[rates == best])):
        whole = Trajectory(members=members)
        whole.append(0, torch.zeros(200, 2), torch.full((200,), 1e3), 0)
        whole.end(1, torch.zeros(200, 2), torch.from_numpy(losses).float(), 1)
        assert np.quantile(drawn(whole), 0.5, method="lower") == np.quantile(ranked, 0.5, method="lower")
        assert set(drawn(whole)) <= set(ranked)
        assert len(drawn(whole)) < 50
