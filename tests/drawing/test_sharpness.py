"""The figure of the edge of stability."""

import numpy as np

from landscape_lab.curvature import Sharpnesses
from landscape_lab.drawing.sharpness import sharpness_figure

STEPS = np.arange(5)
LOSSES = (STEPS, np.linspace(2.0, 1.0, 5))


def test_the_line_stands_in_the_panel_of_its_kind():
    values = {"sharpness": np.linspace(1, 9, 5), "preconditioned_sharpness": np.array([np.nan, 1, 2, 3, 4])}
    curve = Sharpnesses(STEPS, values, np.full(5, 20.0), "38/lr", True)
    _, plain, preconditioned = sharpness_figure(curve, LOSSES, "adam").axes
    assert [len(axes.lines) for axes in (plain, preconditioned)] == [1, 2]
    np.testing.assert_allclose(preconditioned.lines[1].get_ydata(), 20.0)
    (words,) = preconditioned.texts
    assert words.get_text() == "38/lr = 20"
    assert words.get_position()[0] > 1  # beside all curves


def test_without_a_line_there_is_the_curve_only():
    curve = Sharpnesses(STEPS, {"sharpness": np.linspace(1, 9, 5)}, np.full(5, np.nan))
    loss, plain = sharpness_figure(curve, LOSSES, "lion").axes
    assert (len(loss.lines), len(plain.lines), len(plain.texts)) == (1, 1, 0)


def test_a_line_that_rises_is_followed_only_near_the_curve():
    thresholds = np.array([10.0, 20.0, 500.0, 1e6, np.inf])
    curve = Sharpnesses(STEPS, {"sharpness": np.linspace(1, 9, 5)}, thresholds, "2/lr")
    _, plain = sharpness_figure(curve, LOSSES, "sgd").axes
    assert 20 < plain.get_ylim()[1] < 50
    assert plain.texts[0].get_text() == "2/lr"
    unknown = Sharpnesses(STEPS, {"sharpness": np.linspace(1, 9, 5)}, np.full(5, np.inf), "2/lr")
    assert not sharpness_figure(unknown, LOSSES, "sgd").axes[1].texts
