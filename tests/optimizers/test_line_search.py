"""The line search keeps its condition."""

from functools import partial

import torch
from descents import descend, landscape_at

from landscape_lab.optimizers import (
    ArmijoLineSearch,
)


def test_line_search_keeps_armijos_condition_and_finds_rates():
    landscape = landscape_at((-1.2, 1.0))
    points, optimizer = descend(partial(ArmijoLineSearch, lr=1.0, c=0.1), landscape, 50)
    losses = landscape.evaluate(points[:, 0])
    moves = (points[1:, 0] - points[:-1, 0]).square().sum(1)
    rate = float(optimizer.state[landscape.points]["rates"])
    assert (losses[1:] < losses[:-1]).all()
    assert 0 < rate < 0.1
    gradients = (
        torch.autograd.functional.jacobian(lambda x: landscape.evaluate(x).sum(), points[:-1, 0])
        .square()
        .sum(1)
    )
    assert (losses[1:] <= losses[:-1] - 0.1 * (moves * gradients).sqrt() + 1e-12).all()
