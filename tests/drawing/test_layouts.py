"""No figure of a map or of curves is cut, covered, empty or stretched, whatever its landscape."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from linting import faults
from matplotlib.text import Text
from sampling import one_in
from scenes import recorded

from landscape_lab.drawing.figures import FIGURES
from landscape_lab.drawing.race import race_figure
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of

COLOURS = ("pale", "alike")
"""Faults of colours, which are no layout."""
PICTURES = {"10 : 1": (24, 240), "16 : 9": (90, 160), "upright": (160, 32)}
FORMULAS = ("easom", "rosenbrock", "diverged", "constant", "huge", "one step", "10 dimensions")


def picture(rows, columns):
    """A path through a smooth picture."""
    down, across = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    path = recorded(
        np.linspace((-0.5, 0.1), (0.5, 0.4), 20), np.geomspace(0.8, 0.02, 20), "image · adam, lr 0.01"
    )
    return scene_of(ImageLandscape(np.sin(5 * across) * np.cos(3 * down)), [path])


def formula(name):
    """A straight path on a formula, with the losses there."""
    fn = {"constant": lambda x, y: 0 * x + 3.0, "huge": lambda x, y: 1e9 * (x**2 + y**2)}
    steps = {"diverged": 4, "one step": 2}.get(name, 12)
    if name in fn:
        landscape = FunctionLandscape(fn[name], start=(1.0, 1.0), bounds=[[-1, 1], [-1, 1]])
    else:
        known = {"diverged": "rosenbrock", "one step": "booth", "10 dimensions": "rosenbrock"}
        dims = {"dims": 10} if name == "10 dimensions" else {}
        landscape = FunctionLandscape.named(known.get(name, name), **dims)
    low, high = landscape.bounds.double().numpy()
    points = np.linspace(low + 0.3 * (high - low), low + 0.6 * (high - low), steps)
    losses = landscape.evaluate(torch.tensor(points, dtype=torch.float32)).numpy()
    losses = [24.0, 1e4, 1e12, 1e30] if name == "diverged" else losses
    path = recorded(points, losses, f"{name} · sgd, lr 0.1")
    return scene_of(landscape, [path], settings=PlaneSettings(resolution=40))


def layout_faults(figure):
    raw = [text.get_text() for text in figure.findobj(Text) if "mathdefault" in text.get_text()]
    return raw + [fault for fault in faults(figure) if not any(word in fault for word in COLOURS)]


@cache
def view_of(name):
    """A picture or a formula, and what is told about the run."""
    made = picture(*PICTURES[name]) if name in PICTURES else formula(name)
    return replace(made, about="shift: pixels 50 · noise: std 0.003 · schedule OneCycleLR")


def race(view):
    """Three that went the same way."""
    traces = tuple(replace(view.traces[0], label=f"optimizer {number}, lr 0.01") for number in range(3))
    return race_figure([("one", replace(view, traces=traces))], "3 jobs")


DRAWN = {name: FIGURES[name] for name in ("path", "loss", "gradient")} | {"race": race}


@pytest.mark.parametrize(("name", "figure"), one_in(3, product([*PICTURES, *FORMULAS], DRAWN)))
def test_a_figure_has_no_fault(name, figure):
    assert layout_faults(DRAWN[figure](view_of(name))) == []
