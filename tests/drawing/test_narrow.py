"""Figures for one column of a paper."""

import numpy as np
import pytest
from linting import faults
from matplotlib.figure import Figure
from scenes import function_scene, recorded

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.look import Look
from landscape_lab.drawing.narrow import TYPE, asked_width, drawn_for, room_of, stacked
from landscape_lab.landscapes import FunctionLandscape
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
