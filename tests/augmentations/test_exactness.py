"""The few pixels around a point say what the whole picture, augmented and differentiated, would say."""

import numpy as np
import pytest
import torch
from augmentations.whole_picture import changed, loss_and_gradient, moved
from hydra.utils import instantiate
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from landscape_lab.augmentations import (
    AddNoise,
    CoordinateAugmentation,
    Gamma,
    Jitter,
    PixelAugmentation,
    RandomFlip,
    RandomShift,
    augment,
)
from landscape_lab.augmentations.base import Maps
from landscape_lab.augmentations.draws import seed_of
from landscape_lab.augmentations.lineup import Lineup
from landscape_lab.configuration.composed import CONF
from landscape_lab.landscapes import ImageLandscape

SCALE = 100.0
COMPOSED = ("none", "shift_noise")
"""The files that only name others."""
SMALL = {
    "shift": ["shift.pixels=3"],
    "noise": ["noise.std=0.2"],
    "cutout": ["cutout.size=3"],
    "blur": ["blur.sigma=0.6"],
    "jitter": ["jitter.fraction=0.1"],
    "rotation": ["rotation.degrees=30"],
    "zoom": ["zoom.factor=1.5"],
    "salt_and_pepper": ["salt_and_pepper.probability=0.3"],
    "dropout": ["dropout.probability=0.3"],
    "brightness": ["brightness.amount=0.4"],
    "contrast": ["contrast.factor=2.0"],
    "quantize": ["quantize.levels=4"],
}
"""What suits a picture of a few pixels: the configuration's own numbers are for large ones."""


def configured():
    """Every augmentation of coordinates or pixels that has a configuration: a new file enrols itself."""
    found = []
    for path in sorted((CONF / "augmentation").glob("*.yaml")):
        if path.stem in COMPOSED:
            continue
        small = OmegaConf.from_dotlist(SMALL.get(path.stem, []))
        for node in OmegaConf.merge(OmegaConf.load(path), small).values():
            if OmegaConf.missing_keys(node) or path.stem == "project_gradient":
                continue
            augmentation = instantiate(node, _convert_="all")
            if isinstance(augmentation, CoordinateAugmentation | PixelAugmentation):
                found.append(augmentation)
    return found


ENROLLED = [
    *configured(),
    RandomShift(pixels=3),
    RandomShift(fraction=0.4, distribution="normal"),
    RandomShift(fraction=0.9, crop=True, shared=True),
    RandomFlip((0.0, 1.0)),
    Jitter(0.7),
    AddNoise(0.2, clamp=False, shared=True),
    Gamma(2.0, shared=True),
]
MODES = {"bicubic": "bicubic", "bilinear": "bilinear"}


def picture(shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def places(number, seed=0, reach=1.3):
    """Points in and around the picture, some of them on its borders and corners."""
    points = reach * (2 * torch.rand(number, 2, generator=torch.Generator().manual_seed(seed)) - 1)
    points[: number // 3, seed % 2] = points[: number // 3, seed % 2].sign()
    return points


def drawn(augmentations, size, tile, members, seed, steps):
    """The draws of the first block, from the augmentations themselves: maps, and what each change drew."""
    maps = Maps.identity(steps, 2, torch.tensor(size))
    changes = []
    for number in Lineup.of(augmentations).numbers:
        generator = torch.Generator().manual_seed(seed_of(seed, 0, number))
        each = augmentations[number]
        if isinstance(each, CoordinateAugmentation):
            maps = each.compose(maps, members, generator)
        else:
            draw = each.draw(steps, 1 if each.shared else members, tile, tile, generator)
            changes.append((each, draw))
    return maps, changes


def expected(pixels, augmentations, points, mode, seed, step, tile, steps):
    """Losses and gradients the slow way, one member after the other."""
    size = (pixels.shape[1], pixels.shape[0])
    maps, changes = drawn(augmentations, size, tile, len(points), seed, steps)
    losses, gradients = [], []
    for member, point in enumerate(points.double().numpy()):
        image = moved(pixels.double().numpy(), maps, step, member, mode)
        for each, draw in changes:
            mine = None if draw is None else draw[step, min(member, draw.shape[1] - 1)].double().numpy()
            image = changed(image, each, mine)
        jitter = maps.jitter[step, min(member, maps.jitter.shape[1] - 1)].numpy()
        loss, gradient = loss_and_gradient(image, point + jitter, mode, SCALE)
        losses.append(loss)
        gradients.append(gradient)
    return np.array(losses), np.array(gradients)


def assert_exact(shape, augmentations, interpolation="bicubic", seed=0, step=2, members=9):
    pixels = picture(shape, seed)
    points = places(members, seed)
    landscape = ImageLandscape(
        pixels,
        torch.zeros(members, 2),
        smoothing=0,
        interpolation=interpolation,
        boundary="none",
        scale=SCALE,
    )
    augment(landscape, augmentations, seed)
    with torch.no_grad():
        landscape.points.copy_(points)
    for _ in range(step + 1):
        losses = landscape.backward()
    tile, block = landscape.field.view.tile.rows, landscape.field.sight.draws.block
    losses_slow, gradients_slow = expected(
        landscape.pixels, augmentations, points, interpolation, seed, step, tile, block
    )
    np.testing.assert_allclose(losses.numpy(), losses_slow, atol=1e-5)
    np.testing.assert_allclose(landscape.flat_gradient().numpy(), gradients_slow, atol=1e-5 * SCALE)


@pytest.mark.parametrize("interpolation", MODES)
@pytest.mark.parametrize("augmentation", ENROLLED, ids=str)
def test_each_augmentation_is_that_of_the_whole_picture(augmentation, interpolation):
    for seed, shape in enumerate([(5, 7), (13, 6)]):
        assert_exact(shape, [augmentation], interpolation, seed)


@settings(deadline=None, max_examples=40)
@given(
    st.permutations(range(len(ENROLLED))),
    st.integers(2, 5),
    st.tuples(st.integers(4, 12), st.integers(4, 12)),
    st.sampled_from(["bicubic", "bilinear"]),
    st.integers(0, 2**32 - 1),
)
def test_compositions_are_those_of_the_whole_picture(order, number, shape, interpolation, seed):
    assert_exact(shape, [ENROLLED[i] for i in order[:number]], interpolation, seed, step=1, members=4)
