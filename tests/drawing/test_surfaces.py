"""The gradient that is drawn is the gradient."""

import numpy as np
from scenes import function_scene

from landscape_lab.drawing.surfaces import gradient_figure


def test_gradient_pictures_are_the_gradient():
    _, view = function_scene("parabola")
    across, down, size = (axes.images[0].get_array() for axes in gradient_figure(view).axes[:3])
    left, right, first, last = view.window.extent
    rows, columns = view.losses.shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = first + (np.arange(rows) + 0.5) * (last - first) / rows
    inner = slice(1, -1)
    np.testing.assert_allclose(
        across[inner, inner], np.broadcast_to(20 * x, across.shape)[inner, inner], atol=0.05
    )
    np.testing.assert_allclose(
        down[inner, inner], np.broadcast_to(20 * y[:, None], down.shape)[inner, inner], atol=0.05
    )
    np.testing.assert_allclose(size, np.hypot(across, down))
