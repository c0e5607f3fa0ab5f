"""The map of basins has the colour of the attractor at each start."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from landscape_lab.drawing.basin_map import attractor_colors, basins_figure, borders, listed
from landscape_lab.drawing.palette import BASIN_COLORS, DARKEST, LOSS_COLORS
from landscape_lab.ensemble import make_ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.outcomes.basins import LOST, Basins, Settling, find_basins
from landscape_lab.planes import PlaneSettings, Window
from landscape_lab.staging import scene_of


def test_the_map_has_the_colour_of_the_attractor_at_each_start():
    landscape = FunctionLandscape(lambda x, y: (x**2 - 1) ** 2 + y**2, bounds=[[-2, 2], [-1, 1]])
    ensemble = make_ensemble(landscape, starts={"grid": [6, 4]})
    ends = torch.stack([ensemble.points[:, 0].sign(), torch.zeros(24)], dim=1)
    settling = Settling(ensemble.points, torch.tensor([0.01, 0.01]))
    settling.since[:] = 5
    basins = find_basins(ensemble, ends, torch.zeros(24), settling, landscape.bounds, steps=100)
    figure = basins_figure(basins, scene_of(landscape, []), "two")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image, axes = np.asarray(canvas.buffer_rgba())[..., :3], figure.axes[0]
    for x, expected in ((-1.63, basins.verdicts[0, 0]), (1.63, basins.verdicts[0, -1])):
        column, row = axes.transData.transform((x, 0.28))
        color = image[len(image) - 1 - int(row), int(column)] / 255
        wanted = [int(BASIN_COLORS[expected][k : k + 2], 16) / 255 for k in (1, 3, 5)]
        assert np.abs(color - wanted).max() < 0.35
        assert color.argmax() == np.argmax(wanted)


def basins_of(losses, rows=4):
    """A strip of starts for each attractor, the way the longer the further to the right."""
    number = len(losses)
    verdicts = np.broadcast_to(np.arange(number), (rows, number)).copy()
    steps = np.broadcast_to(10 * np.arange(number), (rows, number)).copy()
    points = np.stack([np.linspace(-1.5, 1.5, number), np.zeros(number)], axis=1)
    return Basins(verdicts, steps, points, np.array(losses, float), 100, np.array([[-2.0, -1.0], [2.0, 1.0]]))


@pytest.fixture(scope="module")
def wells():
    return scene_of(
        FunctionLandscape(lambda x, y: (x**2 - 1) ** 2 + y**2, bounds=[[-2, 2], [-1, 1]]),
        [],
        settings=PlaneSettings(resolution=30),
    )


def words(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_lowest_is_listed_first_and_then_the_larger(wells):
    assert listed(basins_of([3.0, 1.0, 2.0, 0.5, 4.0]), wells) == [3, 0, 1, 2, 4]
    assert listed(basins_of([3.0, 1e-12, 0.0]), wells) == [1, 0, 2]  # as low but for round-off, and larger
    assert listed(basins_of([]), wells) == []
    assert [line[:6] for line in words(basins_figure(basins_of([3.0, 0.5]), wells, ""))] == [
        "(1.500",
        "(-1.50",
    ]


def test_few_have_a_colour_each(wells):
    colors, scale = attractor_colors(basins_of([3.0, 1.0, 2.0]), wells)
    assert scale is None
    assert [to_hex(color) for color in colors[[1, 0, 2]]] == list(BASIN_COLORS[:3])


def test_many_have_the_colours_of_their_losses_with_lines_between_them(wells):
    losses = [5.0, *np.linspace(9.0, 1.0, 11)]
    colors, scale = attractor_colors(basins_of(losses), wells)
    np.testing.assert_allclose(colors, LOSS_COLORS(scale.norm(np.array(losses)))[:, :3])
    figure = basins_figure(basins_of(losses), wells, "")
    axes = figure.axes[0]
    assert [bar.get_ylabel() for bar in axes.child_axes] == ["final loss"]
    assert words(figure)[0].endswith("loss 1: 8.3%")
    assert words(figure)[1] == "11 others, losses from 1.8 to 9: 91.7%"
    (lines,) = (each for each in axes.collections if isinstance(each, LineCollection))
    upright = np.linspace(-2, 2, 13)[1:-1]
    found = sorted({round(line[0, 0], 6) for line in np.array(lines.get_segments())})
    np.testing.assert_allclose(found, upright, atol=1e-6)


def test_steps_beside_many_attractors_are_the_darker_the_later(wells):
    basins = basins_of(np.linspace(9.0, 1.0, 12))
    basins = replace(basins, steps=np.arange(basins.steps.size).reshape(basins.steps.shape))
    steps = basins_figure(basins, wells, "").axes[1]
    assert steps.get_title(loc="left") == "steps to rest"
    light = np.asarray(steps.images[0].get_array())[..., :3].sum(axis=-1).ravel()
    assert (np.diff(light[3:-3]) < 0).all()


def test_borders_are_where_verdicts_differ():
    """Against the edges of each cell one by one."""
    verdicts = np.random.default_rng(0).integers(-2, 3, (5, 7))
    window = Window(-1.0, 6.0, 2.0, 12.0)
    wanted = set()
    for row in range(5):
        for column in range(7):
            left, low = -1.0 + column, 2.0 + 2 * row
            if column and verdicts[row, column] != verdicts[row, column - 1]:
                wanted.add((left, low, left, low + 2))
            if row and verdicts[row, column] != verdicts[row - 1, column]:
                wanted.add((left, low, left + 1, low))
    assert {tuple(line.ravel().tolist()) for line in borders(verdicts, window)} == wanted


def test_the_bar_of_steps_has_the_colours_of_the_map(wells):
    figure = basins_figure(basins_of([3.0, 1.0, 2.0]), wells, "")
    (bar,) = figure.axes[0].child_axes
    stripes = np.asarray(bar.images[0].get_array())
    assert stripes.shape[1] == 3
    for number, color in enumerate(attractor_colors(basins_of([3.0, 1.0, 2.0]), wells)[0]):
        np.testing.assert_allclose(stripes[0, number], color)
        np.testing.assert_allclose(stripes[-1, number], DARKEST * color)
    low, high = bar.get_ylim()
    np.testing.assert_allclose(bar.images[0].get_extent()[2:], [low, high])


def test_all_may_be_lost(wells):
    nothing = basins_of([])
    nothing = replace(nothing, verdicts=np.full((4, 6), LOST), steps=np.zeros((4, 6), int))
    assert words(basins_figure(nothing, wells, "")) == ["diverged or left: 100.0%"]
