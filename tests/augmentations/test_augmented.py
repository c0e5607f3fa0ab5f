"""Draws: whose, when, how distributed; gradients and losses; what a descent makes of them."""

from functools import partial

import numpy as np
import pytest
import torch
import training
from scipy import stats

from landscape_lab import Descent, record
from landscape_lab.augmentations import (
    AddNoise,
    Blur,
    Brightness,
    Cutout,
    Dropout,
    GradientClip,
    GradientDropout,
    GradientNoise,
    GradientSign,
    LossNoise,
    LossPower,
    MapGradient,
    MapLoss,
    ProjectGradient,
    RandomFlip,
    RandomRotation,
    RandomShift,
    SaltAndPepper,
    augment,
)
from landscape_lab.augmentations.draws import BLOCK_STEPS
from landscape_lab.callbacks import Checkpoints
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape

PICTURE = torch.rand(11, 17, generator=torch.Generator().manual_seed(0))
CONSTANT = pytest.mark.filterwarnings("ignore:The picture is constant")
ALL = [RandomShift(3, crop=True), AddNoise(0.05), GradientNoise(0.5), LossNoise(0.1)]


def landscape(start=(0.1, -0.2), **settings):
    return ImageLandscape(PICTURE, start, **settings)


def looks(augmentations, number=100, seed=0, start=(0.1, -0.2), **settings):
    """Losses `[number, members]` and gradients `[number, members, 2]` of so many steps at one place."""
    seen = augment(landscape(start, **settings), augmentations, seed)
    both = [(seen.backward().clone(), seen.flat_gradient().clone()) for _ in range(number)]
    return (torch.stack(part).numpy() for part in zip(*both, strict=True))


def test_evaluate_stays_the_clean_landscape():
    seen = augment(landscape(), ALL)
    clean = landscape()
    assert seen().item() != seen().item()
    assert torch.equal(seen.evaluate(seen.flat()), clean.evaluate(clean.flat()))
    assert torch.equal(augment(seen, [])(), clean())


@pytest.mark.parametrize("gradient", ["pixel", "exact", "central"])
@pytest.mark.parametrize("boundary", ["hard", "soft", "freeze", "reflect", "none"])
def test_forward_and_autograd_see_what_backward_sees(gradient, boundary):
    starts = 1.8 * torch.rand(6, 2, generator=torch.Generator().manual_seed(1)) - 0.9
    augmentations = [
        *ALL,
        GradientClip(norm=0.8),
        LossPower(2.0),
        RandomRotation(5),
        MapGradient(torch.neg),
        MapLoss(torch.exp),
    ]
    one, other = (
        augment(landscape(starts, gradient=gradient, boundary=boundary), augmentations) for _ in range(2)
    )
    with torch.no_grad():
        one.points *= 1.3
        other.points *= 1.3
    for _ in range(3):
        one.zero_grad()
        losses = one()
        losses.sum().backward()
        torch.testing.assert_close(other.backward(), losses.detach())
        torch.testing.assert_close(other.flat_gradient(), one.flat_gradient(), rtol=1e-4, atol=1e-4)


def test_exact_gradient_is_the_derivative_and_differentiable_twice():
    starts = 1.6 * torch.rand(5, 2, generator=torch.Generator().manual_seed(1)) - 0.8
    augmentations = [RandomShift(2), RandomRotation(20), AddNoise(0.05), LossPower(1.5), GradientNoise(0.3)]
    seen = augment(landscape(starts, gradient="exact", boundary="none").double(), augmentations)
    losses = seen()
    assert losses.dtype == torch.float64
    seen.see(0)
    (gradient,) = torch.autograd.grad(seen().sum(), seen.points, create_graph=True)
    curvature = torch.stack(
        [torch.autograd.grad(g, seen.points, retain_graph=True)[0] for g in gradient.sum(0)], 1
    )
    assert curvature.isfinite().all()
    noise = seen.field.sight.draw.gradients[0]
    for axis in range(2):
        step = torch.zeros(5, 2, dtype=torch.float64)
        step[:, axis] = 1e-6
        with torch.no_grad():
            seen.points.add_(step)
        up, gradient_up = seen(), seen.backward() is not None and seen.flat_gradient().clone()
        with torch.no_grad():
            seen.points.sub_(2 * step)
        down, gradient_down = seen(), seen.backward() is not None and seen.flat_gradient().clone()
        with torch.no_grad():
            seen.points.add_(step)
        factor = 1.5 * (seen().detach() ** (0.5 / 1.5))
        difference = (up - down).detach() / 2e-6
        torch.testing.assert_close(
            gradient.detach()[:, axis], difference + factor * noise[:, axis], rtol=1e-5, atol=1e-5
        )
        assert (gradient_up - gradient_down).isfinite().all()


