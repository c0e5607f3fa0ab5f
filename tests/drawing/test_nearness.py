"""Curves of PSNR and SSIM."""

import numpy as np
from linting import faults

from landscape_lab.drawing.nearness import nearness_figure


def test_each_quantity_is_drawn_over_each_cost():
    values = {"psnr": np.linspace(15, 30, 9), "ssim": np.linspace(0.4, 0.9, 9)}
    costs = {"evaluations": np.arange(9.0), "seconds": np.linspace(0, 0.2, 9)}
    figure = nearness_figure(values, costs, "shapes · adam")
    drawn = [axes.lines[0].get_xydata().T for axes in figure.axes]
    expected = [(cost, value) for value in values.values() for cost in costs.values()]
    np.testing.assert_allclose(drawn, expected)
    assert faults(figure) == []
