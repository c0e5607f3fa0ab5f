import io
import shlex
import zlib
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.playing.asked import Descents, Refused
from landscape_lab.playing.ground import DRAWINGS, FILE, Ground, Landscaped, Own
from landscape_lab.playing.players import Player, player

HEIGHTS = (np.random.default_rng(0).random((20, 31)) * 65535).astype(np.uint16)
"""Not square."""
ASKED = Descents(None, (0.5, 0.25), ("adam",), 0.1, 12)


@pytest.fixture
def ground():
    first = Landscaped(FunctionLandscape.named("himmelblau"), ("landscape=himmelblau",))
    return Ground(first, Own(player("adam"), ("optimizer=adam",)))


def points(member):
    """The places that a member tells."""
    return read(member["places"])


def read(told):
    """Numbers as a page has them."""
    kind = {"f4": "<f4", "i4": "<i4", "u1": "u1"}[told["type"]]
    return np.frombuffer(zlib.decompress(b64decode(told["data"])), kind).reshape(told["shape"])


def test_a_click_runs_the_optimizer_itself(ground):
    (member,) = ground.descend(ASKED)["members"]
    point = torch.tensor([0.5, 0.25]).requires_grad_()
    optimizer, wanted = torch.optim.Adam([point], lr=0.1), [[0.5, 0.25]]
    for _ in range(12):
        optimizer.zero_grad()
        ((point[0] ** 2 + point[1] - 11) ** 2 + (point[0] + point[1] ** 2 - 7) ** 2).backward()
        optimizer.step()
        wanted.append(point.tolist())
    np.testing.assert_allclose(points(member), wanted, rtol=1e-5)
    assert read(member["steps"]).tolist() == list(range(13))
    assert member["rate"] == 0.1
    assert not member["ended"]


@pytest.mark.parametrize("optimizer", ["adam", "lion", "random_search"])
def test_the_command_of_a_drawing_repeats_it(ground, lab, tmp_path, monkeypatch, optimizer):
    name = ground.draw(HEIGHTS)["landscape"]
    asked = replace(ASKED, landscape=name, start=(20.0, 11.0), optimizers=(optimizer,))
    (member,) = ground.descend(asked)["members"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_bytes(ground.picture(name))
    python, _, module, *words = shlex.split(member["command"])
    assert (python, module) == ("python", "landscape_lab")
    trajectory = lab(*words).trajectory
    size = np.array([31, 20])
    places = (size * (np.asarray(trajectory.points)[:, 0] + 1) - 1) / 2
    np.testing.assert_allclose(places, points(member), rtol=1e-6, atol=1e-5)
    np.testing.assert_array_equal(trajectory.losses[:, 0], read(member["losses"]))


def test_the_saved_picture_is_the_drawing(ground):
    file = ground.picture(ground.draw(HEIGHTS)["landscape"])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(file))), HEIGHTS)


def test_a_drawing_has_its_map(ground):
    told = ground.draw(HEIGHTS)
    assert told["map"]["window"] == pytest.approx([-0.5, 30.5, -0.5, 19.5])
    assert told["map"]["labels"] == ["column", "row"]


def test_flat_ground_may_be_drawn(ground):
    told = ground.draw(np.full((9, 14), 30_000, dtype=np.uint16))
    asked = replace(ASKED, landscape=told["landscape"], start=(4.0, 4.0))
    assert np.isfinite(points(ground.descend(asked)["members"][0])).all()


def test_old_drawings_are_forgotten(ground):
    names = [
        ground.draw(np.full((8, 9), number, dtype=np.uint16))["landscape"] for number in range(DRAWINGS + 1)
    ]
    assert len(ground.drawings) == DRAWINGS
    with pytest.raises(Refused, match="This drawing is not there any more"):
        ground.picture(names[0])
    assert ground.picture(names[-1])


class Refuses(torch.optim.SGD):
    """Cannot be built."""

    def __init__(self, params, lr):
        raise RuntimeError("no, thank you")


def test_an_optimizer_that_raises_is_told(ground):
    own = Own(Player("refuses", Refuses, player("sgd").traits, 0.1), ("optimizer=refuses",))
    failing = Ground(ground.first, own)
    refused, well = failing.descend(replace(ASKED, optimizers=("refuses", "sgd")))["members"]
    assert "no, thank you" in refused["failed"]
    assert "places" in well


def test_many_steps_are_told_by_some_places(ground, monkeypatch):
    monkeypatch.setattr("landscape_lab.playing.ground.KEPT", 20)
    (member,) = ground.descend(replace(ASKED, steps=101, optimizers=("sgd",), lr=1e-4))["members"]
    steps = read(member["steps"])
    assert len(steps) == 20
    assert steps[-1] == 101


def test_all_descents_together_have_so_many_seconds(ground, monkeypatch):
    monkeypatch.setattr("landscape_lab.playing.ground.SECONDS", 0.0)
    (member,) = ground.descend(replace(ASKED, steps=20_000, optimizers=("sgd",), lr=1e-4))["members"]
    assert member["ended"].endswith("time is up")


def test_basins_are_the_minima_that_are_reached(ground):
    told = ground.basins(replace(ASKED, steps=300, lr=0.05))
    cells = read(told["cells"]).reshape(told["rows"], told["columns"])
    assert cells.shape == (24, 24)
    assert np.array(told["points"])[:4] == pytest.approx(ground.first.landscape.minima.numpy(), abs=0.05)
    column, row = (np.array([3.0, 2.0]) + 5) / 10 * 24  # beside the minimum at (3, 2)
    assert told["points"][cells[int(row), int(column)]] == pytest.approx([3.0, 2.0], abs=0.05)
    with pytest.raises(Refused, match="No basins: cma_es needs an optimizer for each start"):
        ground.basins(replace(ASKED, optimizers=("cma_es",)))


def test_the_page_knows_whom_it_may_ask(ground):
    told = ground.told(50, ["adam", "lion"])["playground"]
    assert [one["name"] for one in told["optimizers"]] == ["adam", "lion"]
    assert {"adam", "cma_es", "yogi"} <= {*told["names"]}
    assert told["start"] == ground.first.landscape.flat()[0].tolist()
