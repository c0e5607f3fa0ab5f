import zlib
from base64 import b64decode

import numpy as np
import pytest
import torch

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Window
from landscape_lab.playing import bundle
from landscape_lab.playing.bundle import bundle_of, rates_around
from landscape_lab.playing.descents import NotTogetherError
from landscape_lab.playing.ends import LOST
from landscape_lab.playing.packing import GONE, shares_of
from landscape_lab.playing.players import Player, player
from landscape_lab.staging import scene_of

WIDE = Window(-2.0, 2.0, -1.0, 1.0)
"""Not square: twice as many columns of starts as rows."""
STEPS = 60


def unpacked(told):
    """Numbers as a page has them."""
    kind = {"u1": np.uint8, "u2": "<u2"}[told["type"]]
    return np.frombuffer(zlib.decompress(b64decode(told["data"])), kind).reshape(told["shape"])


def summed(told):
    return np.cumsum(unpacked(told), axis=-1, dtype=np.uint16)


def bowl(x, y):
    return x**2 + 3 * (y - 0.3 * x) ** 2


@pytest.fixture(scope="module")
def landscape():
    return FunctionLandscape(bowl, start=(1.0, 0.5), bounds=[[-2.0, 2.0], [-1.0, 1.0]])


@pytest.fixture(scope="module")
def scene(landscape):
    return scene_of(landscape, [], window=WIDE)


@pytest.fixture(scope="module")
def section(landscape, scene):
    players = [player(name) for name in ("adam", "sgd", "lbfgs", "cma_es")]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bundle, "STARTS", 6)
        return bundle_of(landscape, scene, players, STEPS, megabytes=2.0)


def naive(make, start):
    point = torch.tensor(start, dtype=torch.float32).requires_grad_()
    optimizer, points = make([point]), [point.detach().clone()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        bowl(*point).backward()
        optimizer.step()
        points.append(point.detach().clone())
    return torch.stack(points).numpy()


@pytest.mark.parametrize(("index", "make"), [(0, torch.optim.Adam), (1, torch.optim.SGD)])
def test_each_member_is_a_run_of_torch(section, index, make):
    told, (columns, rows) = section["optimizers"][index], section["starts"].values()
    steps, places = summed(told["steps"]), summed(told["paths"])
    assert (columns, rows) == (6, 3)
    assert places.shape == (2, 18, 9, STEPS + 1)
    for start, rate in ((0, 4), (7, 2), (17, 5)):
        begin = -2 + 4 * (start % 6 + 0.5) / 6, -1 + 2 * (start // 6 + 0.5) / 3
        alone = naive(lambda p, r=rate: make(p, lr=section["rates"][r]), begin)[steps[start, rate]]
        there = (places[:, start, rate] != GONE).all(axis=0)
        wanted = shares_of(WIDE, alone)
        assert np.array_equal(there, np.isfinite(wanted).all(axis=1))
        share = places[:, start, rate].T / (GONE - 1) * 3 - 1
        np.testing.assert_allclose(share[there], wanted[there], atol=1e-4)


def test_its_rates_lie_around_the_run_s_own():
    rates = rates_around([player("adam"), player("sgd"), player("lion")])
    assert 0.05 in rates
    assert len(rates) == 9
    np.testing.assert_allclose(np.diff(np.log10(rates)), 0.5, atol=1e-5)
    assert rates[0] < 0.003 < 0.05 < rates[-1]


def test_who_cannot_be_together_is_left_out_and_told(section):
    assert [one["name"] for one in section["optimizers"]] == ["adam", "sgd"]
    assert set(section["left_out"]) == {"lbfgs", "cma_es"}
    assert "lbfgs needs an optimizer for each start" in section["left_out"]["lbfgs"]


def test_the_note_tells_what_is_held(section):
    assert "2 of them from 6 × 3 starts at 9 learning rates, 60 steps each" in section["note"]
    assert "clean landscape: no augmentations" in section["note"]


def test_what_diverges_is_lost(section):
    reached = unpacked(section["reached"][1])
    assert reached.shape == (18, 9)
    assert (reached[:, -1] == LOST).all()  # gradient descent at the highest rate
    assert section["points"]


def test_one_whose_rates_are_not_linear_goes_rate_by_rate(landscape, scene):
    class Rooted(torch.optim.SGD):
        """Moves by the root of its rate."""

        def step(self, closure=None):
            for point in self.param_groups[0]["params"]:
                point.data.sub_(self.param_groups[0]["lr"] ** 0.5 * point.grad)

    arena = bundle.Arena(landscape, scene, (0.01, 0.04), 3, starts=2)
    crowd = arena.crowd(Player.of("rooted", Rooted))
    first = crowd.shares[0, :, 1] - crowd.shares[0, :, 0]
    np.testing.assert_allclose(first[1], 2 * first[0], rtol=1e-4)


def test_less_room_means_fewer_starts(landscape, scene, capsys):
    told = bundle_of(landscape, scene, [player("adam")], 40, megabytes=0.02)
    assert told["starts"]["columns"] < 12
    assert "from 12 × 6 starts" in capsys.readouterr().err


def test_where_nobody_can_take_part_the_reason_is_told(landscape, scene):
    with pytest.raises(NotTogetherError, match="lbfgs needs an optimizer for each start"):
        bundle_of(landscape, scene, [player("lbfgs")], 5, megabytes=1.0)
