"""Hills: so many local minima that going down is not enough."""

import math

import torch

from landscape_lab.landscapes.functions.catalogue import (
    LIBRARY,
    TINY,
    Coordinates,
    Losses,
    Points,
    at,
    formula,
    mirrored,
)


@formula(bounds=(-5.12, 5.12), start=(-3.3, 2.4), minima=at(0.0), source=LIBRARY)
def rastrigin(points: Points) -> Losses:
    r""":math:`\sum_i x_i^2 - 10 \cos 2 \pi x_i + 10`: an egg box in a bowl."""
    return (points.square() - 10.0 * torch.cos(2.0 * math.pi * points) + 10.0).sum(-1)


@formula(
    bounds=(-32.768, 32.768),
    start=(-20.3, 14.6),
    minima=at(0.0),
    source=LIBRARY,
    smooth=False,
)
def ackley(points: Points) -> Losses:
    r""":math:`20 + e - 20 \exp(-0.2 \sqrt{\overline{x_i^2}}) - \exp(\overline{\cos 2 \pi x_i})`.

    The bars are means over the coordinates. A plain of ripples with a funnel, whose tip is a kink.
    """
    radius = torch.linalg.vector_norm(points, dim=-1) / math.sqrt(points.shape[-1])
    return (
        20.0
        + math.e
        - 20.0 * torch.exp(-0.2 * radius)
        - torch.exp(torch.cos(2.0 * math.pi * points).mean(-1))
    )


@formula(bounds=(-10.0, 10.0), start=(-7.0, 8.0), minima=at(1.0), source=LIBRARY)
def levy(points: Points) -> Losses:
    r"""The first term, the middle ones and the last, in w = 1 + (x - 1) / 4.

    .. math:: \sin^2 \pi w_1 + \sum_{i < d} (w_i - 1)^2 (1 + 10 \sin^2(\pi w_i + 1))
        + (w_d - 1)^2 (1 + \sin^2 2 \pi w_d)
    """
    w = 1.0 + (points - 1.0) / 4.0
    rest, last = w[..., :-1], w[..., -1]
    ripples = ((rest - 1.0).square() * (1.0 + 10.0 * torch.sin(math.pi * rest + 1.0).square())).sum(-1)
    end = (last - 1.0).square() * (1.0 + torch.sin(2.0 * math.pi * last).square())
    return torch.sin(math.pi * w[..., 0]).square() + ripples + end


@formula(bounds=(-10.0, 10.0), start=(-7.0, 8.0), minima=((1.0, 1.0),), source=LIBRARY)
def levy_n13(x: Coordinates, y: Coordinates) -> Losses:
    """`sin² 3πx + (x - 1)² (1 + sin² 3πy) + (y - 1)² (1 + sin² 2πy)`."""
    ripples = (x - 1.0).square() * (1.0 + torch.sin(3.0 * math.pi * y).square())
    return (
        torch.sin(3.0 * math.pi * x).square()
        + ripples
        + (y - 1.0).square() * (1.0 + torch.sin(2.0 * math.pi * y).square())
    )


@formula(bounds=(-50.0, 50.0), start=(-43.0, 31.0), minima=at(0.0), source=LIBRARY)
def griewank(points: Points) -> Losses:
    r""":math:`1 + \sum_i x_i^2 / 4000 - \prod_i \cos(x_i / \sqrt i)`.

    Ripples on a wide bowl; on the usual ±600 they cannot be seen.
    """
    axis = torch.arange(1, points.shape[-1] + 1).to(points)
    return 1.0 + points.square().sum(-1) / 4000.0 - torch.cos(points / axis.sqrt()).prod(-1)


@formula(bounds=(-500.0, 500.0), start=(-250.0, 100.0), minima=at(420.968746359982), source=LIBRARY)
def schwefel(points: Points) -> Losses:
    r""":math:`\sum_i 418.98\ldots - x_i \sin \sqrt{|x_i|}`: the lowest valley is in a corner.

    The constant, mostly printed as 418.9829, has all its digits here, so that the lowest loss is 0.
    """
    return (418.98288727243371 - points * torch.sin((points.abs() + TINY).sqrt())).sum(-1)


@formula(
    bounds=(-512.0, 512.0),
    start=(-200.0, 100.0),
    minima=((512.0, 404.2318051137578),),
    value=-959.6406627208508,
    source=LIBRARY,
    at_bounds=True,
)
def eggholder(x: Coordinates, y: Coordinates) -> Losses:
    """`-(y + 47) sin √|x/2 + y + 47| - x sin √|x - y - 47|`: the minimum is on the edge."""
    y = y + 47.0
    return -y * torch.sin(((0.5 * x + y).abs() + TINY).sqrt()) - x * torch.sin(((x - y).abs() + TINY).sqrt())


