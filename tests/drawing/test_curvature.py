"""The figure of a spectrum, and of both curvatures along a path."""

from dataclasses import replace

import numpy as np
import pytest
from networks import line, linear, path
from scenes import function_scene

from landscape_lab.curvature import Density, LayerCurvature, Spectrum
from landscape_lab.drawing.curvature import MOST_LAYERS, curvature_figure
from landscape_lab.scene import Bend
from landscape_lab.staging import scene_of
from landscape_lab.staging.bending import bend_of


@pytest.fixture(scope="module")
def bare():
    """A network's scene without its curvature."""
    return scene_of(linear(), [path(-line(), line())], grid=False)


def test_both_ends_stand_where_they_are(bare):
    scene = replace(bare, bend=bend_of(linear(), path(-line(), line())))
    figure = curvature_figure(scene)
    axes, _ = figure.axes
    found = scene.bend.spectrum
    marks = {one.get_label(): one.get_xdata() for one in axes.lines}
    np.testing.assert_allclose(marks["highest 3"], found.top)
    np.testing.assert_allclose(marks["lowest 3"], found.bottom)
    assert f"trace {found.trace:.4g}" in figure.get_suptitle()


def test_of_many_layers_the_sharpest_have_bars(bare):
    layers = {f"layer {number}": LayerCurvature(float(number), 2.0 * number, 0.1, 7) for number in range(30)}
    density = Density(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    bend = Bend(
        Spectrum(np.array([29.0, 28.0]), np.array([-1.0, -2.0]), 0.0, density, layers, False), "member 2"
    )
    figure = curvature_figure(replace(bare, bend=bend))
    _, axes = figure.axes
    bars = {bar.get_width() for bars in axes.containers for bar in bars if hasattr(bar, "get_width")}
    assert {29.0, 58.0, 6.0} <= bars
    assert 5.0 not in bars
    assert f"the {MOST_LAYERS} sharpest of 30" in axes.get_title("left")
    assert "member 2" in figure.get_suptitle()
    assert "±" in figure.get_suptitle()


def test_on_two_dimensions_both_eigenvalues_are_drawn_over_the_steps():
    along, steps = np.array([[3.0, -1.0], [2.0, 0.5]]), np.array([0, 5])
    _, scene = function_scene("booth")
    density = Density(np.array([1.0]), np.array([1.0]))
    layers = {"at": LayerCurvature(3.0, 4.0, 0.0, 2)}
    spectrum = Spectrum(along[1, :1], along[1, 1:], 0.0, density, layers, True)
    above, below = curvature_figure(replace(scene, bend=Bend(spectrum, "", along, steps))).axes
    np.testing.assert_array_equal(above.lines[0].get_ydata(), scene.traces[0].losses[:, 0])
    for drawn, values in zip(below.lines, along.T, strict=False):
        np.testing.assert_array_equal(drawn.get_xdata(), steps)
        np.testing.assert_array_equal(drawn.get_ydata(), values)


def test_a_scene_without_curvature_is_told(bare):
    with pytest.raises(ValueError, match=r"should have a curvature to be drawn: figures=\[curvature\]"):
        curvature_figure(bare)
