"""Improved Perlin noise of two coordinates, vectorised and differentiable."""

from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor

# fmt: off
PERMUTATION = torch.tensor([
    151, 160, 137, 91, 90, 15, 131, 13, 201, 95, 96, 53, 194, 233, 7, 225, 140, 36, 103, 30, 69,
    142, 8, 99, 37, 240, 21, 10, 23, 190, 6, 148, 247, 120, 234, 75, 0, 26, 197, 62, 94, 252, 219,
    203, 117, 35, 11, 32, 57, 177, 33, 88, 237, 149, 56, 87, 174, 20, 125, 136, 171, 168, 68, 175,
    74, 165, 71, 134, 139, 48, 27, 166, 77, 146, 158, 231, 83, 111, 229, 122, 60, 211, 133, 230,
    220, 105, 92, 41, 55, 46, 245, 40, 244, 102, 143, 54, 65, 25, 63, 161, 1, 216, 80, 73, 209, 76,
    132, 187, 208, 89, 18, 169, 200, 196, 135, 130, 116, 188, 159, 86, 164, 100, 109, 198, 173, 186,
    3, 64, 52, 217, 226, 250, 124, 123, 5, 202, 38, 147, 118, 126, 255, 82, 85, 212, 207, 206, 59,
    227, 47, 16, 58, 17, 182, 189, 28, 42, 223, 183, 170, 213, 119, 248, 152, 2, 44, 154, 163, 70,
    221, 153, 101, 155, 167, 43, 172, 9, 129, 22, 39, 253, 19, 98, 108, 110, 79, 113, 224, 232, 178,
    185, 112, 104, 218, 246, 97, 228, 251, 34, 242, 193, 238, 210, 144, 12, 191, 179, 162, 241, 81,
    51, 145, 235, 249, 14, 239, 107, 49, 192, 214, 31, 181, 199, 106, 157, 184, 84, 204, 176, 115,
    121, 50, 45, 127, 4, 150, 254, 138, 236, 205, 93, 222, 114, 67, 29, 24, 72, 243, 141, 128, 195,
    78, 66, 215, 61, 156, 180,
])
"""Perlin's table of a permutation of 0 … 255: it hashes the corners of the cells."""

SLOPES = torch.tensor([
    [1, 1], [-1, 1], [1, -1], [-1, -1], [1, 0], [-1, 0], [1, 0], [-1, 0],
    [0, 1], [0, -1], [0, 1], [0, -1], [1, 0], [-1, 0], [0, -1], [0, 1],
])
"""The slope of the noise at a corner, for each of the 16 hashes, in the order of `pnoise2`.

They are the first two components of the edges of a cube, four of them twice."""
# fmt: on

CHUNK = 2**16
"""How many points are taken at once: so many fit into a processor's cache."""


def fractal_noise(
    points: Float[Tensor, "n 2"],
    octaves: int = 1,
    persistence: float = 0.5,
    lacunarity: float = 2.0,
    base: int = 0,
    repeat: float = 1024,
) -> Float[Tensor, " n"]:
    r"""The weighted mean of `octaves` noises, each finer and weaker than the one before.

    .. math:: \frac{\sum_k p^k \, \mathrm{noise}(l^k \, x, l^k \, y)}{\sum_k p^k}

    with persistence p and lacunarity l. It is differentiable twice, and equals `pnoise2` of the C
    library by Casey Duncan, in single precision, wherever that stays inside its table; here the
    table goes on periodically.

    Args:
        points: Cells of the coarsest noise are of length 1.
        octaves: How many noises are added.
        persistence: The strength of an octave, as a multiple of that before it.
        lacunarity: The frequency of an octave, as a multiple of that before it.
        base: Which noise: how far on in the table of permutations it begins.
        repeat: The coarsest noise repeats after so many cells.

    K. Perlin, "Improving noise", SIGGRAPH 2002.

    >>> fractal_noise(torch.tensor([[0.3, 0.4], [1.0, 2.0]]))
    tensor([0.1059, 0.0000])
    """
    if len(points) > CHUNK:
        parts = [
            fractal_noise(part, octaves, persistence, lacunarity, base, repeat)
            for part in points.split(CHUNK)
        ]
        return torch.cat(parts)
    total = torch.zeros_like(points[:, 0])
    frequency = strength = 1.0
    strengths = 0.0
    for _ in range(octaves):
        total = total + strength * _noise(points * frequency, repeat * frequency, base)
        strengths += strength
        frequency *= lacunarity
        strength *= persistence
    return total / strengths


def _noise(points: Float[Tensor, "n 2"], repeat: float, base: int) -> Float[Tensor, " n"]:
    """Noise of one frequency: a hashed slope at each corner of a cell, blended by a flat-ended quintic."""
    known = points.detach()
    cell = known.fmod(repeat).floor()
    left, low = cell.long().add(base).unbind(-1)
    right, high = (cell + 1).fmod(repeat).long().add(base).unbind(-1)
    permutation, *slopes = _tables(points.device, points.dtype)
    x, y = (points - known.floor()).unbind(-1)

    def rise(
        column: Int[Tensor, " n"], row: Int[Tensor, " n"], x: Float[Tensor, " n"], y: Float[Tensor, " n"]
    ) -> Tensor:
        """The rise of the plane through a corner, at (x, y) from it."""
        hashed = (permutation[column & 255] + row) & 255
        return x * slopes[0][hashed] + y * slopes[1][hashed]

    fade_x, fade_y = _fade(x), _fade(y)
    bottom = _blend(fade_x, rise(left, low, x, y), rise(right, low, x - 1, y))
    top = _blend(fade_x, rise(left, high, x, y - 1), rise(right, high, x - 1, y - 1))
    return _blend(fade_y, bottom, top)


@lru_cache(maxsize=8)
def _tables(device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """The permutation and, for each of its 256 hashes, the slopes along x and y, on a device."""
    x, y = SLOPES[PERMUTATION[PERMUTATION] & 15].T.to(device, dtype).contiguous()
    return PERMUTATION.to(device), x, y


def _fade(t: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """`6 t^5 - 15 t^4 + 10 t^3`: from 0 to 1, with no slope and no curvature at either end."""
    return t * t * t * (t * (t * 6 - 15) + 10)


def _blend(t: Float[Tensor, " n"], a: Float[Tensor, " n"], b: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    return a + t * (b - a)
