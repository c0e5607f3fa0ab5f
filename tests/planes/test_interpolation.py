"""Values between nodes, and how well half of the nodes foretell the others."""

import numpy as np
import pytest

from landscape_lab.planes import Window
from landscape_lab.planes.interpolation import LINEAR, between, foretelling_error

U, V = np.linspace(-1.0, 1.0, 13), np.linspace(0.0, 2.0, 9)


def test_straight_lines_between_nodes():
    values = 2 * U + V[:, None]
    window = Window(-1.0, 1.0, 0.0, 2.0)
    expected = 2 * window.columns(5).numpy() + window.rows(7).numpy()[:, None]
    np.testing.assert_allclose(between(U, V, values, window, (7, 5), LINEAR), expected, atol=1e-12)


def test_cubics_are_foretold_and_steps_are_not():
    cubic = U**3 - V[:, None]
    assert foretelling_error(U, cubic, 1) == foretelling_error(V, cubic, 0) == 0.0
    step = np.where(U > 0.1, 1.0, -1.0) + 0 * V[:, None]
    assert foretelling_error(U, step, 1) > 0.2
    assert foretelling_error(V, step, 0) == 0.0


def test_the_error_is_a_share_of_the_range_of_logarithms():
    losses = np.exp(0.1 * (np.arange(13) == 5) + U) + 0 * V[:, None]
    assert foretelling_error(U, losses, 1) == pytest.approx(0.1 / 2.0, rel=0.01)


def test_holes_and_what_is_about_them_do_not_count():
    losses = U**3 + 0 * V[:, None]
    losses[2, 6] = np.nan
    assert foretelling_error(U, losses, 1) < 0.01
