"""The rectangle that is drawn, and its cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landscape_lab.planes import Window
from landscape_lab.planes.window import crossed

WINDOW = Window(-2.0, 6.0, 1.0, 3.0)


@given(st.integers(1, 9), st.integers(1, 9))
def test_centres_are_in_the_middle_of_their_cells_row_by_row(columns, rows):
    centres = WINDOW.centres(columns, rows).numpy().reshape(rows, columns, 2)
    for row, column in np.ndindex(rows, columns):
        middle = -2.0 + 8.0 * (column + 0.5) / columns, 1.0 + 2.0 * (row + 0.5) / rows
        np.testing.assert_allclose(centres[row, column], middle, atol=1e-12)


def test_the_first_coordinate_is_the_faster():
    places = crossed(WINDOW.columns(2), WINDOW.rows(3))
    assert places[:3].tolist() == [[0.0, pytest.approx(4 / 3)], [4.0, pytest.approx(4 / 3)], [0.0, 2.0]]


def test_a_window_is_wider_than_high_or_not():
    assert WINDOW.size == (8.0, 2.0)
    assert WINDOW.ratio == 0.25
    assert WINDOW.extent == (-2.0, 6.0, 1.0, 3.0)
    assert WINDOW.image_extent == (-2.0, 6.0, 3.0, 1.0)


def test_edges_are_inside_and_what_is_not_finite_is_not():
    places = np.array([[[-2.0, 1.0], [6.0, 3.0]], [[6.1, 2.0], [0.0, 0.9]], [[np.nan, 2.0], [np.inf, 2.0]]])
    assert WINDOW.contains(places).tolist() == [[True, True], [False, False], [False, False]]


def test_a_window_grows_to_hold_places_but_not_without_end():
    assert WINDOW.holding(np.array([[0.0, 2.0]]), 0.5) == WINDOW
    assert WINDOW.holding(np.empty((0, 2)), 0.5) == WINDOW
    assert WINDOW.holding(np.array([[np.nan, 9.0]]), 0.5) == WINDOW
    assert WINDOW.holding(np.array([[7.0, 2.0]]), 0.5).right == pytest.approx(7.0 + 0.03 * 8.0)
    assert WINDOW.holding(np.array([[1e9, -1e9]]), 0.5) == Window(-2.0, 10.0, 0.0, 3.0)


def test_places_without_bounds_have_room_around_them():
    window = Window.around(np.array([[[0.0, 0.0]], [[4.0, 2.0]], [[np.inf, 9.0]]]))
    assert window == Window(-1.0, 5.0, -0.5, 2.5)
    alone = Window.around(np.array([[3.0, 3.0]]))
    assert alone.left < 3.0 < alone.right
    assert Window.around(np.empty((0, 2))).size[0] > 0


def test_the_surroundings_of_paths_of_different_lengths():
    paths = [np.array([[[1.0, 1.0]], [[2.0, 1.5]]]), np.array([[3.0, 2.0]]), np.array([[9.0, 9.0]])]
    window = Window(0.0, 4.0, 0.0, 2.0)
    for _ in range(20):  # the type checker looks at one of them, by chance
        assert window.closer(paths, 1.0) == Window(1.0, 3.0, 1.0, 2.0)
