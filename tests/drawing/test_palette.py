"""Every pair of colours can be told apart, whoever looks at them."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from linting import BLIND, CONTRAST, DIFFERENCE, _contrast, _difference
from matplotlib.colors import to_rgb

from landscape_lab.drawing.palette import (
    BASIN_COLORS,
    CLASS_COLORS,
    DARKEST,
    DASHES,
    GREY,
    INK,
    LOSS_COLORS,
    LOST,
    MINIMUM,
    MOVING,
    PATH_COLORS,
    RATE_COLORS,
    dash_of,
    path_color,
)

WHITE = np.ones(3)


def nearest(colors: list[tuple[float, ...]], seen: np.ndarray) -> float:
    """The least ΔE of two of the colours, as some eyes see them."""
    return min(_difference(one, two, seen) for one, two in combinations(colors, 2))


@pytest.mark.parametrize("seen", [np.eye(3), *map(np.array, BLIND.values())], ids=["all", *BLIND])
@pytest.mark.parametrize(
    "colors",
    [
        [to_rgb(color) for color in CLASS_COLORS],
        [to_rgb(color) for color in (*BASIN_COLORS, MOVING)],
        [to_rgb(color) for color in (*BASIN_COLORS, LOST)],
        [tuple(DARKEST * np.array(to_rgb(color))) for color in BASIN_COLORS],
    ],
    ids=["lines", "areas and moving", "areas and lost", "dark areas"],
)
def test_any_two_differ(colors, seen):
    assert nearest(colors, seen) >= DIFFERENCE


def test_lines_are_seen_on_white():
    scale = [color[:3] for color in RATE_COLORS(np.linspace(0, 1, 50))]
    for color in [*map(to_rgb, CLASS_COLORS), *scale]:
        assert _contrast(np.array(color), WHITE) >= CONTRAST


def test_paths_are_seen_on_their_dark_line():
    for color in [*LOSS_COLORS(np.linspace(0, 1, 50)), to_rgb(MINIMUM)]:
        assert _contrast(np.array(color[:3]), np.array(to_rgb(INK))) >= CONTRAST


@pytest.mark.parametrize("scale", [LOSS_COLORS, RATE_COLORS])
def test_scales_go_one_way_and_evenly(scale):
    """Equal steps of a value are equal steps for the eye, of about one size."""
    colors = [tuple(color[:3]) for color in scale(np.linspace(0, 1, 12))]
    steps = [_difference(one, two, np.eye(3)) for one, two in pairwise(colors)]
    light = [float(np.dot(np.array(color) ** 2.2, [0.2126, 0.7152, 0.0722])) for color in colors]
    assert max(steps) < 2.2 * min(steps)
    assert (np.diff(light) > 0).all() or (np.diff(light) < 0).all()


def test_the_first_have_a_colour_each_and_the_rest_is_grey():
    assert [path_color(number) for number in range(10)] == [*PATH_COLORS, GREY, GREY]
    assert len(set(PATH_COLORS)) == 8


def test_where_colours_come_again_dashes_differ():
    looks = [(PATH_COLORS[number % 8], dash_of(number)) for number in range(32)]
    assert len(set(looks)) == 32
    assert len(set(DASHES)) == len(DASHES)