def _cone(x: Coordinates, y: Coordinates, height: float) -> Losses:
    """`|height - √(x² + y²)/π|`."""
    return (height - torch.linalg.vector_norm(torch.stack([x, y]), dim=0) / math.pi).abs()


@formula(
    bounds=(-10.0, 10.0),
    start=(-5.0, 3.0),
    minima=mirrored(8.055023475736564, 9.664590019241273),
    value=-19.20850256788675,
    source=LIBRARY,
)
def holder_table(x: Coordinates, y: Coordinates) -> Losses:
    """`-|sin x cos y exp |1 - r/π||` with r the distance from 0: a table with four legs."""
    return -(torch.sin(x) * torch.cos(y) * torch.exp(_cone(x, y, 1.0))).abs()


@formula(
    bounds=(-10.0, 10.0),
    start=(-7.0, 5.5),
    minima=mirrored(1.349406617153911, 1.349406617153911),
    value=-2.062611870822739,
    source=LIBRARY,
)
def cross_in_tray(x: Coordinates, y: Coordinates) -> Losses:
    """`-0.0001 (|sin x sin y exp |100 - r/π|| + 1)^0.1` with r the distance from 0."""
    size = (torch.sin(x) * torch.sin(y)).abs()
    # exp(100) does not fit into float32, so the power is taken of the logarithm; that of 0 is a gap
    # that passes no gradient.
    exponent = size.clamp(min=TINY).log().masked_fill(size < TINY, -math.inf) + _cone(x, y, 100.0)
    return -0.0001 * torch.exp(0.1 * torch.logaddexp(exponent, torch.zeros_like(exponent)))


@formula(bounds=(-5.12, 5.12), start=(-3.7, 2.5), minima=((0.0, 0.0),), value=-1.0, source=LIBRARY)
def drop_wave(x: Coordinates, y: Coordinates) -> Losses:
    """`-(1 + cos 12r) / (r²/2 + 2)` with r the distance from 0: rings around a drop."""
    radius = torch.linalg.vector_norm(torch.stack([x, y]), dim=0)
    return -(1.0 + torch.cos(12.0 * radius)) / (0.5 * radius.square() + 2.0)


SHUBERT_LOW = (-7.708313735499347, -1.425128428319761, 4.858056878859825)
"""Where the sum over one coordinate is lowest, -12.87…, within ±10."""
SHUBERT_HIGH = (-7.0835064076515595, -0.8003211004719732, 5.482864206707613)
"""Where it is highest, 14.50…."""


@formula(
    bounds=(-10.0, 10.0),
    start=(-3.0, 2.0),
    minima=tuple(
        point for low in SHUBERT_LOW for high in SHUBERT_HIGH for point in ((low, high), (high, low))
    ),
    value=-186.7309088310238,
    source=LIBRARY,
)
def shubert(x: Coordinates, y: Coordinates) -> Losses:
    r""":math:`\prod_{t \in x, y} \sum_{i=1}^5 i \cos((i + 1) t + i)`: 18 minima, all as deep, among 760."""
    i = torch.arange(1, 6).to(x)
    sums = (i * torch.cos((i + 1.0) * torch.stack([x, y]).unsqueeze(-1) + i)).sum(-1)
    return sums[0] * sums[1]


def _damped(wave: Losses, x: Coordinates, y: Coordinates) -> Losses:
    """Schaffer's frame: 1/2 far away, the wave at 0."""
    return 0.5 + (wave.square() - 0.5) / (1.0 + 0.001 * (x.square() + y.square())).square()


@formula(bounds=(-10.0, 10.0), start=(-7.0, 5.0), minima=((0.0, 0.0),), source=LIBRARY)
def schaffer_n2(x: Coordinates, y: Coordinates) -> Losses:
    """`1/2 + (sin²(x² - y²) - 1/2) / (1 + 0.001 (x² + y²))²`; usually drawn on ±100."""
    return _damped(torch.sin(x.square() - y.square()), x, y)


@formula(
    bounds=(-10.0, 10.0),
    start=(-7.0, 5.0),
    minima=(
        (0.0, 1.253131831463733),
        (0.0, -1.253131831463733),
        (1.253131831463733, 0.0),
        (-1.253131831463733, 0.0),
    ),
    value=0.2925786320359805,
    source=LIBRARY,
)
def schaffer_n4(x: Coordinates, y: Coordinates) -> Losses:
    """`1/2 + (cos²(sin |x² - y²|) - 1/2) / (1 + 0.001 (x² + y²))²`; usually drawn on ±100."""
    return _damped(torch.cos(torch.sin((x.square() - y.square()).abs())), x, y)
