"""The map of basins has the colour of the attractor at each start."""

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from landscape_lab.basins import Settling, find_basins
from landscape_lab.drawing.basin_map import BASIN_COLORS, basins_figure
from landscape_lab.ensemble import make_ensemble
from landscape_lab.landscapes import FunctionLandscape
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
