"""Regions lie where the network answers with their class, in the picture and in each frame."""

import numpy as np
import pytest
from networks import line, linear, path
from scenes import at, function_scene, pixels_of

from landscape_lab.drawing.boundary import boundary_figure
from landscape_lab.drawing.video import Film
from landscape_lab.staging import scene_of


def blue(color):
    """Whether a pixel is of class 0, not of class 1, which is orange."""
    return int(color[2]) > int(color[0])


def test_each_side_has_the_colour_of_its_class():
    image, axes = pixels_of(boundary_figure(scene_of(linear(), [path(-line(), line(9.0))], grid=False)))
    for x in (-0.99, 0.99):
        assert blue(at(image, axes, x, 1.02)) == (x < 0)
    assert axes.get_aspect() == 1.0
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["left", "right"]
    assert axes.get_title("left").splitlines()[1] == "40 samples · 100.0% right"


def test_wrong_samples_are_marked_and_counted():
    figure = boundary_figure(scene_of(linear(), [path(-line())], grid=False))
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()][-1] == "wrong"
    assert len(axes.collections[1].get_offsets()) == 40


def test_the_regions_of_a_film_change_as_training_goes():
    scene = scene_of(linear(), [path(-line(9.0), -line(3.0), line(3.0), line(9.0))], grid=False)
    film = Film(size=(400, 300), view="boundary")
    frames = list(film.shoot(scene))
    assert len(frames) == 4
    changed = np.abs(frames[0].astype(int) - frames[2]).max(axis=-1) > 20
    rows, columns = (np.flatnonzero(changed.sum(axis=axis) > 60) for axis in (1, 0))  # not the loss curve
    top = rows[0] + 3
    left, right = columns[0] + 3, columns[-1] - 3
    seen = [[blue(frame[top, column]) for column in (left, right)] for frame in frames]
    assert seen == [[False, True], [False, True], [True, False], [True, False]]
    steep, flat = (int(frame[top, (left + 2 * right) // 3].sum()) for frame in frames[:2])
    assert steep < flat  # more certain: darker


def test_a_landscape_without_a_network_or_with_several_runs_has_no_regions():
    _, scene = function_scene("booth")
    with pytest.raises(ValueError, match="`view` may be boundary only for one run of a network"):
        next(iter(Film(view="boundary").shoot(scene)))
    with pytest.raises(ValueError, match=r"only for one run of a network\. Found 2"):
        boundary_figure(scene_of(linear(), [path(line()), path(line())], grid=False))
