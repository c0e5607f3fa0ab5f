r"""From the level of a pixel to how much of it a shape covers.

A profile is a function of the level :math:`e = g (1 + F - \rho)` and gives the coverage s and its
derivative ds/de. It is 0 below `-reach` and constant from `plateau` on.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

Levels = Float[Tensor, "..."]


class Profile(NamedTuple):
    """An edge, and where it begins and ends.

    Args:
        value: s of e, by operations that autograd follows.
        slope: s and ds/de of e, for the backward pass written by hand.
        reach: s is exactly 0 where e ≤ -reach.
        plateau: From which e on s is constant, in a type of floats.
    """

    value: Callable[[Levels], Levels]
    slope: Callable[[Levels], tuple[Levels, Levels]]
    reach: float
    plateau: Callable[[torch.dtype], float]


def smoothstep(level: Levels) -> Levels:
    """t² (3 - 2t) with t = clamp(½ + ½ e, 0, 1): no transcendental function, exactly 0 outside."""
    t = (level * 0.5 + 0.5).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _smoothstep(level: Levels) -> tuple[Levels, Levels]:
    t = (level * 0.5).add_(0.5).clamp_(0, 1)
    square = t * t
    slope = torch.sub(t, square).mul_(3)
    return square.mul_(t.mul_(-2).add_(3)), slope


def cut_tanh(level: Levels) -> Levels:
    """The q = max(tanh e, 0) of the seed."""
    return level.clamp(min=0).tanh()


def _cut_tanh(level: Levels) -> tuple[Levels, Levels]:
    q = level.clamp(min=0).tanh_()
    slope = torch.addcmul(q.new_ones(()), q, q, value=-1)
    return q, slope.mul_(level > 0)


def cut_tanh_squared(level: Levels) -> Levels:
    """The square of it: the seed's notebook multiplies by its mask twice."""
    return cut_tanh(level).square()


def _cut_tanh_squared(level: Levels) -> tuple[Levels, Levels]:
    q = level.clamp(min=0).tanh_()
    square = q * q
    return square, q.mul_(1 - square).mul_(2)


def _saturation(dtype: torch.dtype) -> float:
    """From here on tanh is 1 to the last bit: 1 - tanh e ≈ 2 exp(-2e) is below a quarter of it."""
    return 0.5 * float(torch.log(torch.tensor(8 / torch.finfo(dtype).eps)))


def _tanh(level: Levels) -> tuple[Levels, Levels]:
    q = level.tanh()
    return q, 1 - q * q


SMOOTHSTEP = Profile(smoothstep, _smoothstep, reach=1.0, plateau=lambda _: 1.0)
CUT_TANH = Profile(cut_tanh, _cut_tanh, reach=0.0, plateau=_saturation)
CUT_TANH_SQUARED = Profile(cut_tanh_squared, _cut_tanh_squared, reach=0.0, plateau=_saturation)
TANH = Profile(torch.tanh, _tanh, reach=float("inf"), plateau=_saturation)
