"""The accuracy on a map."""

from dataclasses import replace

import numpy as np
import pytest
from networks import line, linear, path
from scenes import at, pixels_of, scene, trajectory

from landscape_lab.drawing.figures import path_figure
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.scene import Shading
from landscape_lab.staging import scene_of


@pytest.fixture(scope="module")
def shown():
    settings = PlaneSettings(show="accuracy", resolution=12)
    return scene_of(linear(), [path(-line(), line(0.1), 2 * line())], settings=settings)


def test_a_map_shows_the_accuracy_with_a_scale_and_no_contours(shown):
    figure = path_figure(shown)
    image, axes = pixels_of(figure)
    (drawn,) = axes.images
    np.testing.assert_array_equal(drawn.get_array(), shown.accuracy)
    assert [one.get_ylabel() for one in axes.child_axes].count("accuracy on the map") == 1
    assert 0.0 <= shown.accuracy.min() < shown.accuracy.max() == 1.0
    rows, columns = (
        np.unravel_index(shown.accuracy.argmax(), (12, 12)),
        np.unravel_index(shown.accuracy.argmin(), (12, 12)),
    )
    best, worst = ((shown.window.columns(12)[c], shown.window.rows(12)[r]) for r, c in (rows, columns))
    assert at(image, axes, *best).sum() > at(image, axes, *worst).sum()  # bright is good


def test_a_scene_without_an_accuracy_shows_its_losses():
    ramp = scene(trajectory([[3, 7], [50, 30]], [0.5, 0.4]))
    figure = path_figure(replace(ramp, shading=Shading(show="accuracy")))
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), ramp.losses)


def test_a_landscape_that_measures_none_is_told_so():
    with pytest.raises(ValueError, match=r"`plane.show` may be accuracy only of a network"):
        scene_of(FunctionLandscape.named("booth"), [], settings=PlaneSettings(show="accuracy"))
