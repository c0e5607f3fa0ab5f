"""Frames are where something happens, and a film ends when nothing does any more."""

from itertools import pairwise

import numpy as np
import pytest
from scenes import recorded

from landscape_lab.drawing.pacing import evenly_along, pace
from landscape_lab.drawing.video import Film
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes.window import Window
from landscape_lab.staging import scene_of

WINDOW = Window(-5.0, 5.0, -2.0, 2.0)


def scene(*paths):
    """Paths `[records, members, 2]` over a bowl."""
    kept = [recorded(np.asarray(path), (np.asarray(path) ** 2).sum(-1)) for path in paths]
    return scene_of(FunctionLandscape.named("sphere"), kept)


def falling(steps, rest, members=1):
    """A path that moves evenly for some steps, and then rests for some."""
    way = np.concatenate([np.linspace(-4.0, 4.0, steps + 1), np.full(rest, 4.0)])
    return np.stack([way, 0.3 * way], axis=-1)[:, None].repeat(members, axis=1)


@pytest.mark.parametrize("clock", ["arc", "linear", "logarithmic"])
def test_a_film_ends_soon_after_the_arrival(clock):
    pacing = pace(scene(falling(40, 500)), clock, 300)
    assert pacing.moments[0] == 0
    assert 40 <= pacing.end <= 50
    assert (np.diff(pacing.moments) > 0).all()


def test_a_film_of_several_ends_after_the_last():
    assert 300 <= pace(scene(falling(40, 500), falling(300, 240)), None, 300).end <= 340
    both = np.concatenate([falling(40, 500), falling(300, 240)], axis=1)
    assert 300 <= pace(scene(both), None, 300).end <= 340


def test_what_has_left_or_diverged_is_not_waited_for():
    path = falling(10, 500)
    path[10:] = 1e30
    path[12:] = np.nan
    assert pace(scene(path), None, 300).end <= 15


@pytest.mark.parametrize("path", [np.ones((500, 1, 2)), falling(450, 50)])
def test_a_path_that_never_moves_or_always_is_shown_whole(path):
    assert pace(scene(path), None, 300).end == len(path) - 1


def test_of_one_path_each_frame_goes_equally_far():
    """Steps that are smaller by a hundredth each: half of the way is gone in the first 69."""
    way = 4.0 - 8.0 * 0.99 ** np.arange(801.0)
    view = scene(np.stack([way, 0.2 * way], axis=-1)[:, None])
    pacing = pace(view, None, 60)
    moves = np.diff(way[pacing.moments.astype(int)])
    assert pacing.clock == "arc"
    assert moves.max() < 2.2 * moves.mean()
    assert np.diff(way[pace(view, "linear", 60).moments.astype(int)]).max() > 4 * moves.mean()


@pytest.mark.parametrize("members", [1, 3])
def test_of_several_each_frame_is_the_same_step_for_all(members):
    paths = [falling(40, 20, members)] * (3 - members // 2)
    for clock in (None, "arc", "linear"):
        pacing = pace(scene(*paths), clock, 300)
        assert pacing.clock == "linear"
        assert np.diff(pacing.moments) == pytest.approx(pacing.moments[1])


def test_films_of_other_things_than_paths_go_by_steps_to_the_end():
    view = scene(falling(40, 500))
    pacing = Film(view="boundary").pacing(view)
    assert (pacing.clock, pacing.end) == ("linear", 540)


def test_logarithmic_time_shows_the_beginning():
    pacing = pace(scene(falling(500, 0)), "logarithmic", 20)
    assert pacing.early
    assert not pace(scene(falling(500, 0)), "linear", 20).early


@pytest.mark.parametrize("number", [2, 7, 81])
def test_places_are_evenly_spaced_along_the_way(number):
    """Against lengths that are added up one by one."""
    rng = np.random.default_rng(0)
    places = np.cumsum(rng.uniform(0.0, 0.02, (400, 2, 2)), axis=0) - 2.0
    chosen = evenly_along(places, WINDOW, number)
    assert (chosen[0], chosen[-1], len(chosen)) == (0, 399, number)
    way, ways = 0.0, [0.0]
    for first, second in pairwise(places):
        way += np.mean([np.hypot(*((b - a) / [10.0, 4.0])) for a, b in zip(first, second, strict=True)])
        ways.append(way)
    assert np.diff(np.array(ways)[chosen]) == pytest.approx(way / (number - 1), abs=0.01)
