"""One scale for what has a sign: 0 is its middle, tails are cut and said to be, decades are logarithmic."""

import numpy as np
import pytest
from matplotlib.colors import SymLogNorm

from landscape_lab.drawing.signed_scale import signed_scale, size_scale

EVEN = np.linspace(-2.0, 5.0, 101)
DECADES = np.array([-1.0, 1.0]) * np.geomspace(1e-3, 1e3, 101)[:, None]


def test_zero_is_the_middle_of_what_has_a_sign_and_the_end_of_sizes():
    for values in (EVEN, DECADES, EVEN[-20:]):
        np.testing.assert_allclose(signed_scale(values).norm([0.0]), 0.5)
        np.testing.assert_allclose(size_scale(abs(values)).norm([0.0, abs(values).max()]), [0.0, 1.0])


def test_decades_have_equal_room_and_round_numbers():
    scale = signed_scale(DECADES)
    steps = np.diff(scale.norm([1.0, 10.0, 100.0, 1000.0]))
    np.testing.assert_allclose(steps, steps[0])
    assert steps[0] > 0.08
    assert scale.ticks is not None
    np.testing.assert_allclose(scale.ticks, -scale.ticks[::-1])
    assert {0.0, 1.0, 1000.0} >= set(abs(scale.ticks)) - {0.1, 0.01, 10.0, 100.0}


def test_even_values_are_linear_and_so_is_noise():
    assert not isinstance(signed_scale(EVEN).norm, SymLogNorm)
    assert not isinstance(signed_scale(DECADES, least=500.0).norm, SymLogNorm)
    assert isinstance(signed_scale(DECADES).norm, SymLogNorm)


@pytest.mark.parametrize(
    ("far", "ends"), [([], "neither"), ([90.0], "max"), ([-90.0], "min"), ([90, -90], "both")]
)
def test_a_few_far_values_are_cut_with_arrows(far, ends):
    values = np.concatenate([np.tile(EVEN, 20), far, [np.nan, np.inf]])
    scale = signed_scale(values)
    assert scale.extend == ends
    assert scale.norm.vmax == pytest.approx(5.0, rel=0.02)
    assert scale.norm.vmin == -scale.norm.vmax


def test_nothing_but_zero_has_a_scale():
    for values in (np.zeros(3), np.array([np.nan]), np.empty(0)):
        assert signed_scale(values).norm(0.0) == pytest.approx(0.5)
        assert size_scale(values).norm(0.0) == pytest.approx(0.0)
