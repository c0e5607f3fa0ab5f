"""The tables of a race."""

import numpy as np
from linting import faults
from matplotlib.figure import Figure

from landscape_lab.drawing.race_tables import COLORS, draw_tables

TIMES = np.array([[10.0, np.inf], [20.0, np.inf], [400.0, np.inf]])


def tables():
    """Three optimizers on two landscapes, of which nobody solves the second."""
    figure = Figure(figsize=(7, 8), layout="constrained")
    (part,) = figure.subfigures(1, 1, squeeze=False).flat
    names = (["adam", "sgd", "lion"], ["rosenbrock", "spiral"])
    draw_tables(part, names, [("evaluations", TIMES)], ("loss", np.array([[1.0, 2.0], [3.0, 4.0], [5, 0.5]])))
    return figure


def test_cells_are_the_darker_the_longer_it_took_and_tell_what_was_missed():
    figure = tables()
    evaluations, losses, key = figure.axes
    cells = np.asarray(evaluations.images[0].get_array())
    np.testing.assert_allclose(cells[:, 0], COLORS(np.array([0.0, 0.25, 1.0])), atol=0.01)
    assert (cells[:, 1] == cells[0, 1]).all()
    assert [text.get_text() for text in evaluations.texts] == [
        "10",
        "missed",
        "20",
        "missed",
        "400",
        "missed",
    ]
    assert [text.get_weight() for text in evaluations.texts[::2]] == ["bold", "normal", "normal"]
    assert (np.asarray(losses.images[0].get_array())[..., :3] == 1.0).all()
    assert "missed" in key.get_ylabel()
    assert [text.get_text() for text in key.get_yticklabels()] == ["1×", "2×", "4×", "8×", "16×"]


def test_nothing_is_wrong_with_them():
    assert faults(tables()) == []
