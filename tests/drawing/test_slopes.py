"""The gradient that is drawn is the gradient, in one scale, with what there is to know about it."""

from dataclasses import replace

import numpy as np
from linting import faults
from matplotlib.text import Text
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.slopes import gradient_figure


def maps_of(figure):
    """Its three maps: along u, along v, and the size."""
    return [axes for axes in figure.axes if axes.images]


def words_of(figure):
    """All that is written."""
    return {text.get_text() for text in figure.findobj(Text)}


def bars_of(figure):
    """The names of its scales."""
    return [axes.get_ylabel().replace("\n", " ") for axes in figure.axes if hasattr(axes, "_colorbar")]


def test_gradient_pictures_are_the_gradient():
    _, view = function_scene("parabola")
    across, down, size = (axes.images[0].get_array() for axes in maps_of(gradient_figure(view)))
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


def test_both_components_share_a_bar_and_all_has_a_name():
    figure = gradient_figure(replace(scene(trajectory([(5, 20), (55, 20)], [0.3, 0.8])), about="ramp.png"))
    across, down, size = (axes.images[0] for axes in maps_of(figure))
    assert across.norm is down.norm
    assert size.norm is not across.norm
    assert bars_of(figure) == ["components, loss per pixel", "size, loss per pixel"]
    told = ("along column", "along row", "its size", "start", "end", "ramp.png", "column", "row")
    assert words_of(figure) >= set(told)
    assert not faults(figure)


def test_the_path_is_seen_on_black():
    figure = gradient_figure(scene(trajectory([(5, 20), (55, 20)], [0.3, 0.8])))
    for axes in maps_of(figure):
        (line,) = (line for line in axes.lines if line.get_linestyle() == "-")
        assert line.get_color() == "white"
        assert line.get_path_effects()


def test_wide_maps_lie_below_each_other_and_the_bar_spans_both_components():
    view = scene(trajectory([(5, 20), (55, 20)], [0.3, 0.8]))
    wide = replace(
        view, losses=np.random.default_rng(0).random((4, 60)), window=replace(view.window, last=3.5)
    )
    figure = gradient_figure(wide)
    across, down, size = (axes.get_position() for axes in maps_of(figure))
    assert across.y0 > down.y1 > down.y0 > size.y1
    bar = next(axes for axes in figure.axes if hasattr(axes, "_colorbar")).get_position(original=True)
    np.testing.assert_allclose([bar.y0, bar.y1], [down.y0, across.y1])


def test_a_closer_look_is_drawn_where_there_is_one_and_said():
    _, view = function_scene("parabola")
    near = replace(view, window=replace(view.window, left=-1.0, right=1.0))
    figure = gradient_figure(replace(view, cropped=near))
    assert maps_of(figure)[0].get_xlim() == (-1.0, 1.0)
    assert any("finer than" in words for words in words_of(figure))
    assert not any("finer than" in words for words in words_of(gradient_figure(view)))
