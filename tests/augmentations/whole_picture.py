"""The slow way, written independently: the whole picture is changed, then its gradient pictures."""

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage

from landscape_lab.augmentations import (
    AddNoise,
    Blur,
    Brightness,
    Contrast,
    Cutout,
    Dropout,
    Gamma,
    Quantize,
    SaltAndPepper,
)


def sampled(picture, places, mode):
    """A picture read at places (x, y) in -1…1, edges repeated."""
    grid = torch.as_tensor(places, dtype=torch.float64).view(1, 1, -1, 2)
    texture = torch.as_tensor(picture, dtype=torch.float64)[None, None]
    return (
        F.grid_sample(texture, grid, mode=mode, padding_mode="border", align_corners=False).view(-1).numpy()
    )


def loss_and_gradient(picture, point, mode, scale):
    """The loss at a point, and the two difference pictures, read half a pixel aside."""
    height, width = picture.shape
    padded = np.pad(picture, 2, mode="edge")

    def at(texture, x, y):  # the texture's first pixel lies at (x, y) of the picture
        rows, columns = texture.shape
        place = ((np.asarray(point) + 1) * [width, height] - 1) / 2 - [x, y]
        return sampled(texture, (2 * place + 1) / [columns, rows] - 1, mode)[0]

    along_x, along_y = np.diff(padded, axis=1), np.diff(padded, axis=0)
    return at(picture, 0, 0), np.array([scale * at(along_x, -1.5, -2), scale * at(along_y, -2, -1.5)])


def moved(picture, maps, step, member, mode):
    """The picture looked up at the mapped centres of its pixels."""
    pick = [part[step, min(member, part.shape[1] - 1)].numpy() for part in maps]
    matrix, offset, (columns, rows), _ = pick
    columns, rows = round(columns), round(rows)
    x, y = np.meshgrid((2 * np.arange(columns) + 1) / columns - 1, (2 * np.arange(rows) + 1) / rows - 1)
    places = np.stack([x, y], -1).reshape(-1, 2) @ matrix.T + offset
    return sampled(picture, places, mode).reshape(rows, columns)


def spread(draw, shape):
    """A tile of random numbers repeated over the picture."""
    rows, columns = (np.arange(n) % m for n, m in zip(shape, draw.shape, strict=True))
    return draw[np.ix_(rows, columns)]


def changed(picture, change, draw):
    """The picture after one change; `draw` is a tile, or what one picture has in common."""
    shape = picture.shape
    match change:
        case AddNoise():
            noisy = picture + spread(draw, shape)
            return noisy.clip(0, 1) if change.clamp else noisy
        case SaltAndPepper():
            draw = spread(draw, shape)
            salted = np.where(draw >= 1 - np.float32(change.probability / 2), 1.0, picture)
            return np.where(draw < np.float32(change.probability / 2), 0.0, salted)
        case Dropout():
            return np.where(spread(draw, shape) < np.float32(change.probability), change.value, picture)
        case Cutout():
            column, row = draw[0] * np.array(shape[::-1]) - 0.5
            rows, columns = np.abs(np.arange(shape[0]) - row), np.abs(np.arange(shape[1]) - column)
            return np.where(
                (rows[:, None] <= change.size / 2) & (columns <= change.size / 2), change.value, picture
            )
        case Brightness():
            return (picture + draw.item()).clip(0, 1)
        case Contrast():
            return ((picture - 0.5) * draw.item() + 0.5).clip(0, 1)
        case Gamma():
            return picture.clip(0, 1) ** draw.item()
        case Quantize():
            return np.round(picture.clip(0, 1) * (change.levels - 1)) / (change.levels - 1)
        case Blur():
            return (
                ndimage.gaussian_filter(picture, change.sigma, mode="nearest", truncate=4.0)
                if change.sigma
                else picture
            )
    name = type(change).__name__
    raise AssertionError(
        f"{name} should be written once more, the slow way: "
        "in `changed` of tests/augmentations/whole_picture.py"
    )
