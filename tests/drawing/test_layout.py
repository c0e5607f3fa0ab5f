"""Frames are divided for what they show."""

import pytest
from matplotlib.figure import Figure
from networks import line, linear, path
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.layout import lay_out
from landscape_lab.staging import scene_of


def places(view, shown):
    """The axes of a frame, laid out."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    made = lay_out(figure, shown, view)
    figure.canvas.draw()
    return made


@pytest.mark.parametrize(("view", "maps"), [("map", 1), ("surface", 1), ("draws", 2)])
def test_a_formula_has_its_loss_beside_one_map_or_below_two(view, maps):
    made = places(view, function_scene("booth")[1])
    assert (len(made.maps), made.strips) == (maps, [])
    beside = made.loss.get_position().x0 > made.maps[0].get_position().x1
    assert beside == (maps == 1)
    assert made.loss.get_title("right") == ""


def test_a_wide_picture_has_its_loss_below():
    made = places("map", scene(trajectory([(5, 5), (9, 9)], [1.0, 0.5])))
    assert made.loss.get_position().y1 < made.maps[0].get_position().y0


def test_a_slice_is_said_to_be_one_in_each_view():
    shown = scene_of(linear(), [path(line(1.0), line(2.0), line(4.0))])
    made = places("map", shown)
    assert len(made.strips) == 1
    assert made.strips[0].get_position().y1 < made.maps[0].get_position().y0
    assert places("draws", shown).loss.get_title("right").startswith("The map is a slice of 6 dimensions")
