"""`plane.window`, `.resolution`, `.levels` and `.colormap` hold for every picture and film that shows a map.

A new figure, view of a film or callback's picture enrols itself: it has to heed the keys, or its name and the
reason why not stand here.
"""

import ast
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from sampling import one_in
from scenes import recorded

import landscape_lab.drawing
from landscape_lab.augmentations import RandomShift, augment
from landscape_lab.drawing.basin_map import basins_figure
from landscape_lab.drawing.draws import augmentations_figure
from landscape_lab.drawing.figures import FIGURES, gallery_figure
from landscape_lab.drawing.race import race_figure
from landscape_lab.drawing.video import Film
from landscape_lab.ensemble import make_ensemble
from landscape_lab.keys.callbacks import VIEWS
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.outcomes.basins import Settling, find_basins
from landscape_lab.planes import PlaneSettings, ratio_map
from landscape_lab.staging import scene_of
from landscape_lab.staging.replaying import draws_of

CHANGES = {
    "window": [[-1.5, 2.0], [-1.0, 1.5]],
    "resolution": 7,
    "levels": 3,
    "colormap": "viridis",
}
NO_MAP = {"loss", "evaluations", "data", "boundary", "line", "curvature", "approximation"}
"""Figures that show no losses in a window of the plane; of views of a film `boundary` is one."""
NO_SCENE = {"rate", "standings", "sensitivity", "sharpness", "connectivity", "layers", "nearness"}
"""Figures of other things than a landscape."""
HEEDED = {
    "gradient": {"window", "resolution"},  # slopes have colours of their own, and no contours
    "ratio": {"window", "resolution", "levels"},  # ratios have colours of their own
    "basins": {"window", "resolution", "levels"},  # attractors have
}
"""Which of the keys concern pictures whose colours are not losses."""


def landscape():
    """One that changes in each step."""
    return augment(
        FunctionLandscape(lambda x, y: x**2 + 3 * y**2 + x * y, start=(1.0, 1.0), bounds=[[-3, 3], [-3, 3]]),
        [RandomShift(fraction=0.1)],
    )


PATH = recorded(np.linspace([2.0, 2.0], [0.1, 0.2], 4)[:, None], np.arange(4.0), "sgd")


def scene(settings, *extras):
    """A path on it."""
    return scene_of(landscape(), [PATH], settings=settings, extras=extras)


def ratios(settings):
    """With few ratios, for speed."""
    shown = scene(settings)
    return FIGURES["ratio"](replace(shown, ratios=ratio_map(landscape(), shown.plane, shown.window, 3)))


def basins(settings):
    """A map of where everything comes to rest."""
    ground = landscape()
    ensemble = make_ensemble(ground, starts={"grid": [6, 4]})
    settling = Settling(ensemble.points, torch.tensor([0.1, 0.1]))
    ends = torch.stack([ensemble.points[:, 0].sign(), torch.zeros(24)], dim=1)
    found = find_basins(ensemble, ends, torch.zeros(24), settling, ground.bounds, steps=9)
    return basins_figure(found, scene(settings), "")


def augmentations(settings):
    """A draw of it."""
    ground = landscape()
    shown = scene_of(ground, [], settings=settings, grid=False)
    return augmentations_figure(draws_of(ground, shown, 1, settings.resolution))


def figure_of(name):
    """A figure that a run can be asked for."""
    kind = FIGURES[name]
    return lambda settings: kind(scene(settings, *([kind.extra] if kind.extra else [])))


PICTURES = {
    **{name: figure_of(name) for name in FIGURES if name not in NO_MAP},
    "ratio": ratios,
    "race": lambda settings: race_figure([("one", scene(settings))]),
    "races": lambda settings: race_figure([("one", scene(settings)), ("two", scene(settings))]),
    "gallery": lambda settings: gallery_figure([("one", scene(settings))]),
    "basins": basins,
    "augmentations": augmentations,
}


def image_of(figure):
    """The pixels of a figure, few of them."""
    figure.set_dpi(30)
    figure.set_layout_engine("none")  # this and ticks take most of the time
    for axes in figure.axes:
        axes.set_axis_off()
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def drawn(name, **changes):
    """A figure with some keys changed."""
    return image_of(PICTURES[name](PlaneSettings(**{"resolution": 30} | changes)))


usual_of = cache(drawn)


@pytest.mark.parametrize(("name", "key"), one_in(3, product(PICTURES, CHANGES)))
def test_every_figure_heeds_the_keys(name, key):
    usual, other = usual_of(name), drawn(name, **{key: CHANGES[key]})
    same = usual.shape == other.shape and np.array_equal(usual, other)
    assert same == (key not in HEEDED.get(name, CHANGES))


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in NO_MAP])
def test_every_film_heeds_the_keys(view):
    def frame(**changes):
        return next(
            Film(4, size=(300, 200), view=view).shoot(scene(PlaneSettings(**{"resolution": 30} | changes)))
        )

    usual = frame()
    for key, value in CHANGES.items():
        assert not np.array_equal(usual, frame(**{key: value})), f"{view} and plane.{key}"


def test_every_figure_is_enrolled():
    files = Path(landscape_lab.drawing.__file__).parent.glob("*.py")
    made = {
        node.name.removesuffix("_figure")
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
        and node.name.endswith("_figure")
        and not node.name.startswith(("_", "save"))
    }
    assert made - {*PICTURES, *NO_MAP, *NO_SCENE} == set()


WORDS = (
    *("landscape=himmelblau", "augmentation=loss_noise", "augmentations=1", "figures=[path]"),
    *("steps=4", "ensemble=starts", "ensemble.starts.grid=[4,3]", "callbacks=[default,basins]"),
    *("~callbacks.progress", "logger=none", "plane.resolution=30"),
)


def test_every_picture_of_a_run_gets_the_keys(lab):
    """Callbacks that draw maps of their own, too."""
    usual = lab(*WORDS, quiet=False, name="usual").folder
    files = {file.name for file in usual.glob("*.png")} - {"loss.png"}
    assert {"augmentations.png", "basins.png", "path.png"} <= files
    other = lab(*WORDS, "plane.window=[[-2,2],[-1,1]]", quiet=False, name="other").folder
    for name in files:
        pixels = [np.asarray(Image.open(folder / name)) for folder in (usual, other)]
        assert pixels[0].shape != pixels[1].shape or (pixels[0] != pixels[1]).any(), name


@pytest.mark.parametrize("pictures", [(), ("figures=[]",), ("figures=[]", "augmentations=1")])
def test_a_wrong_colormap_is_told_with_the_nearest(command_line, pictures):
    status, written = command_line("steps=2", "plane.colormap=virids", "logger=none", *pictures)
    assert status == 1
    (told,) = written.err.splitlines()
    assert "`plane.colormap`" in told
    assert "Nearest: viridis" in told
