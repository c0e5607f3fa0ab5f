"""Figures for one column of a paper."""

import numpy as np
import pytest
from linting import faults
from matplotlib.figure import Figure
from networks import line, linear, path
from scenes import function_scene, recorded

from landscape_lab.drawing.figures import FIGURES, path_figure
from landscape_lab.drawing.layers import layers_figure
from landscape_lab.drawing.look import Look
from landscape_lab.drawing.narrow import PAGE, TYPE, asked_width, drawn_for, room_of, stacked
from landscape_lab.drawing.nearness import nearness_figure
from landscape_lab.drawing.planes import planes_figure
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.records.layer_curves import SUMS, LayerCurves
from landscape_lab.staging import scene_of


def three_panels():
    """Panels side by side, the last of which shares its place with another."""
    figure = Figure(figsize=(12, 3), layout="constrained")
    for number, axes in enumerate(figure.subplots(1, 3)):
        axes.plot(np.arange(9), np.arange(9) ** number)
        axes.set(xlabel="step", ylabel="a name that is longer than such a panel is high")
    axes.twinx().plot(np.arange(9), np.arange(9), color="black")
    return figure


def test_panels_come_below_each_other_with_smaller_type():
    figure = Look(width=3.0).figure(three_panels)
    assert figure.get_figwidth() == 3.0
    figure.draw_without_rendering()
    *panels, twin = figure.axes
    bottoms = [axes.get_position().y0 for axes in panels]
    assert bottoms == sorted(bottoms, reverse=True)
    assert len({round(axes.get_position().x0, 3) for axes in panels}) == 1
    assert twin.get_position().bounds == panels[-1].get_position().bounds
    assert panels[0].yaxis.label.get_fontsize() == TYPE * 10
    assert "\n" in panels[0].get_ylabel()
    assert faults(figure) == []


@pytest.mark.parametrize("width", [3.3, 7.0])
def test_a_map_has_the_width_and_no_fault(width):
    landscape = FunctionLandscape.named("rosenbrock", dims=4)
    way = np.linspace([-1.2, 1.0, -0.5, 0.9], [0.3, 0.2, 0.1, 0.0], 9)[:, None]
    scene = scene_of(landscape, [recorded(way, np.geomspace(90, 2, 9), "sgd, lr 0.1")])
    figure = Look(width=width).figure(lambda: path_figure(scene))
    assert figure.get_figwidth() == pytest.approx(width)
    assert faults(figure) == []
    assert figure.axes[0].get_window_extent().width > 0.6 * width * figure.dpi


def layers():
    """More layers than have room for their names."""
    random = np.random.default_rng(0)
    steps = np.arange(0, 50, 10)
    sums, names = 10.0 ** random.uniform(-3, 3, (5, 60, len(SUMS))), [f"layers.{one}" for one in range(60)]
    curves = LayerCurves.of_tensors(steps, sums, names, {"all": range(60)})
    return layers_figure(curves, (steps, np.linspace(2.0, 0.5, 5)), "adam, lr 0.1")


def planes():
    """Three maps of six dimensions."""
    paths = [path(-line(), line())]
    settings = PlaneSettings(resolution=8)
    return planes_figure(scene_of(linear(), paths, settings=settings, grid=False, extras=["planes"]))


def near():
    """PSNR and SSIM over evaluations and seconds."""
    rising = np.linspace(0.1, 0.9, 9)
    costs = {"evaluations": np.arange(9.0), "seconds": np.arange(9.0)}
    return nearness_figure({"psnr": 40 * rising, "ssim": rising}, costs, "shapes")


@pytest.mark.parametrize(
    "make", [layers, planes, near, lambda: FIGURES["gradient"](function_scene("himmelblau")[1])]
)
def test_many_panels_have_room_on_a_page(make):
    figure = Look(width=3.4).figure(make)
    assert figure.get_figheight() <= PAGE + 0.01
    assert faults(figure) == []


def test_scales_lie_side_by_side_below_a_map():
    _, scene = function_scene("himmelblau")
    figure = Look(width=3.4).figure(lambda: path_figure(scene))
    figure.draw_without_rendering()
    map_, (one, two) = figure.axes[0], figure.axes[0].child_axes
    assert one.get_window_extent().y1 < map_.get_window_extent().y0
    assert one.get_window_extent().x1 < two.get_window_extent().x0


def test_only_what_is_drawn_meanwhile_is_narrow():
    figure = Figure(figsize=(9, 4))
    with drawn_for(3.4):
        assert (asked_width(), room_of(figure)) == (3.4, 3.4 / TYPE)
    assert (asked_width(), room_of(figure)) == (None, 9.0)


def test_a_grid_becomes_a_column_and_maps_as_wide_as_each_other():
    left, right, below = Figure().subplots(1, 3)
    right.set_aspect("equal")
    grid, widths, heights = stacked([[left, right], [below, below]], [4.0, 2.0], [3.0, 1.0])
    assert grid == [[left], [right], [below]]
    assert (widths, heights) == ([4.0], [3.0, 6.0, 1.0])
