"""Places on a surface are where geometry tells, and their numbers are losses and places."""

from math import radians

import numpy as np
import pytest
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.terrain import Terrain, anchor, dense


def seen(view, azimuth=-60.0):
    """The terrain of a scene after it was looked at."""
    terrain = Terrain(view, 300, 240)
    terrain.relief.look(radians(azimuth))
    return terrain


def test_proportions_follow_the_picture():
    terrain = seen(scene(trajectory([(10, 10), (50, 30)], [0.3, 0.8])))
    assert terrain.aspect == pytest.approx(40 / 60)
    # The map's upper left pixel is the farthest left one for an eye below it: y runs away, rows towards.
    assert terrain.shares(np.array([[-0.5, -0.5], [59.5, 39.5]])) == pytest.approx(
        np.array([[-1, 1], [1, -1]])
    )


def test_numbers_at_the_edges_are_places_and_losses():
    _, view = function_scene("rosenbrock")
    terrain = seen(view)
    texts = [tick.text for tick in terrain.ticks()]
    assert terrain.paint.heights.logarithmic
    low, high = terrain.paint.low, terrain.paint.high
    upright = [tick for tick in terrain.ticks() if tick.out[0] == -1.0 and tick.out[1] == 0.0]
    for tick in upright:
        loss = float(tick.text.replace(",", ""))
        assert np.log10(loss) == pytest.approx(round(np.log10(loss)))  # a power of ten
        share = (np.log10(loss) - low) / (high - low)
        assert tick.pixel == pytest.approx(terrain.upright(share))
    assert len(upright) >= 2
    assert "0" in texts


def test_numbers_lie_outside_the_surface():
    terrain = seen(function_scene("himmelblau")[1])
    middle = terrain.corners(0.0).mean(axis=0)
    for tick in terrain.ticks():
        assert (tick.pixel - middle) @ tick.out > 0
        assert np.hypot(*tick.out) == pytest.approx(1.0)


def test_the_corner_moves_all_pixels():
    _, view = function_scene("himmelblau")
    terrain = seen(view)
    before = terrain.lay(np.zeros((1, 2)))[0], terrain.edge(0, 0.3)[0], terrain.upright(0.5)
    terrain.corner = np.array([20.0, 7.0])
    after = terrain.lay(np.zeros((1, 2)))[0], terrain.edge(0, 0.3)[0], terrain.upright(0.5)
    for one, other in zip(before, after, strict=True):
        assert other - one == pytest.approx(np.broadcast_to([20.0, 7.0], one.shape))


def test_between_far_places_there_are_more():
    shares = np.array([[[-1.0, 0.0]], [[1.0, 0.5]]])
    assert dense(shares, 4)[:, 0, 0] == pytest.approx([-1.0, -0.5, 0.0, 0.5, 1.0])
    assert dense(shares, 1) is shares


@pytest.mark.parametrize(
    ("out", "letters"),
    [((-1, 0), "rm"), ((1, 0), "lm"), ((0, -1), "mt"), ((-0.7, -0.7), "rt"), ((0.7, -0.7), "lt")],
)
def test_texts_lie_outwards(out, letters):
    assert anchor(np.array(out, dtype=float)) == letters
