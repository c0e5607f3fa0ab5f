"""The truth below a film's map."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scenes import recorded

from landscape_lab.drawing.stage import Stage
from landscape_lab.drawing.strip import LEAST, Strip
from landscape_lab.drawing.video import Film
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane
from landscape_lab.staging import scene_of

SIZE = (500, 400)


@pytest.fixture(scope="module")
def slice_():
    """A path that comes down onto a plane."""
    points = np.stack([np.linspace(-1, 1, 12), np.ones(12), np.linspace(3.0, 0.0, 12)], axis=1)[:, None]
    sphere = FunctionLandscape.named("sphere", dims=3)
    plane = Plane(torch.zeros(3), torch.eye(2, 3))
    return scene_of(sphere, [recorded(points, (points**2).sum(-1))], plane)


def test_it_is_the_comparison_of_a_figure_with_its_words(slice_):
    stage = Stage(slice_, SIZE, Film().pacing(slice_), "map")
    (strip,) = stage.strips
    own, _ = strip.axes.lines
    np.testing.assert_allclose(own.get_ydata(), slice_.traces[0].losses[:, 0], rtol=1e-5)
    assert strip.axes.get_title("left").startswith("The map is a slice of 3 dimensions")
    title = strip.axes._left_title.get_window_extent()
    assert title.x1 < SIZE[0]
    assert strip.axes.bbox.y1 < title.y0 < strip.axes.bbox.y1 + 15


def test_what_is_to_come_is_veiled(slice_):
    stage = Stage(slice_, SIZE, Film().pacing(slice_), "map")
    box = stage.strips[0].axes.bbox
    rows = slice(SIZE[1] - int(box.y1) + 2, SIZE[1] - int(box.y0) - 2)
    middle = int((box.x0 + box.x1) / 2)
    inside = slice(int(box.x0) + 5, middle - 10), slice(middle + 10, int(box.x1) - 5)
    first, last = (stage.shoot(0.0, moment, 0.0)[rows].astype(int) for moment in (5.5, 11.0))
    past, future = inside
    assert (first[:, past] == last[:, past]).all()
    assert first[:, future].min() > last[:, future].min() + 30


def test_the_hollow_points_of_a_film_are_those_of_the_figure(slice_):
    stage = Stage(slice_, SIZE, Film().pacing(slice_), "map")
    (rings,) = stage.view.rings
    parted = np.flatnonzero(slice_.traces[0].departure.parted[:, 0])
    assert rings.steps.tolist() == parted.tolist()
    stage.shoot(0.0, 1.0, 0.0)
    assert rings.drawn == (parted <= 1).sum()


def test_there_is_none_without_room_or_without_a_comparison(slice_):
    assert Strip.fits(slice_, LEAST)
    assert not Strip.fits(slice_, LEAST - 1)
    whole = replace(slice_, traces=tuple(replace(trace, departure=None) for trace in slice_.traces))
    assert Stage(whole, SIZE, Film().pacing(whole), "map").strips == []
