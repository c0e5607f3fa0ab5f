"""The figure of a line between two weight vectors."""

from dataclasses import replace

import numpy as np
import pytest
from networks import line, linear, path

from landscape_lab.drawing.lines import line_figure, told
from landscape_lab.planes import Line
from landscape_lab.staging import scene_of


def hill(height):
    """A line whose loss rises by so much in its middle."""
    shares = np.linspace(0.0, 1.0, 5)
    return Line(shares, {"loss": shares + height * np.array([0.0, 0.5, 1.0, 0.5, 0.0])})


def test_a_line_is_drawn_with_its_loss_accuracy_and_barrier():
    scene = scene_of(linear(), [path(-line(), line())], grid=False, extras=["line"])
    axes, beside = line_figure(scene).axes
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), scene.line.measures["loss"])
    np.testing.assert_array_equal(beside.lines[0].get_ydata(), scene.line.measures["accuracy"])
    assert axes.get_title("left").endswith("no barrier on the straight line")
    (axes,) = line_figure(replace(scene, line=hill(3.0))).axes
    np.testing.assert_allclose([axes.texts[0].xy, axes.texts[0].xyann], [[0.5, 3.5], [0.5, 0.5]])
    assert axes.get_title("left").endswith("a barrier of 3 on the straight line")


def test_a_line_that_is_not_finite_is_told_and_one_that_is_not_there_too():
    lost = Line(np.linspace(0, 1, 3), {"loss": np.array([0.0, np.nan, 1.0])})
    assert told(lost) == "the loss is not finite everywhere on the line"
    with pytest.raises(ValueError, match="should have a line to be drawn"):
        line_figure(scene_of(linear(), [path(-line(), line())], grid=False))
