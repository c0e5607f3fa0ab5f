"""Draws and replays show what an optimizer sees."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from networks import halves
from scenes import recorded
from torch import nn
from torch.nn.functional import cross_entropy

from landscape_lab.augmentations import (
    AddNoise,
    Blur,
    GradientNoise,
    LossNoise,
    RandomRotation,
    RandomShift,
    SaltAndPepper,
    augment,
)
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape, NetworkLandscape
from landscape_lab.planes import Plane, PlaneSettings, Window
from landscape_lab.staging import scene_of, start_of
from landscape_lab.staging.replaying import Minibatches, check_draws, draws_of, legible_draws

RAMP = torch.linspace(0.2, 0.8, 320).expand(160, 320)
picture_of = partial(ImageLandscape, normalize=False)


def test_clean_landscape_is_first_and_each_pixel_has_its_own_noise():
    seen = drawn(augment(picture_of(RAMP, smoothing=0), [AddNoise(0.01)]), 3)
    assert seen.losses.shape == (4, 160, 320)
    assert seen.gradients.shape == (4, 2, 160, 320)
    np.testing.assert_allclose(seen.losses[0], RAMP, atol=1e-5)
    np.testing.assert_allclose(seen.gradients[0, 0, :, 2:-2], 0.6 / 319, atol=1e-5)
    np.testing.assert_allclose(seen.gradients[0, 1], 0, atol=1e-4)
    noise = seen.losses[1:] - seen.losses[0]
    assert noise.std() == pytest.approx(0.01, rel=0.02)
    for shift in (1, 5, 10, 45):
        assert abs(np.corrcoef(noise[0, :, shift:].ravel(), noise[0, :, :-shift].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("rule", ["pixel", "exact", "central"])
def test_gradients_of_a_picture_are_told_per_pixel_whatever_the_rule(rule):
    """One figure of the spiral had ±0.013, the other ±1.4."""
    ramp = torch.linspace(0, 0.3, 40)[None] + torch.linspace(0, 0.6, 30)[:, None]
    seen = drawn(augment(picture_of(ramp, smoothing=0, gradient=rule, h=0.02), [AddNoise(0.0)]), 1)
    for gradients in seen.gradients:  # the cubic between pixels makes ripples around the slope
        across, down = gradients[:, 24:-24, 24:-24].mean(axis=(1, 2))
        assert across == pytest.approx(0.3 / 39, rel=0.02)
        assert down == pytest.approx(0.6 / 29, rel=0.02)


def test_shift_is_seen_as_a_shift():
    seen = drawn(augment(picture_of(RAMP, smoothing=0), [RandomShift(100, crop=True)]), 4)
    cut = seen.losses[1:, 80, 0]
    assert len(np.unique(cut.round(4))) > 2
    assert (cut >= 0.2 - 1e-5).all()
    np.testing.assert_allclose(seen.losses[1:, 80, -1], 0.8, atol=1e-3)


def test_landscape_without_augmentations_has_no_draws():
    with pytest.raises(ValueError, match="should have augmentations to be seen"):
        drawn(picture_of(RAMP), 1)


@pytest.mark.parametrize(
    "augmentations",
    [
        [AddNoise(std=0.1)],
        [RandomShift(5), AddNoise(std=0.1), Blur(sigma=0.7)],
        [RandomRotation(20), SaltAndPepper(0.3)],
    ],
)
def test_a_replay_has_the_pixels_that_were_looked_at(augmentations):
    """Around the point the draws are the optimizer's own, so its loss there is the same."""
    landscape = augment(
        ImageLandscape(torch.rand(41, 67), start=(20, 30), smoothing=0), augmentations, seed=5
    )
    point = landscape.flat()
    twin = landscape.field.twin()
    for step in (0, 3, 700):
        twin.see(step)
        draw = twin.sight.now().view
        wide, spread = twin.view.spread(draw, point[0], 512, torch.Generator().manual_seed(0))
        assert wide.loss(spread, point).item() == pytest.approx(twin.view.loss(draw, point).item(), abs=1e-6)
        assert wide.tile[:2] == (41, 67)
        landscape.see(step)
        assert torch.equal(landscape.at(point), twin(point))


def test_a_replay_is_the_picture_of_that_step():
    clean = ImageLandscape(torch.rand(7, 12), start=(3, 3), smoothing=0)
    landscape = augment(clean, [RandomShift(4), LossNoise(0.2)], seed=1)
    replay = scene_of(landscape, [line(landscape)]).replay
    for step in (2, 300):
        landscape.see(step)
        centres = [
            ((2 * column + 1) / 12 - 1, (2 * row + 1) / 7 - 1) for row in range(7) for column in range(12)
        ]
        expected = landscape.at(torch.tensor(centres)).detach().view(7, 12)
        np.testing.assert_allclose(replay.losses(step, np.zeros(2), (7, 12)), expected, atol=1e-6)


