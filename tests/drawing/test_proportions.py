"""One rule for the shape of maps."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scenes import function_scene, recorded

from landscape_lab.drawing.figures import FIGURES, path_figure
from landscape_lab.drawing.proportions import aspect_of, map_size
from landscape_lab.landscapes import ImageLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of


def picture_scene(rows, columns):
    """A path through a picture of some shape."""
    pixels = np.random.default_rng(0).uniform(size=(rows, columns))
    path = recorded([(-0.5, 0.1), (0.2, 0.3), (0.5, 0.4)], [0.8, 0.3, 0.2])
    return scene_of(ImageLandscape(pixels), [path])


def formula_scene(u, v):
    """A path on a formula in a window."""
    landscape, _ = function_scene("booth")
    return scene_of(
        landscape,
        [recorded([(-1.0, 1.0), (0.5, 0.4)], [20.0, 1.0])],
        settings=PlaneSettings(window=[u, v], resolution=40),
    )


@pytest.mark.parametrize("name", ["path", "gradient"])
@pytest.mark.parametrize(
    ("u", "v", "equal"), [((-3, 3), (-1, 4), True), ((0, 1), (0, 2.9), True), ((0, 1), (0, 5), False)]
)
def test_a_circle_of_a_formula_is_round(name, u, v, equal):
    figure = FIGURES[name](formula_scene(u, v))
    FigureCanvasAgg(figure).draw()
    for axes in (one for one in figure.axes if one.get_xlabel()):  # no bars, no titles
        (left, low), (right, _), (_, high) = axes.transData.transform([(0, 0), (1, 0), (0, 1)])
        assert ((high - low) / (right - left) == pytest.approx(1.0, rel=0.02)) == equal


def test_directions_of_other_lengths_have_no_one_unit():
    view = formula_scene((-3, 3), (-1, 4))
    assert aspect_of(view) == "equal"
    object.__setattr__(
        view.plane, "directions", view.plane.directions * view.plane.directions.new_tensor([[1.0], [2.0]])
    )
    assert aspect_of(view) == "auto"


@pytest.mark.parametrize(("rows", "columns"), [(16, 160), (90, 160), (100, 20)])
def test_data_fill_the_page_and_bars_are_as_high_as_the_map(rows, columns):
    """Half the page of a panorama was blank, and the bar twice as high as its map."""
    view = picture_scene(rows, columns)
    width, height = map_size(view)
    assert height / width == pytest.approx(rows / columns)
    figure = path_figure(view)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes = figure.axes[0]
    assert axes.bbox.width / figure.dpi == pytest.approx(width, rel=0.01)
    for bar in axes.child_axes:
        assert bar.bbox.height == pytest.approx(axes.bbox.height, rel=0.1)  # arrows at its ends count not
    everything = axes.get_tightbbox(canvas.get_renderer())
    assert min(everything.min) >= 0
    assert everything.x1 <= figure.bbox.x1
    assert everything.y1 <= figure.bbox.y1
    assert width * height > 0.5 * np.prod(figure.get_size_inches()) or min(width, height) < 2.5
    numbers = [label.get_window_extent(canvas.get_renderer()) for label in axes.get_xticklabels()]
    legend = axes.get_legend().get_window_extent(canvas.get_renderer())
    assert not any(legend.overlaps(box) for box in (*numbers, axes.xaxis.label.get_window_extent()))