def test_clean_part_of_the_hessian_stays():
    bowl = augment(FunctionLandscape(lambda x, y: x**2 + 3 * y**2, (1.0, 1.0)), [GradientNoise(1.0)])
    (gradient,) = torch.autograd.grad(bowl().sum(), bowl.points, create_graph=True)
    assert (gradient[0] != torch.tensor([2.0, 6.0])).all()
    assert torch.autograd.grad(gradient[0, 1], bowl.points)[0].tolist() == [[0.0, 6.0]]


@CONSTANT
def test_noise_of_pixels_spreads_the_loss_as_interpolation_does():
    flat = augment(
        ImageLandscape(torch.full((8, 9), 0.5), [(4, 3)] * 500, smoothing=0), [AddNoise(0.01)], seed=1
    )
    both = [torch.cat([flat.backward()[:, None], flat.flat_gradient()], 1) for _ in range(8)]
    losses, across, down = torch.cat(both).numpy().T
    assert stats.kstest(losses, stats.norm(0.5, 0.01).cdf).pvalue > 0.01  # at a pixel's centre
    weight = np.array([-0.09375, 0.59375, 0.59375, -0.09375])  # halfway between two
    spread = 100 * 0.01 * np.sqrt((np.diff(weight, prepend=0, append=0) ** 2).sum())
    for gradient in (across, down):
        assert stats.kstest(gradient, stats.norm(0, spread).cdf).pvalue > 0.01
    assert abs(np.corrcoef(across, down)[0, 1]) < 0.05
    assert abs(np.corrcoef(losses[1:], losses[:-1])[0, 1]) < 0.05


@CONSTANT
@pytest.mark.parametrize(
    ("augmentation", "mean", "variance"),
    [
        (SaltAndPepper(0.2), 0.5, 0.2 / 4),
        (Dropout(0.2), 0.4, 0.25 * 0.16),
        (Brightness(0.3), 0.5, 0.6**2 / 12),
        (Cutout(3), 0.5 * (1 - 9 / 72), 0.25 * (9 / 72) * (1 - 9 / 72)),
    ],
    ids=str,
)
def test_moments_of_the_loss_at_a_pixel(augmentation, mean, variance):
    flat = augment(ImageLandscape(torch.full((8, 9), 0.5), [(4, 3)] * 500, smoothing=0), [augmentation])
    losses = torch.cat([flat.backward() for _ in range(8)]).numpy()
    assert losses.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / 4000))
    assert losses.var() == pytest.approx(variance, rel=0.1)


def test_flat_picture_has_exactly_no_gradient_under_a_shift():
    values = torch.full((30, 40), 0.7)
    values[:, :3] = 0.0
    seen = augment(ImageLandscape(values, (25, 15), smoothing=0), [RandomShift(4, crop=True)])
    for _ in range(50):
        seen.backward()
        assert seen.flat_gradient().tolist() == [[0.0, 0.0]]


