import time

import numpy as np
import pytest
import torch

from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.playing.descents import NotTogetherError, descend
from landscape_lab.playing.players import Player, player

STARTS = torch.tensor([[-1.0, -0.9], [0.5, 0.8], [1.3, 0.2]])


def valley(points):
    """Losses of points `[n, 2]`."""
    x, y = points.unbind(-1)
    return x**2 + 3 * (y - 0.3 * x) ** 2


@pytest.fixture(scope="module")
def landscape():
    return FunctionLandscape(lambda x, y: x**2 + 3 * (y - 0.3 * x) ** 2, start=(0.0, 0.0))


def naive(make, start, steps):
    """The points of a plain loop of torch."""
    point = start.clone().requires_grad_()
    optimizer, points = make([point]), [start.clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        valley(point).backward()
        optimizer.step()
        points.append(point.detach().clone())
    return torch.stack(points)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("adam", torch.optim.Adam),
        ("rmsprop", torch.optim.RMSprop),
        ("nesterov", lambda points, lr: torch.optim.SGD(points, lr=lr, momentum=0.99, nesterov=True)),
    ],
)
def test_members_go_where_torch_goes(landscape, name, make):
    rates, kept = (0.001, 0.03), np.array([0, 1, 7, 40])
    ways = descend(landscape, Ensemble(STARTS, rates), player(name), kept, together=True)
    assert ways.points.shape == (4, 6, 2)
    assert ways.steps.tolist() == kept.tolist()
    for member in range(6):
        alone = naive(lambda p, m=member: make(p, lr=rates[m % 2]), STARTS[member // 2], 40)
        np.testing.assert_allclose(ways.points[:, member], alone[kept], rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(ways.losses, valley(torch.from_numpy(ways.points)), rtol=1e-4, atol=1e-7)


def test_the_landscape_stays_as_it_is(landscape):
    before, state = landscape.flat().clone(), torch.get_rng_state()
    descend(landscape, Ensemble(STARTS), player("random_search"), np.array([0, 5]))
    assert torch.equal(landscape.flat(), before)
    assert torch.equal(torch.get_rng_state(), state)


def test_who_diverges_is_gone_and_the_others_go_on(landscape):
    ways = descend(landscape, Ensemble(STARTS[:1], (0.01, 1e6)), player("sgd"), np.array([0, 2, 30]))
    assert np.isfinite(ways.points[:, 0]).all()
    assert not np.isfinite(ways.losses[-1, 1])


def test_an_optimizer_that_needs_its_members_apart_is_told(landscape):
    with pytest.raises(NotTogetherError, match="prodigy needs an optimizer for each start"):
        descend(landscape, Ensemble(STARTS, (0.1, 0.2)), player("prodigy"), np.array([0, 3]), together=True)


def test_it_ends_when_time_is_up(landscape):
    kept = np.array([0, 400_000])
    ways = descend(landscape, Ensemble(STARTS[:1]), player("sgd"), kept, until=time.monotonic())
    assert ways.ended.endswith("time is up")
    assert 0 < ways.steps[-1] < 400_000


class Stumbles(torch.optim.SGD):
    """Raises in its third step."""

    def step(self, closure=None):
        self.made = getattr(self, "made", 0) + 1
        if self.made > 5:
            raise RuntimeError("it stumbled")
        return super().step(closure)


def test_an_optimizer_that_raises_keeps_what_it_did(landscape):
    stumbles = Player.of("stumbles", Stumbles)
    ways = descend(landscape, Ensemble(STARTS[:1]), stumbles, np.array([0, 1, 2, 50]))
    assert "it stumbled" in ways.ended
    assert ways.steps.tolist() == [0, 1, 2]
