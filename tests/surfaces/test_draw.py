"""The pictures of `surfaces/`: drawn again they are the same, and each has the shape that it is there for."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab.landscapes import ImageLandscape

SURFACES = Path(__file__).parents[2] / "surfaces"
spec = importlib.util.spec_from_file_location("draw", SURFACES / "draw.py")
draw = importlib.util.module_from_spec(spec)
spec.loader.exec_module(draw)

NAMES = ["spiral", "noisy_spiral", "circle", "circle_outwards", "turn", "coast"]


def landscape_at(name: str, pixels: np.ndarray) -> ImageLandscape:
    """A picture's landscape with one member at each (column, row), which may lie between pixels."""
    with Image.open(SURFACES / f"{name}.png") as picture:
        size = np.array(picture.size)
    starts = torch.from_numpy((2 * np.asarray(pixels, dtype=np.float64) + 1) / size - 1).float()
    return ImageLandscape(SURFACES / f"{name}.png", start=starts)


def smoothed(name: str) -> np.ndarray:
    return ImageLandscape(SURFACES / f"{name}.png").pixels.numpy()


def spiral_floor() -> np.ndarray:
    """The middle of the spiral's groove, from its outer end to one pixel before the centre."""
    x, y = 915 - 512, 500 - 512
    part = np.linspace(0, 1 - 1 / np.hypot(x, y), 3000)
    angle = np.arctan2(y, x) + 2 * np.pi * 2.5 * part
    radius = np.hypot(x, y) * (1 - part)
    return np.stack([512 + radius * np.cos(angle), 512 + radius * np.sin(angle)], axis=1)


def assert_falls_along(name: str, path: np.ndarray) -> None:
    """The loss falls at every step of the path, and the gradient that optimizers see points backwards."""
    landscape = landscape_at(name, path)
    losses = landscape.backward().detach().numpy()
    forwards = np.gradient(path, axis=0)
    assert (np.diff(losses) < 0).all()
    assert ((landscape.points.grad.numpy() * forwards).sum(1) < 0).all()


def test_every_picture_is_listed_and_committed():
    assert [picture.__name__ for picture in draw.PICTURES] == NAMES
    assert sorted(path.stem for path in SURFACES.glob("*.png")) == sorted(
        [*NAMES, *(picture.__name__ for picture in draw.COLOURED)]
    )


@pytest.mark.parametrize("picture", draw.COLOURED)
def test_pictures_in_colour_are_drawn_again_alike(picture):
    with Image.open(SURFACES / f"{picture.__name__}.png") as committed:
        np.testing.assert_allclose(
            255 * picture(), np.asarray(committed), atol=1
        )  # sines may round otherwise


@pytest.mark.parametrize("picture", draw.PICTURES, ids=NAMES)
def test_drawing_again_gives_the_committed_pixels(picture):
    losses = picture()
    assert losses.min() >= 0
    assert losses.max() <= 1
    with Image.open(SURFACES / f"{picture.__name__}.png") as committed:
        np.testing.assert_array_equal(draw.eight_bits(losses), np.asarray(committed))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_small_and_grey(name):
    path = SURFACES / f"{name}.png"
    assert path.stat().st_size < 400_000
    with Image.open(path) as picture:
        assert picture.mode == "L"
        assert picture.size == ((1280, 720) if name == "coast" else (1024, 1024))


def test_main_writes_into_the_given_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(draw, "PICTURES", (draw.circle,))
    monkeypatch.setattr(draw, "COLOURED", ())
    draw.main(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["circle.png"]
    with Image.open(tmp_path / "circle.png") as drawn, Image.open(SURFACES / "circle.png") as committed:
        np.testing.assert_array_equal(np.asarray(drawn), np.asarray(committed))


def test_dithering_keeps_levels_between_the_greys():
    for sixteenth in range(17):
        dithered = draw.eight_bits(np.full((6, 10), (100 + sixteenth / 16) / 255 + 1e-9))
        assert dithered[:4, :8].mean() == 100 + sixteenth / 16


def test_spiral_falls_all_along_its_groove():
    assert_falls_along("spiral", spiral_floor())


def test_spiral_begins_below_white_and_its_groove_has_walls():
    losses = smoothed("spiral")
    assert losses[500, 915] < 0.85
    middle_between_arms = losses[500, 915 - 80]
    assert middle_between_arms > 0.97
    assert losses[0].min() > 0.99


@pytest.mark.parametrize("name", ["spiral", "noisy_spiral", "circle"])
def test_the_only_minimum_is_the_centre(name):
    landscape = ImageLandscape(SURFACES / f"{name}.png")
    assert landscape.minima is not None
    found = ((landscape.minima[0] + 1) * 512 - 0.5).numpy()
    np.testing.assert_allclose(found, (512, 512), atol=2)
    assert landscape.pixels.min() < 0.01


def test_adam_follows_the_spiral_to_its_centre():
    landscape = ImageLandscape(SURFACES / "spiral.png", start=(915, 500))
    optimizer = torch.optim.Adam(landscape.parameters(), lr=0.05)
    radii = []
    for _ in range(600):
        landscape.backward()
        optimizer.step()
        radii.append(float((landscape.flat()[0] * 512).norm()))
    assert landscape().item() < 0.02
    assert (
        np.abs(np.diff(radii)).max() < 80
    )  # half the distance between two arms: it never jumps into the next


def test_speckle_outlives_the_smoothing():
    speckle = smoothed("noisy_spiral") - smoothed("spiral")
    assert speckle[:100].std() > 0.01
    assert np.abs(speckle[480:545, 480:545]).max() < 0.001


def test_circle_outwards_is_bright_in_the_middle_and_falls_to_the_rim():
    losses = smoothed("circle_outwards")
    assert losses[512, 512] > 0.99
    assert (np.diff(losses[512, 540:1016]) < 0).all()
    assert losses[[0, -1]].max() < 0.15


def test_turn_falls_along_both_arms_of_the_bend():
    entrance, bend, end = (140, 180), (800, 330), (675, 880)
    for start, stop in ((entrance, bend), (bend, end)):
        assert_falls_along("turn", np.linspace(start, stop, 600)[8:-8])
    assert np.subtract(bend, entrance) @ np.subtract(end, bend) <= 0  # at least as sharp as a right angle


def test_coast_has_basins_of_different_depth_behind_a_ridge():
    losses = smoothed("coast")
    basins = [(99, 358), (443, 360), (637, 496), (1014, 489)]
    depths = []
    for column, row in basins:
        around = losses[row - 40 : row + 41, column - 40 : column + 41]
        at = np.unravel_index(around.argmin(), around.shape)
        assert min(at) > 0
        assert max(at) < 80
        depths.append(around.min())
    assert (np.diff(depths) < -0.05).all()
    way = losses[
        np.linspace(496, 489, 400).round().astype(int), np.linspace(637, 1014, 400).round().astype(int)
    ]
    assert way.max() > max(depths[2:]) + 0.3
    assert losses[:40].min() > 0.85


def test_coast_has_a_plateau():
    plateau = landscape_at("coast", [(120 + 4 * i, 570 + i) for i in range(40)])
    slope = landscape_at("coast", [(900, 440), (1100, 500), (560, 490)])
    losses = plateau.backward()
    slope.backward()
    assert plateau.points.grad.norm(dim=1).max() < 0.1 * slope.points.grad.norm(dim=1).min()
    assert losses.max() - losses.min() < 0.01
    assert losses.max() < smoothed("coast")[[660, 650, 470], [50, 460, 300]].min() - 0.05