def test_gradient_noise_dropout_and_common_noise():
    clean = landscape()
    clean.backward()
    slope = clean.flat_gradient()[0].numpy()
    _, noisy = looks([GradientNoise(0.7)], 3000)
    for component in (noisy[:, 0] - slope).T:
        assert stats.kstest(component, stats.norm(0, 0.7).cdf).pvalue > 0.01
    _, common = looks([GradientNoise(0.7, common=True)], 100)
    np.testing.assert_allclose(common[:, 0, 0] - slope[0], common[:, 0, 1] - slope[1], atol=1e-4)
    _, dropped = looks([GradientDropout(0.25)], 3000)
    np.testing.assert_allclose(dropped.mean(0)[0], slope, rtol=0.05)
    assert (dropped[:, 0, 0] == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert np.abs(dropped[:, 0]).max(0) == pytest.approx(np.abs(slope) / 0.75)


def test_gradient_sign_clip_and_projection():
    starts = [(0.1, -0.2), (0.5, 0.5), (-0.3, 0.8)]
    clean = landscape(starts)
    clean.backward()
    slopes = clean.flat_gradient().numpy()
    for augmentation, expected in [
        (GradientSign(), np.sign(slopes)),
        (GradientClip(value=0.2), slopes.clip(-0.2, 0.2)),
        (GradientClip(norm=0.5), slopes * np.minimum(1, 0.5 / np.linalg.norm(slopes, axis=1))[:, None]),
        (ProjectGradient([3.0, 4.0]), np.outer(slopes @ [0.6, 0.8], [0.6, 0.8])),
        (ProjectGradient([[1.0, 1.0], [0.0, 2.0]]), slopes),
        (MapGradient(lambda gradients: 2 * gradients), 2 * slopes),
    ]:
        _, seen = looks([augmentation], 1, start=starts)
        np.testing.assert_allclose(seen[0], expected, rtol=1e-4, atol=1e-5)


def test_loss_noise_leaves_the_gradient_and_power_follows_the_chain_rule():
    clean = landscape()
    loss = clean.backward().item()
    slope = clean.flat_gradient()[0].numpy()
    losses, gradients = looks([LossNoise(0.1)], 3000)
    assert stats.kstest(losses[:, 0], stats.norm(loss, 0.1).cdf).pvalue > 0.01
    np.testing.assert_allclose(gradients[:, 0], np.broadcast_to(slope, (3000, 2)))
    losses, gradients = looks([LossPower(3.0)], 1)
    np.testing.assert_allclose(losses[0, 0], loss**3, rtol=1e-5)
    np.testing.assert_allclose(gradients[0, 0], 3 * loss**2 * slope, rtol=1e-5)
    bowl = augment(FunctionLandscape(lambda x, y: -(x**2) - y**2, (3.0, 4.0)), [LossPower(0.5)])
    assert bowl.backward().item() == pytest.approx(-5.0)
    np.testing.assert_allclose(bowl.flat_gradient()[0], [-0.6, -0.8], rtol=1e-5)


def test_projection_onto_the_line_of_an_earlier_descent(tmp_path):
    first = landscape()
    optimizer = torch.optim.SGD(first.parameters(), lr=0.001)
    with record(first) as trajectory:
        for _ in range(5):
            optimizer.zero_grad()
            first().sum().backward()
            optimizer.step()
    trajectory.save(tmp_path / "trajectory.npz")
    line = trajectory.points[-1, 0] - trajectory.points[0, 0]
    _, seen = looks([ProjectGradient(trajectory=tmp_path / "trajectory.npz")], 1)
    assert np.cross(np.append(seen[0, 0], 0), np.append(line, 0))[2] == pytest.approx(0, abs=1e-6)
    with pytest.raises(FileNotFoundError, match="no trajectory"):
        ProjectGradient(trajectory=tmp_path / "none.npz")


def test_members_draw_independently_unless_shared():
    starts = torch.full((2000, 2), 0.1)
    for each in ALL:
        losses, gradients = looks([each], 2, start=starts)
        values = losses if isinstance(each, LossNoise) else gradients[..., 0]
        assert len(np.unique(values[0])) > (3 if isinstance(each, RandomShift) else 1000)
        assert abs(np.corrcoef(values)[0, 1]) < 0.1
        shared = type(each)(**{**vars(each), "shared": True})
        losses, gradients = looks([shared], 5, start=starts)
        np.testing.assert_allclose(np.ptp(losses, axis=1), 0, atol=1e-6)
        np.testing.assert_allclose(np.ptp(gradients, axis=1), 0, atol=1e-3)
        alone, _ = looks([shared], 5, start=(0.1, 0.1))
        np.testing.assert_allclose(alone[:, 0], losses[:, 0], atol=1e-6)


def test_draws_depend_on_seed_step_and_place_only():
    one, _ = looks(ALL, BLOCK_STEPS + 5, seed=0)
    again, _ = looks(ALL, BLOCK_STEPS + 5, seed=0)
    other, _ = looks(ALL, 5, seed=1)
    np.testing.assert_array_equal(one, again)
    assert len(np.unique(one)) == BLOCK_STEPS + 5
    assert (one[:5] != other).all()
    late = augment(landscape(), ALL)
    late.see(BLOCK_STEPS + 3)
    assert late.backward().item() == one[BLOCK_STEPS + 3, 0]
    assert late.backward().item() == one[BLOCK_STEPS + 3, 0]  # within a step, the same draw
    _, with_more = looks([GradientNoise(0.5), LossNoise(1.0)], 5)
    _, without = looks([GradientNoise(0.5)], 5)
    np.testing.assert_array_equal(with_more, without)


@CONSTANT
def test_pixel_keeps_its_noise_within_a_step():
    flat = augment(
        ImageLandscape(torch.full((40, 40), 0.5), (20, 20), smoothing=0, gradient="exact"), [AddNoise(0.1)]
    )
    flat.see(0)
    line = torch.stack([torch.linspace(-0.02, 0.08, 401), torch.zeros(401)], -1)
    many = augment(
        ImageLandscape(torch.full((40, 40), 0.5), line, smoothing=0, gradient="exact"),
        [AddNoise(0.1, shared=True)],
    )
    losses = many.backward()
    slopes = many.flat_gradient()[:, 0]
    steps = losses.diff() / line[:, 0].diff()
    assert (
        steps - (slopes[1:] + slopes[:-1]) / 2
    ).abs().max() < 0.02 * slopes.abs().max()  # no jump between pixels


def fit(module, *callbacks, checkpoint=None):
    return training.fit(module, *callbacks, checkpoint=checkpoint).trajectory


def descent(steps=60, size=1000, optimizer=torch.optim.Adam, records=10_000, **settings):
    seen = augment(landscape([(3, 4), (12, 6)], **settings), ALL, seed=5)
    return Descent(seen, partial(optimizer, lr=0.01), steps, steps_per_batch=size, records=records)


def test_chunks_and_records_do_not_change_the_path_and_a_plain_loop_sees_the_same():
    whole = fit(descent())
    np.testing.assert_array_equal(whole.points, fit(descent(size=7)).points)
    np.testing.assert_array_equal(whole.points[-1], fit(descent(records=5)).points[-1])
    plain = descent().landscape
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    with record(plain) as trajectory:
        for _ in range(60):
            optimizer.zero_grad()
            plain().sum().backward()
            optimizer.step()
    np.testing.assert_allclose(trajectory.points, whole.points, atol=1e-4)
    clean = landscape(torch.from_numpy(whole.points[-1]))
    np.testing.assert_allclose(whole.losses[-1], clean().detach(), atol=1e-6)


def test_line_search_sees_one_draw_in_a_step():
    seen = []

    class Searching(torch.optim.SGD):
        def step(self, closure):
            seen.append([float(closure()) for _ in range(3)])
            return super().step()

    fit(descent(steps=20, optimizer=Searching))
    seen = seen[-20:]  # those before were asked how the optimizer is called
    assert all(len(set(losses)) == 1 for losses in seen)
    assert len({losses[0] for losses in seen}) == 20


def test_resumed_descent_ends_bit_identical(tmp_path):
    whole = fit(descent(steps=60, size=10))
    fit(descent(steps=30, size=10), Checkpoints(tmp_path))
    resumed = fit(descent(steps=60, size=10), checkpoint=tmp_path / "last.ckpt")
    np.testing.assert_array_equal(whole.points, resumed.points)
    np.testing.assert_array_equal(whole.losses, resumed.losses)


def test_diverged_members_do_no_harm():
    seen = augment(landscape([(3, 4), (12, 6), (5, 5)]), ALL)
    with torch.no_grad():
        seen.points[0], seen.points[1] = float("nan"), float("inf")
    losses = seen.backward()
    assert losses[0].isnan()
    assert losses[2].isfinite()
    assert seen.flat_gradient()[2].isfinite().all()
    with torch.no_grad():
        seen.points[1] = -1e30
    assert seen.backward()[2].isfinite()


def test_two_of_a_kind_draw_independently():
    losses, _ = looks([LossNoise(0.1), LossNoise(0.1), LossNoise(0.1)], 500)
    assert losses.std() == pytest.approx(0.1 * np.sqrt(3), rel=0.1)


@pytest.mark.parametrize("name", ["spiral", "himmelblau"])
def test_members_of_one_seed_see_what_a_single_member_sees(name):
    changes = [RandomShift(fraction=0.1), RandomFlip(0.5), GradientNoise(0.1), LossNoise(0.1)]
    if name == "spiral":
        changes[2:2] = [AddNoise(0.1), Blur(1.0), Brightness(0.2)]

    def made(start, seed):
        point = [list(start)] if np.ndim(start) == 1 else [list(one) for one in start]
        landscape = (
            ImageLandscape(PICTURE, point) if name == "spiral" else FunctionLandscape.named(name, start=point)
        )
        return augment(landscape, changes, seed)

    starts, seeds = [(0.3, -0.4), (-0.2, 0.1), (0.3, -0.4)], [5, 9, 5]
    together = made(starts, seeds)
    alone = [made(start, seed) for start, seed in zip(starts, seeds, strict=True)]
    for _ in range(5):
        losses, expected = together.backward(), [one.backward() for one in alone]
        torch.testing.assert_close(losses, torch.cat(expected))
        torch.testing.assert_close(
            together.flat_gradient(), torch.cat([one.flat_gradient() for one in alone])
        )
        torch.testing.assert_close(losses[0], losses[2])
    with pytest.raises(ValueError, match="one for each member"):
        made(starts, [1, 2])


def test_a_landscape_that_moves_in_a_step_sees_the_same_draw_there():
    seen = augment(landscape(), ALL)
    seen.see(5)
    losses = seen.backward()
    torch.testing.assert_close(seen.double().backward(), losses.double(), rtol=1e-4, atol=1e-5)
    assert seen.backward().dtype == torch.float64
    assert torch.equal(seen.float().backward(), losses)
    seen.see(None)
    later = seen.backward()
    seen.see(6)
    assert torch.equal(seen.backward(), later)
