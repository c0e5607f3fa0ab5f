"""The catalogue once more in plain Python, one number at a time: the reference for the tests."""

from itertools import pairwise
from math import cos, e, exp, pi, prod, radians, sin, sqrt


def neighbours(v):
    return list(pairwise(v))


def levy(v):
    w = [1 + (x - 1) / 4 for x in v]
    middle = sum((a - 1) ** 2 * (1 + 10 * sin(pi * a + 1) ** 2) for a in w[:-1])
    return sin(pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + sin(2 * pi * w[-1]) ** 2)


def ackley(v):
    d = len(v)
    return (
        -20 * exp(-0.2 * sqrt(sum(x * x for x in v) / d)) - exp(sum(cos(2 * pi * x) for x in v) / d) + 20 + e
    )


def turned_quadratic(v):
    """Each pair of neighbouring axes turned by 30 degrees, one pair after the other."""
    v, c, s = list(v), cos(radians(30)), sin(radians(30))
    for i in range(len(v) - 1):
        v[i], v[i + 1] = c * v[i] + s * v[i + 1], -s * v[i] + c * v[i + 1]
    return 0.5 * sum(100 ** (i / (len(v) - 1)) * x * x for i, x in enumerate(v))


def goldstein_price(v):
    x, y = v
    a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return a * b


def of_two(fn):
    return lambda v: fn(*v)


def shubert_sum(t):
    return sum(i * cos((i + 1) * t + i) for i in range(1, 6))


NAIVE = {
    "sphere": lambda v: sum(x * x for x in v),
    "parabola": lambda v: 10 * sum(x * x for x in v),
    "skewed": of_two(lambda x, y: 10 * (x * (x - 4 * y) + y * (x + 4 * y))),
    "quadratic": turned_quadratic,
    "rosenbrock": lambda v: sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in neighbours(v)),
    "rastrigin": lambda v: 10 * len(v) + sum(x * x - 10 * cos(2 * pi * x) for x in v),
    "ackley": ackley,
    "beale": of_two(
        lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    ),
    "booth": of_two(lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2),
    "goldstein_price": goldstein_price,
    "matyas": of_two(lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y),
    "himmelblau": of_two(lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2),
    "easom": of_two(lambda x, y: -cos(x) * cos(y) * exp(-((x - pi) ** 2) - (y - pi) ** 2)),
    "cross_in_tray": of_two(
        lambda x, y: -1e-4 * (abs(sin(x) * sin(y) * exp(abs(100 - sqrt(x * x + y * y) / pi))) + 1) ** 0.1
    ),
    "eggholder": of_two(
        lambda x, y: -(y + 47) * sin(sqrt(abs(y + x / 2 + 47))) - x * sin(sqrt(abs(x - (y + 47))))
    ),
    "holder_table": of_two(lambda x, y: -abs(sin(x) * cos(y) * exp(abs(1 - sqrt(x * x + y * y) / pi)))),
    "mccormick": of_two(lambda x, y: sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1),
    "schaffer_n2": of_two(
        lambda x, y: 0.5 + (sin(x * x - y * y) ** 2 - 0.5) / (1 + 0.001 * (x * x + y * y)) ** 2
    ),
    "schaffer_n4": of_two(
        lambda x, y: 0.5 + (cos(sin(abs(x * x - y * y))) ** 2 - 0.5) / (1 + 0.001 * (x * x + y * y)) ** 2
    ),
    "styblinski_tang": lambda v: sum(x**4 - 16 * x**2 + 5 * x for x in v) / 2,
    "levy": levy,
    "levy_n13": of_two(
        lambda x, y: (
            sin(3 * pi * x) ** 2
            + (x - 1) ** 2 * (1 + sin(3 * pi * y) ** 2)
            + (y - 1) ** 2 * (1 + sin(2 * pi * y) ** 2)
        )
    ),
    "griewank": lambda v: (
        sum(x * x for x in v) / 4000 - prod(cos(x / sqrt(i)) for i, x in enumerate(v, 1)) + 1
    ),
    "schwefel": lambda v: 418.9828872724338 * len(v) - sum(x * sin(sqrt(abs(x))) for x in v),
    "three_hump_camel": of_two(lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2),
    "six_hump_camel": of_two(
        lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2
    ),
    "bukin_n6": of_two(lambda x, y: 100 * sqrt(abs(y - 0.01 * x * x)) + 0.01 * abs(x + 10)),
    "drop_wave": of_two(lambda x, y: -(1 + cos(12 * sqrt(x * x + y * y))) / (0.5 * (x * x + y * y) + 2)),
    "michalewicz": lambda v: -sum(sin(x) * sin(i * x * x / pi) ** 20 for i, x in enumerate(v, 1)),
    "dixon_price": lambda v: (
        (v[0] - 1) ** 2 + sum(i * (2 * b * b - a) ** 2 for i, (a, b) in enumerate(neighbours(v), 2))
    ),
    "branin": of_two(
        lambda x, y: (
            (y - 5.1 / (4 * pi**2) * x**2 + 5 / pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10
        )
    ),
    "shubert": of_two(lambda x, y: shubert_sum(x) * shubert_sum(y)),
    "saddle": of_two(lambda x, y: x * x - y * y),
    "monkey_saddle": of_two(lambda x, y: x**3 - 3 * x * y**2),
    "cross": of_two(lambda x, y: abs(x) ** 0.25 + abs(y) ** 0.25),
    "star": of_two(lambda x, y: abs(x) ** 0.5 + abs(y) ** 0.5),
    "convex": of_two(lambda x, y: abs(x) ** 1.5 + y * y),
}
