"""A film of shapes beside their picture."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import scene, trajectory

from landscape_lab.drawing.video import Film

FILM = Film(4, size=(300, 240), view="approximation")


def shown(pictures):
    made = scene(trajectory([[3, 3], [9, 9], [20, 12], [30, 20]], [4.0, 3.0, 2.0, 1.0]))
    return replace(made, approximation=pictures)


def test_both_pictures_are_in_the_frame():
    def pictures(moment):
        target = np.full((20, 30, 3), (10, 200, 30), np.uint8)
        return np.stack([target, np.full_like(target, (250, 10, int(50 * moment)))])

    frames = list(FILM.shoot(shown(pictures)))
    for moment, frame in enumerate(frames):
        left = (frame == (10, 200, 30)).all(2)
        right = (frame == (250, 10, 50 * moment)).all(2)
        assert 0.8 < left.sum() / right.sum() < 1.25
        assert left.sum() > 3000
        assert np.argwhere(left)[:, 1].max() < np.argwhere(right)[:, 1].min()


def test_other_scenes_have_none():
    with pytest.raises(ValueError, match="landscape=shapes"):
        next(FILM.shoot(shown(None)))
