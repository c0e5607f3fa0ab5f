"""What the maps of coordinates do to whole pictures and to formulas, and how their draws are distributed."""

import numpy as np
import pytest
import torch
from augmentations.whole_picture import moved
from scipy import ndimage, stats

from landscape_lab.augmentations import Jitter, RandomFlip, RandomRotation, RandomShift, RandomZoom, augment
from landscape_lab.augmentations.base import Maps
from landscape_lab.augmentations.coordinates import displacements
from landscape_lab.landscapes import FunctionLandscape, PerlinLandscape

SHAPE = (9, 14)
PICTURE = np.random.default_rng(0).uniform(size=SHAPE)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def maps_of(augmentation, steps=40):
    return augmentation.compose(Maps.identity(steps, 2, torch.tensor(SHAPE[::-1])), 1, generator())


def test_crop_is_a_slice_of_the_picture():
    maps = maps_of(RandomShift(5, distribution="triangular", crop=True))
    cuts = np.array(SHAPE[::-1]) - maps.size[:, 0].numpy()
    assert set(cuts.ravel().tolist()) == {0, 1, 2, 3, 4}
    for step, (columns, rows) in enumerate(cuts.astype(int)):
        np.testing.assert_allclose(
            moved(PICTURE, maps, step, 0, "bicubic"), PICTURE[rows:, columns:], atol=1e-12
        )


def test_shift_repeats_the_edges():
    maps = maps_of(RandomShift(5))
    shifts = (maps.offset[:, 0].numpy() * SHAPE[::-1] / 2).round(9)
    assert shifts.min() == -5
    assert shifts.max() == 5
    for step, (columns, rows) in enumerate(shifts):
        expected = ndimage.shift(PICTURE, (-rows, -columns), order=0, mode="nearest")
        np.testing.assert_allclose(moved(PICTURE, maps, step, 0, "bicubic"), expected, atol=1e-12)


def test_flip_mirrors_each_axis_with_its_own_probability():
    maps = maps_of(RandomFlip((0.5, 0.0)))
    flipped = [np.abs(moved(PICTURE, maps, step, 0, "bicubic") - PICTURE).max() > 0.01 for step in range(40)]
    assert 10 < sum(flipped) < 30
    for step, mirrored in enumerate(flipped):
        np.testing.assert_allclose(
            moved(PICTURE, maps, step, 0, "bicubic"), PICTURE[:, :: -1 if mirrored else 1], atol=1e-12
        )


@pytest.mark.parametrize("augmentation", [RandomRotation(40), RandomZoom(1.6)])
def test_rotation_and_zoom_are_about_the_centre_in_pixels(augmentation):
    maps = maps_of(augmentation)
    for step in range(5):
        if isinstance(augmentation, RandomZoom):
            matrix = maps.matrix[step, 0, 0, 0].item() * np.eye(2)
        else:
            angle = np.arccos(maps.matrix[step, 0, 0, 0].item()) * np.sign(maps.matrix[step, 0, 1, 0].item())
            assert abs(angle) <= np.radians(40)
            matrix = np.array(
                [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
            )  # of (row, column)
        centre = (np.array(SHAPE) - 1) / 2
        expected = ndimage.affine_transform(
            PICTURE, matrix, centre - matrix @ centre, order=1, mode="nearest"
        )
        np.testing.assert_allclose(moved(PICTURE, maps, step, 0, "bilinear"), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("distribution", "cumulative"),
    [
        ("uniform", stats.uniform(-1, 2).cdf),
        ("triangular", stats.triang(0.5, -1, 2).cdf),
        ("normal", stats.norm(0, 1 / 3).cdf),
    ],
)
def test_displacements_have_their_distribution(distribution, cumulative):
    drawn = displacements(distribution, (20_000,), generator()).numpy()
    assert np.abs(drawn).max() <= 1
    inside = drawn[np.abs(drawn) < 1]
    assert stats.kstest(inside, cumulative).pvalue > 0.01


def test_triangular_crop_is_that_of_pythons_random():
    cuts = (
        SHAPE[1]
        - maps_of(RandomShift(13, distribution="triangular", crop=True), 20_000).size[:, 0, 0].numpy()
    )
    expected = np.diff(stats.triang(0, 0, 13).cdf(np.arange(14)))
    assert stats.chisquare(np.bincount(cuts.astype(int), minlength=13), 20_000 * expected).pvalue > 0.01


def bowl(x, y):
    return (x - 1) ** 2 + 3 * (y + 2) ** 2


BOUNDS = [[-4.0, 4.0], [-3.0, 5.0]]


@pytest.mark.parametrize("gradient", ["exact", "forward", "central"])
@pytest.mark.parametrize(
    "augmentation",
    [
        RandomShift(fraction=0.2),
        RandomShift(fraction=0.2, crop=True),
        RandomRotation(180),
        RandomZoom(2),
        RandomFlip(0.5),
        Jitter(fraction=0.1),
    ],
    ids=str,
)
def test_formula_is_looked_up_at_mapped_points(augmentation, gradient):
    members = 5
    starts = np.random.default_rng(1).uniform(-2, 3, (members, 2)).astype(np.float32)
    landscape = augment(
        FunctionLandscape(bowl, starts, BOUNDS, gradient=gradient, h=1e-2), [augmentation], seed=3
    )
    losses = landscape.backward()
    matrix, offset = (part.numpy().astype(float) for part in landscape.field.sight.draw.view)
    places = np.einsum("mij,mj->mi", np.broadcast_to(matrix, (members, 2, 2)), starts) + offset
    np.testing.assert_allclose(losses, bowl(*places.T), rtol=1e-4)
    slopes = np.stack([2 * (places[:, 0] - 1), 6 * (places[:, 1] + 2)], -1)
    if gradient != "forward":
        np.testing.assert_allclose(
            landscape.flat_gradient(), np.einsum("mji,mj->mi", matrix, slopes), rtol=1e-3, atol=3e-2
        )
    repeated = augment(landscape, [augmentation], seed=3)().sum()
    repeated.backward()
    torch.testing.assert_close(repeated.detach(), losses.sum())


def test_maps_of_a_formula_are_in_its_bounds():
    landscape = augment(FunctionLandscape(bowl, (0.0, 0.0), BOUNDS), [RandomShift(fraction=0.25)])
    shifts = []
    for _ in range(300):
        landscape.backward()
        shifts.append(landscape.field.sight.draw.view.offset[0].numpy())
    assert np.abs(shifts).max() == pytest.approx(2.0, rel=0.02)  # a quarter of a width of 8
    augment(landscape, [RandomShift(fraction=0.25, crop=True)])
    corners = torch.tensor([[-4.0, -3.0], [4.0, 5.0]])
    for _ in range(20):
        landscape.backward()
        matrix, offset = landscape.field.sight.draw.view
        low, high = corners @ matrix[0].T + offset
        torch.testing.assert_close(high, corners[1])
        assert (low >= corners[0] - 1e-6).all()
        assert (low <= corners[0] + 2 + 1e-6).all()


@pytest.mark.parametrize("gradient", ["exact", "forward"])
def test_noise_landscapes_can_be_augmented(gradient):
    landscape = augment(PerlinLandscape(gradient=gradient), [RandomShift(fraction=0.05), RandomRotation(5)])
    losses = [landscape.backward().item() for _ in range(5)]
    assert len(set(losses)) == 5
    assert landscape.flat_gradient().isfinite().all()
    assert landscape.evaluate(landscape.flat()).item() == pytest.approx(PerlinLandscape()().item())
