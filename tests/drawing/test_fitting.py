"""A figure is as large as what is in it."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from landscape_lab.drawing.fitting import fit


def inches(axes):
    """Width and height."""
    return tuple(np.array(axes.bbox.size) / axes.figure.dpi)


def test_axes_get_their_sizes_and_nothing_is_cut():
    figure = Figure(figsize=(1.0, 1.0))
    left, right, below = figure.subplots(3)
    left.set_ylabel("a long name\nof two lines")
    right.set_title("a title that is much wider than its axes", loc="left")
    below.set_xlabel("step")
    beside = below.twinx()
    beside.set_ylabel("beside")
    figure.legend([left.plot([0, 1])[0]], ["a line"], loc="outside lower left")
    fit(figure, [[left, right], [below, below]], [2.0, 1.0], [1.5, 0.7])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert inches(left) == pytest.approx((2.0, 1.5))
    assert inches(right) == pytest.approx((1.0, 1.5))
    assert inches(below)[1] == pytest.approx(0.7)
    assert (below.bbox.x0, below.bbox.x1) == pytest.approx((left.bbox.x0, right.bbox.x1))
    renderer = canvas.get_renderer()
    boxes = [each.get_tightbbox(renderer) for each in (left, right, below, beside)]
    assert min(min(box.min) for box in boxes) > 0
    assert max(box.x1 for box in boxes) < figure.bbox.x1
    assert boxes[2].y1 < min(boxes[0].y0, boxes[1].y0)
    assert boxes[0].x1 < right.bbox.x0
    legend = figure.legends[0].get_window_extent(renderer)
    assert min(box.y0 for box in boxes) >= legend.y1 - 1 > legend.y0 >= figure.bbox.y0 - 1


def test_axes_span_rows_and_columns():
    figure = Figure()
    head, one, two, both = figure.subplots(4)
    head.set_title("a title", loc="left")
    for axes in (one, two):
        axes.set_xlabel("x")
    fit(figure, [[head, head], [one, both], [two, both]], [2.0, 0.2], [0.1, 1.0, 1.5])
    assert (head.bbox.x0, head.bbox.x1) == pytest.approx((one.bbox.x0, both.bbox.x1))
    assert (both.bbox.y0, both.bbox.y1) == pytest.approx((two.bbox.y0, one.bbox.y1))
    assert (inches(one), inches(two)) == (pytest.approx((2.0, 1.0)), pytest.approx((2.0, 1.5)))
    assert inches(both)[0] == pytest.approx(0.2)
