"""How one curve is drawn."""

import numpy as np
from matplotlib.figure import Figure
from scenes import recorded, scene

from landscape_lab.drawing.strokes import Curve, add_rate_bar, cleaned, draw_curve
from landscape_lab.drawing.value_axis import ValueAxis

AXIS = ValueAxis("loss", (0.1, 10.0), True)


def test_records_of_which_nothing_can_be_drawn_are_left_out():
    curve = cleaned(Curve(np.arange(4), np.array([[1.0], [np.nan], [-2.0], [3.0]])), AXIS)
    assert curve.costs.tolist() == [0, 3]
    assert curve.values.tolist() == [[1.0], [3.0]]


def test_many_members_are_a_median_in_two_bands():
    values = np.tile(np.arange(1.0, 10.0), (3, 1))
    axes = Figure().add_subplot()
    draw_curve(axes, Curve(np.arange(3), values), "black", AXIS)
    (line,) = axes.lines
    assert line.get_ydata().tolist() == [5.0, 5.0, 5.0]
    inner, outer = (band.get_datalim(axes.transData).extents[[1, 3]] for band in axes.collections)
    np.testing.assert_allclose([outer, inner], [[1.8, 8.2], [3.0, 7.0]])


def test_the_median_of_two_members_is_the_lower_and_lies_in_its_bands():
    axes = Figure().add_subplot()
    draw_curve(axes, Curve(np.arange(3), np.tile([1.0, 2.0], (3, 1))), "black", AXIS)
    (line,) = axes.lines
    assert line.get_ydata().tolist() == [1.0, 1.0, 1.0]
    inner, outer = (band.get_datalim(axes.transData).extents[[1, 3]] for band in axes.collections)
    np.testing.assert_allclose([outer, inner], [[1.0, 1.9], [1.0, 1.75]])


def test_learning_rates_have_one_bar():
    figure = Figure()
    figure.subplots(1, 2)
    kept = recorded(np.zeros((2, 2, 2)), [[1.0, 1.0], [0.5, 0.7]], members={"lr": np.array([0.01, 2.0])})
    add_rate_bar(figure, scene(kept))
    bar = figure.axes[-1]
    assert len(figure.axes) == 3
    assert bar.get_ylabel() == "learning rate"
    np.testing.assert_allclose(bar.get_ylim(), [0.01, 2.0])
