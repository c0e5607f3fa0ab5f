"""Shapes pixel by pixel in NumPy, written from the formulas alone, and shapes to try them on."""

import cmath
import math
from functools import cache

import numpy as np
import torch

from landscape_lab.landscapes.shapes import Shapes, affine


def some_shapes(
    count=7, harmonics=8, channels=3, texture="flat", order="given", seed=0, dtype=torch.float64, wobble=0.06
):
    """Shapes of all sizes in and around a picture, and a background; leaves that want gradients."""
    draw = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(*size, generator=draw, dtype=torch.float64)

    def uniform(*size):
        return torch.rand(*size, generator=draw, dtype=torch.float64)

    shapes = Shapes(
        centre=1.2 * uniform(count, 2) - 0.1,
        matrix=affine(normal(count), 1 / (0.04 + 0.3 * uniform(count, 2))),
        cosines=wobble * normal(count, harmonics),
        sines=wobble * normal(count, harmonics),
        sharpness=2 + 8 * uniform(count),
        strength=0.2 + 0.8 * uniform(count),
        colour=uniform(count, channels),
        slope=0.3 * normal(count, channels, 2) if texture != "flat" else None,
        brush=some_brushes(uniform, count) if texture == "brush" else None,
        depth=normal(count) if order == "learned" else None,
    )
    background = uniform(channels).to(dtype).requires_grad_()
    return Shapes(*(None if t is None else t.to(dtype).requires_grad_() for t in shapes)), background


def some_brushes(uniform, count):
    """Five values across, then depth, frequency and phase of the streaks."""
    return torch.cat([uniform(count, 6), 15 * uniform(count, 1), 6 * uniform(count, 1)], 1)


def leaves(shapes, background):
    """All tensors that may have a gradient."""
    return [tensor for tensor in (*shapes, background) if tensor is not None]


def own_place(shapes, s, x, y):
    """(X, Y) as a complex number."""
    a, b, c, d = shapes.matrix[s].flatten()
    dx, dy = x - shapes.centre[s, 0], y - shapes.centre[s, 1]
    return complex(a * dx + b * dy, c * dx + d * dy)


def in_triangle(x, y):
    """Whether it lies inside the triangle with corners at radius 1, one of them at 90°."""
    return all(x * math.cos(a) + y * math.sin(a) < 0.5 for a in (math.pi * n / 6 for n in (-3, 1, 5)))


INSIDE = {
    "blob": lambda x, y: math.hypot(x, y) < 1,
    "triangle": in_triangle,
    "rectangle": lambda x, y: max(abs(x), abs(y)) < 1,
    "stroke": lambda x, y: math.hypot(max(abs(x) - 0.75, 0), y) < 0.25,
}
"""The primitives as sets of places."""


@cache
def base(primitive, angle):
    """The radius at which a ray from the centre leaves a primitive, by halving."""
    low, high = 0.0, 2.0
    for _ in range(45):
        middle = (low + high) / 2
        inside = INSIDE[primitive](middle * math.cos(angle), middle * math.sin(angle))
        low, high = (middle, high) if inside else (low, middle)
    return low


def level(shapes, s, place, primitive):
    """e."""
    radius, angle = cmath.polar(place)
    outline = base(primitive, angle)
    for m, (cosine, sine) in enumerate(zip(shapes.cosines[s], shapes.sines[s], strict=True), start=1):
        outline += cosine * math.cos(m * angle) + sine * math.sin(m * angle)
    return shapes.sharpness[s] * (outline - radius)


def through_a_brush(brush, across):
    """What the strength is multiplied by, at the own coordinate Y."""
    *values, depth, frequency, phase = brush
    value = np.interp(across, [-1, -0.5, 0, 0.5, 1], values)
    return value * (1 - depth * (1 - math.cos(frequency * across + phase)) / 2)


def naive(shapes, size, model, background, primitive="blob"):
    """`[channels, height, width]`, float64."""
    shapes = Shapes(*(None if t is None else t.detach().double().numpy() for t in shapes))
    background = background.detach().double().numpy()
    height, width = size
    picture = np.zeros((len(background), height, width))
    for row in range(height):
        for column in range(width):
            x, y = (column + 0.5) / max(size), (row + 0.5) / max(size)
            picture[:, row, column] = pixel(shapes, x, y, model, background, primitive)
    return picture


def pixel(shapes, x, y, model, background, primitive):
    """The colour at one place."""
    total, weight, through, alphas, colours = np.zeros_like(background), 0.0, 1.0, [], []
    for s in range(len(shapes.centre)):
        place = own_place(shapes, s, x, y)
        colour = shapes.colour[s]
        if shapes.slope is not None:
            colour = colour + shapes.slope[s, :, 0] * place.real + shapes.slope[s, :, 1] * place.imag
        strength = shapes.strength[s]
        if shapes.brush is not None:
            strength *= through_a_brush(shapes.brush[s], place.imag)
        e = level(shapes, s, place, primitive)
        if model == "over":
            t = min(max(0.5 + 0.5 * e, 0.0), 1.0)
            alpha = strength * (3 * t**2 - 2 * t**3)
            total, through = total + through * alpha * colour, through * (1 - alpha)
            alphas.append(alpha)
            colours.append(colour)
        else:
            q = math.tanh(e) if model == "uncut" else max(math.tanh(e), 0.0)
            amount = strength * (q**2 if model == "sum" else q)
            total, weight = total + amount * colour, weight + amount
    if shapes.depth is not None:
        return mixed(shapes.depth, alphas, colours) + through * background
    if model == "over":
        return total + through * background
    if model == "weighted":
        return (total + 1e-3 * background) / (weight + 1e-3)
    return background + total


def mixed(depth, alphas, colours):
    """The colour at one place of shapes that hide each other by shares."""
    total = 0.0
    for s, (alpha, colour) in enumerate(zip(alphas, colours, strict=True)):
        seen = alpha
        for other, hides in enumerate(alphas):
            if other != s:
                seen *= (1 - hides) ** (1 / (1 + math.exp(depth[other] - depth[s])))
        total = total + seen * colour
    return total
