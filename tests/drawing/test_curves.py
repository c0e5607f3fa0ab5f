"""Curves of the loss, of evaluations and of distances are those of the trajectory."""

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scenes import function_scene, recorded, scene, trajectory

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import FIGURES, path_figure


def test_loss_figure_has_a_linear_and_a_logarithmic_side():
    view = scene(trajectory(np.full((4, 2), 5), [0.8, 0.0, np.nan, 0.1]))
    figure = loss_figure(view)
    linear, logarithmic = figure.axes
    assert (linear.get_yscale(), logarithmic.get_yscale()) == ("linear", "log")
    curve = linear.lines[0].get_xydata()
    np.testing.assert_allclose(curve, [[0, 0.8], [1, 0.0], [3, 0.1]], atol=1e-6)
    assert np.isfinite(logarithmic.lines[0].get_ydata()).all()
    FigureCanvasAgg(figure).draw()


def test_two_optimizers_share_one_landscape():
    one, two = (trajectory([[5, 5], [5 + 40 * k, 30]], [0.5, 0.1], label=f"optimizer {k}") for k in (0, 1))
    figure = loss_figure(scene(one, two))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "optimizer 0",
        "optimizer 1",
    ]
    FigureCanvasAgg(path_figure(scene(one, two))).draw()


def test_loss_can_be_drawn_against_evaluations():
    kept = recorded(np.zeros((3, 1, 2)), [0.8, 0.5, 0.6], "lbfgs", evaluations=(0, 4, 9))
    axes = FIGURES["evaluations"](scene(kept)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 0.8], [4, 0.5], [9, 0.6]], atol=1e-6)
    np.testing.assert_allclose(axes.lines[1].get_xydata(), [[4, 0.5]], atol=1e-6)
    assert axes.get_xlabel() == "evaluation"


def test_distance_to_the_nearest_minimum_is_drawn():
    landscape, view = function_scene("himmelblau", points=((3.0, 3.0), (-2.8, 3.1)))
    curve = loss_figure(view).axes[2].lines[0].get_ydata()
    expected = [
        (landscape.minima - torch.tensor(place)).norm(dim=1).min().item()
        for place in ((3.0, 3.0), (-2.8, 3.1))
    ]
    assert curve == pytest.approx(expected, rel=1e-5)