@pytest.mark.parametrize("boundary", ["hard", "reflect"])
def test_a_replay_of_a_formula_is_that_of_its_points(boundary):
    landscape = augment(
        FunctionLandscape.named("sphere", boundary=boundary), [RandomShift(fraction=0.2)], seed=1
    )
    view = scene_of(landscape, [line(landscape, to=7.0)])
    landscape.see(4)
    left, right, first, last = view.window.extent
    assert right > 5.12
    u, v = (np.linspace(a, b, 2 * n + 1)[1::2] for a, b, n in ((left, right, 6), (first, last, 4)))
    points = torch.tensor([(x, y) for y in v for x in u], dtype=torch.float32)
    expected = landscape.at(points).detach().view(4, 6)
    np.testing.assert_allclose(view.replay.losses(4, np.zeros(2), (4, 6)), expected, rtol=1e-4)


def test_only_a_loss_that_changes_is_replayed():
    landscape = FunctionLandscape.named("sphere")
    assert scene_of(landscape, [line(landscape)]).replay is None
    augment(landscape, [GradientNoise(std=0.1)])
    assert scene_of(landscape, [line(landscape)]).replay is None


def test_a_minibatch_has_the_losses_that_its_step_saw():
    """BatchNorm takes the statistics of the minibatch, as in training."""
    data = halves()
    landscape = NetworkLandscape(nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2)), data, batch_size=8)
    window = Window(-2.0, 2.0, -1.0, 1.0)
    plane = Plane(torch.zeros(10, dtype=torch.float64), torch.eye(10, dtype=torch.float64)[[4, 7]])
    seen = Minibatches(landscape, plane, window).losses(3, np.zeros(2), (4, 6))
    (inputs, targets), _ = landscape.batches.batch(3, (0,))
    # the scale of BatchNorm is 0, so every class has the same probability
    assert np.ptp(seen) < 1e-9
    assert seen[0, 0] == pytest.approx(np.log(2.0))
    origin = torch.tensor([1.0, 1.0] + 8 * [0.0], dtype=torch.float64)
    view = Minibatches(landscape, Plane(origin, plane.directions), window)
    normal = (inputs - inputs.mean(0)) / inputs.std(0)
    u, v = window.columns(6)[4], window.rows(4)[3]
    expected = cross_entropy(normal * torch.stack([u, v]).float(), targets)
    assert view.losses(3, np.zeros(2), (4, 6))[3, 4] == pytest.approx(float(expected), rel=1e-3)
    assert view.name(3) == "the 8 samples of step 3"
    assert view.name(None) == "all 40 samples"


def test_only_where_steps_see_draws_may_they_be_asked_for():
    network = NetworkLandscape(nn.Linear(2, 2), halves())
    for landscape in (network, FunctionLandscape.named("sphere")):
        with pytest.raises(ValueError, match=r"`figures` may be draws only .* landscape\.batch_size=32"):
            check_draws(landscape, "figures")
    check_draws(NetworkLandscape(nn.Linear(2, 2), halves(), batch_size=8), "figures")
    check_draws(augment(FunctionLandscape.named("sphere"), [LossNoise(0.2)]), "figures")


def drawn(landscape, number):
    """The draws in the bounds of a landscape."""
    return draws_of(landscape, scene_of(landscape, [], grid=False), number)


def line(landscape, to=1.0):
    """A trajectory of two points."""
    return recorded([(0.0, 0.0), (to, to)], [1.0, 1.0])


def test_draws_of_what_is_finer_than_their_cells_are_seen_around_the_start():
    """Ackley was moiré."""

    def waves(x, y):
        return torch.cos(20.0 * torch.pi * x) + torch.cos(20.0 * torch.pi * y) + x

    bounds = ((-8.0, 8.0), (-8.0, 8.0))
    for fn, closer in ((waves, True), (lambda x, y: x + y, False)):
        field = augment(FunctionLandscape(fn, start=(2.0, -3.0), bounds=bounds), [GradientNoise(0.1)])
        scene = scene_of(field, [], settings=PlaneSettings(window="bounds"), grid=False)
        scene = replace(scene, traces=(start_of(field, scene.plane),))
        seen = legible_draws(field, scene, 1, resolution=120).scene
        assert (seen.window.size[0] < 0.3 * scene.window.size[0]) == closer
        assert ("only around the start" in seen.about) == closer
        assert seen.window.contains(np.array([[2.0, -3.0]])).all()
