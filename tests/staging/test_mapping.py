"""Where a landscape is finer than the cells of its map, there is a closer look at its paths."""

import numpy as np
import pytest
import torch
from scenes import function_scene

from landscape_lab.landscapes import ImageLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of
from landscape_lab.staging.mapping import cropped_of, turning

PATH = ((-20.0, 14.5), (-19.0, 13.0))
"""On ackley, whose 65 × 65 wells take 8 cells each."""


def wave(cells, shape=(30, 200)):
    """One that is so many cells long, along the columns."""
    return np.broadcast_to(np.sin(2 * np.pi * np.arange(shape[1]) / cells + 0.3), shape)


@pytest.mark.parametrize("cells", [4, 8, 12])
def test_a_wave_turns_twice(cells):
    for losses in (wave(cells), wave(cells).T):
        assert turning(losses) == pytest.approx(2 / cells, rel=0.05)


def test_long_waves_plateaus_and_holes_do_not_turn():
    assert turning(wave(100)) == 0.0
    rounded = np.where(np.arange(200) < 150, 0.0, np.arange(200) - 150.0) + 1e-9 * wave(2)
    assert turning(rounded) < 0.01
    assert turning(np.full((4, 5), np.nan)) == turning(np.ones((1, 1))) == turning(np.empty((0, 0))) == 0.0


def test_the_closer_look_holds_the_path_and_is_smooth():
    landscape, view = function_scene("ackley", PATH)
    settings = PlaneSettings()
    near = cropped_of(landscape, view, settings)
    assert near is not None
    assert near.losses.shape == view.losses.shape
    assert near.window.contains(np.array(PATH)).all()
    assert near.window.ratio == pytest.approx(view.window.ratio)
    assert turning(near.losses) < 0.05 < turning(view.losses)
    places = near.plane.points(near.window.centres(512, 512)[[7, 512 * 100 + 3]])
    np.testing.assert_allclose(landscape.evaluate(places.float()), near.losses.ravel()[[7, 51203]], rtol=1e-5)


def test_there_is_none_without_a_reason():
    landscape, view = function_scene("ackley", PATH)
    assert cropped_of(landscape, view, PlaneSettings(window="bounds")) is None
    assert cropped_of(*function_scene("rosenbrock"), PlaneSettings()) is None
    everywhere = function_scene("ackley", ((-30.0, -30.0), (30.0, 30.0)))
    assert cropped_of(*everywhere, PlaneSettings()) is None
    assert cropped_of(landscape, scene_of(landscape, []), PlaneSettings()) is None


def test_only_who_asks_gets_it():
    noise = ImageLandscape(torch.rand(40, 90, generator=torch.Generator().manual_seed(0)), smoothing=0)
    assert scene_of(noise, []).cropped is None
