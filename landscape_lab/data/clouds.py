"""Clouds of points with classes."""

import math

import torch

from landscape_lab.data.samples import Data
from landscape_lab.data.splits import seeded, split
from landscape_lab.validation import check_count, check_number


def spirals(
    samples: int = 1000, arms: int = 3, noise: float = 0.2, validation: float = 0.0, seed: int = 0
) -> Data:
    """Points on the arms of a spiral, each arm a class.

    An arm goes from the middle to the radius r = 1, at the angle 2π/arms · (arm + 2r) + noise.

    Args:
        samples: How many points.
        arms: How many arms.
        noise: Standard deviation of the angle.
        validation: How many points are held out: a fraction, or from 1 on their number.
        seed: Of the noise and of what is held out.

    >>> spirals().facts()
    {'outputs': 3, 'inputs': 2}
    """
    check_count("samples", samples)
    check_count("arms", arms)
    check_number("noise", noise, low=0.0)
    arm = torch.arange(samples) % arms
    radius = torch.arange(samples) // arms / max(math.ceil(samples / arms) - 1, 1)
    angle = 2.0 * math.pi / arms * (arm + 2.0 * radius) + noise * torch.randn(samples, generator=seeded(seed))
    points = torch.stack([radius * angle.sin(), radius * angle.cos()], dim=-1)  # [samples, 2]
    return split(points, arm, validation=validation, seed=seed, classes=_numbered(arms))


def moons(samples: int = 1000, noise: float = 0.1, validation: float = 0.0, seed: int = 0) -> Data:
    """Two half circles that reach into each other, each a class.

    Args:
        samples: How many points.
        noise: Standard deviation of both coordinates.
        validation: How many points are held out: a fraction, or from 1 on their number.
        seed: Of the noise and of what is held out.
    """
    from sklearn.datasets import make_moons  # takes a second to import, which other data do without

    check_count("samples", samples)
    check_number("noise", noise, low=0.0)
    seeded(seed)
    points, moon = make_moons(samples, noise=noise, random_state=seed)
    return split(
        torch.from_numpy(points).float(),
        torch.from_numpy(moon).long(),
        validation=validation,
        seed=seed,
        classes=("0", "1"),
    )


def random_labels(samples: int = 100, features: int = 2, classes: int = 2, seed: int = 0) -> Data:
    """Torture: points anywhere from -1 to 1, with classes that have nothing to do with them.

    None is held out: what is learnt by heart says nothing of other points.

    Args:
        samples: How many points.
        features: How many coordinates each has.
        classes: How many classes.
        seed: Of points and classes.
    """
    check_count("samples", samples)
    check_count("features", features)
    check_count("classes", classes)
    generator = seeded(seed)
    points = 2.0 * torch.rand(samples, features, generator=generator) - 1.0
    labels = torch.randint(classes, (samples,), generator=generator)
    return Data(points, labels, classes=_numbered(classes))


def _numbered(count: int) -> tuple[str, ...]:
    """Classes that have no name but their number."""
    return tuple(map(str, range(count)))
