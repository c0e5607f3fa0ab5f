"""Trajectories and scenes made by hand, and what is drawn at a place of a map."""

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from landscape_lab import Trajectory
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.staging import scene_of

RAMP = torch.linspace(0.2, 0.9, 60).expand(40, 60)


def recorded(points, losses, label="sgd, lr 0.1", evaluations=None, lr=None, **settings):
    """A record for each step, of points `[records, members, dims]` (or of one member) and losses alike."""
    losses = np.asarray(losses, dtype=float).reshape(len(losses), -1)
    points = np.asarray(points, dtype=float).reshape(*losses.shape, -1)
    kept = Trajectory(label=label, **settings)
    for step, (point, loss) in enumerate(zip(points, losses, strict=True)):
        calls = step if evaluations is None else evaluations[step]
        rate = float("nan") if lr is None else lr[step]
        kept.append(step, torch.tensor(point), torch.tensor(loss), calls, rate)
    return kept


def trajectory(pixels, losses, label="sgd, lr 0.1"):
    """A path through pixels (column, row) of the ramp."""
    pixels = np.asarray(pixels, dtype=float).reshape(len(losses), -1, 2)
    return recorded((2 * pixels + 1) / np.array([60, 40]) - 1, losses, label)


def scene(*trajectories):
    """Trajectories on the ramp."""
    return scene_of(ImageLandscape(RAMP, smoothing=0, normalize=False), trajectories)


def function_scene(name, points=((-1.5, 1.0), (0.5, 0.4)), losses=(20.0, 1.0), **settings):
    """A trajectory on a formula."""
    landscape = FunctionLandscape.named(name, **settings)
    return landscape, scene_of(landscape, [recorded(points, losses, "sgd")])


def pixels_of(figure):
    """The pixels of a figure, and its first axes."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int), figure.axes[0]


def at(image, axes, column, row):
    """The colour at a place of the axes."""
    x, y = axes.transData.transform((column, row))
    return image[image.shape[0] - 1 - int(y), int(x)]
