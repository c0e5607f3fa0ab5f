import zlib
from base64 import b64decode

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scenes import scene

from landscape_lab.planes import Window
from landscape_lab.playing.packing import (
    GONE,
    losses_packed,
    paced,
    places_packed,
    shares_of,
    steps_packed,
)

WINDOW = Window(-2.0, 6.0, 10.0, 5.0)


def numbers(told):
    """What a page reads: changes, summed modulo 65,536."""
    changes = np.frombuffer(zlib.decompress(b64decode(told["data"])), "<u2").reshape(told["shape"])
    return np.cumsum(changes, axis=-1, dtype=np.uint16)


def test_a_place_too_far_away_is_the_end():
    places = np.array([[0.0, 7.0], [13.9, 7.0], [14.1, 7.0], [0.0, 7.0]])
    shares = shares_of(WINDOW, places)
    np.testing.assert_allclose(shares[:2], [[0.25, 0.6], [15.9 / 8, 0.6]])
    assert np.isnan(shares[2:]).all()


@given(st.lists(st.floats(-1, 2), min_size=2, max_size=6), st.integers(1, 3))
def test_places_are_told_to_a_share_of_the_window(values, rates):
    shares = np.array(values).reshape(1, 1, -1, 1).repeat(rates, axis=1).repeat(2, axis=-1)
    told = numbers(places_packed(shares))
    assert told.shape == (2, 1, rates, len(values))
    np.testing.assert_allclose(told[0, 0, 0] / (GONE - 1) * 3 - 1, values, atol=1.6 / (GONE - 1))


def test_what_is_gone_is_told():
    shares = np.array([[0.2, 0.3], [np.nan, np.nan], [np.nan, np.nan]]).reshape(1, 1, 3, 2)
    assert numbers(places_packed(shares))[0, 0, 0, 1:].tolist() == [GONE, GONE]


def test_losses_are_told_to_a_thousandth_above_the_lowest():
    seen = scene()
    losses = np.array([3.0, 1e-3, 0.5, 2e-7, 0.0, np.nan, np.inf, 1e30]).reshape(1, 1, -1)
    scale, (told,) = losses_packed(seen, [losses])
    drawn = numbers(told)[0, 0]
    assert drawn[5:].tolist() == [GONE] * 3
    share = drawn[:5] / (GONE - 1)
    read = scale["low"] + 10 ** (scale["from"] + share * (scale["to"] - scale["from"])) - scale["floor"]
    np.testing.assert_allclose(read, losses[0, 0, :5], rtol=1e-3, atol=1e-8)


def test_steps_are_denser_where_members_move():
    still, way = np.zeros(101), np.concatenate([np.zeros(40), np.linspace(0, 1, 21), np.ones(40)])
    at = paced(np.stack([np.stack([still, way], -1), np.stack([still, still], -1)]), 20)
    assert at[:, [0, -1]].tolist() == [[0, 100], [0, 100]]
    assert (np.diff(at) >= 0).all()
    moving = ((at >= 40) & (at <= 60)).sum(axis=1)
    assert moving[0] > 10 > moving[1]
    assert numbers(steps_packed(at[:, None]))[0, 0].tolist() == at[0].tolist()


def test_few_steps_are_kept_each_once():
    assert paced(np.zeros((1, 4, 2)), 100).tolist() == [[0, 1, 2, 3]]
