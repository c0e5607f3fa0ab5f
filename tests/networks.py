"""Networks on small data, and paths through their weights, for tests of what is drawn of them."""

import torch
from scenes import recorded
from torch import nn

from landscape_lab.data import Data
from landscape_lab.landscapes import NetworkLandscape


def halves(samples=40):
    """Points of two features; class 1 to the right of a line."""
    points = torch.rand(samples, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return Data(points, (points[:, 0] > 0).long(), classes=("left", "right"))


def line(slope=4.0):
    """A network that tells the halves apart by a line through the middle: its weights, `[6]`."""
    return torch.tensor(
        [-slope, 0.0, slope, 0.0, 0.0, 0.0]
    )  # weights [2, 2] and biases [2] of a linear layer


def linear(data=None):
    """The landscape of a linear classifier."""
    return NetworkLandscape(nn.Linear(2, 2), halves() if data is None else data)


def path(*points, **settings):
    """A trajectory through weights `[dims]`, the landscape's loss at each."""
    landscape = linear()
    losses = landscape.evaluate(torch.stack(points))
    return recorded(torch.stack(points)[:, None].numpy(), losses.numpy(), "sgd", **settings)
