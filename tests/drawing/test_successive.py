"""What steps saw stands beside the whole landscape, in the same colours, each draw for a while."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from networks import halves, line, linear, path
from scenes import function_scene, recorded
from torch import nn

from landscape_lab.augmentations import RandomShift, augment
from landscape_lab.drawing.successive import DRAWS, Held
from landscape_lab.drawing.video import Film
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.planes import Window
from landscape_lab.staging import scene_of

SIZE = (480, 360)
WEIGHTS = [line(float(slope)) for slope in np.linspace(-4.0, 4.0, 41)]


def sampled(size=4):
    """The scene of a network that sees minibatches."""
    landscape = NetworkLandscape(nn.Linear(2, 2), halves(), batch_size=size)
    return landscape, scene_of(landscape, [path(*WEIGHTS)], extras=["draws"])


def parts(frame):
    """The left and the right map of a frame, without what lies above and below them."""
    middle = SIZE[0] // 2
    rows = slice(70, 180)
    return frame[rows, 60 : middle - 30].astype(int), frame[rows, middle + 60 : -30].astype(int)


def test_the_right_map_changes_and_the_left_one_stays():
    _, scene = sampled()
    frames = [parts(frame) for frame in Film(20, size=SIZE, view="draws").shoot(scene)]
    for one, other in pairwise(frames):
        left, right = ((np.abs(a - b) > 12).any(-1).mean() for a, b in zip(one, other, strict=True))
        assert left < 0.1
        assert right > 0.4
    assert len(frames) == 20


def test_a_draw_stays_long_enough_to_be_looked_at():
    _, scene = sampled()
    replay, asked = scene.replay, []

    class Counted:
        name = staticmethod(replay.name)

        @staticmethod
        def losses(step, place, shape):
            asked.append(step)
            return replay.losses(step, place, shape)

    assert sum(1 for _ in Film(41, size=SIZE, view="draws").shoot(replace(scene, replay=Counted()))) == 41
    assert len(asked) == DRAWS
    assert asked == sorted(asked)
    assert asked[-1] < 40  # no step saw the end point


def test_the_lowest_place_of_a_draw_is_where_its_loss_is_lowest():
    class Bowl:
        def losses(self, step, place, shape):
            rows, columns = np.indices(shape)
            return (rows - 1.0) ** 2 + (columns - step) ** 2

        def name(self, step):
            return str(step)

    held = Held(Bowl(), Window(0.0, 4.0, 0.0, 2.0))
    held.losses(3, np.zeros(2), (2, 4))
    held.losses(0, np.zeros(2), (2, 4))  # is held
    held.turn()
    held.losses(0, np.zeros(2), (2, 4))
    assert held.step == 0
    np.testing.assert_allclose(held.lowest, [[3.5, 1.5], [0.5, 1.5]])


def test_augmentations_are_filmed_too():
    landscape = augment(FunctionLandscape.named("sphere"), [RandomShift(fraction=0.3)])
    walk = recorded(torch.linspace(-4, 4, 9)[:, None, None].expand(9, 1, 2), np.arange(9.0))
    scene = scene_of(landscape, [walk])
    assert scene.replay.name(None) == "the landscape itself"
    assert scene.replay.name(1200) == "as step 1,200 saw it"
    frames = [parts(frame) for frame in Film(9, size=SIZE, view="draws").shoot(scene)]
    assert np.abs(frames[3][1] - frames[4][1]).mean() > 2 * np.abs(frames[3][0] - frames[4][0]).mean()


def test_nothing_is_filmed_where_no_step_sees_a_draw():
    _, scene = function_scene("booth")
    for each in (scene, scene_of(linear(), [path(*WEIGHTS)], extras=["draws"])):
        with pytest.raises(ValueError, match="`view` may be draws only where all paths saw the same minib"):
            next(iter(Film(view="draws").shoot(each)))
