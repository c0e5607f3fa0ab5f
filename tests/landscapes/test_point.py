"""Landscapes whose parameters are the point: what their parts do together."""

import pytest
import torch
from laws import assert_evaluate_agrees_with_forward

from landscape_lab.augmentations import GradientNoise, LossNoise, RandomShift, augment
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape

PICTURE = torch.rand(9, 14, generator=torch.Generator().manual_seed(0))
STARTS = torch.tensor([[0.1, -0.2], [0.5, 0.9], [-0.8, 0.3]])
each_boundary = pytest.mark.parametrize("boundary", ["hard", "soft", "freeze", "reflect", "none"])


@each_boundary
@pytest.mark.parametrize("gradient", ["pixel", "exact", "central"])
def test_members_given_later_are_those_of_the_constructor(boundary, gradient):
    settings = {"gradient": gradient, "boundary": boundary}
    landscape = ImageLandscape(PICTURE, (0.0, 0.0), **settings)
    twin, expected = landscape.with_members(STARTS), ImageLandscape(PICTURE, STARTS, **settings)
    for one in (twin, expected):
        with torch.no_grad():
            one.points *= 1.3
    assert torch.equal(twin.backward(), expected.backward())
    assert torch.equal(twin.flat_gradient(), expected.flat_gradient())
    assert torch.equal(twin.flat(), expected.flat())
    assert torch.equal(twin.start, STARTS)
    assert twin.pixels is landscape.pixels
    assert landscape.flat().tolist() == [[0.0, 0.0]]


@each_boundary
def test_losses_elsewhere_are_those_of_members_that_moved_there(boundary):
    landscape = ImageLandscape(PICTURE, STARTS, boundary=boundary, gradient="exact")
    points = 1.3 * STARTS.flip(0)
    kept = points.clone()
    losses = landscape.at(points).detach()
    assert torch.equal(points, kept)
    moved = ImageLandscape(PICTURE, STARTS, boundary=boundary, gradient="exact")
    with torch.no_grad():
        moved.points.copy_(points)
    torch.testing.assert_close(losses, moved.backward())


def test_a_member_that_moves_is_no_longer_frozen():
    landscape = ImageLandscape(PICTURE, STARTS, boundary="freeze")
    with torch.no_grad():
        landscape.points[0] = 2.0
    assert torch.equal(landscape.flat()[0], STARTS[0])
    landscape.move_to(STARTS.flip(0))
    assert torch.equal(landscape.flat(), STARTS.flip(0))
    landscape.backward()
    assert (landscape.flat_gradient() != 0).all()


@each_boundary
def test_an_optimizer_that_needs_it_gets_the_exact_gradient(boundary):
    landscape = ImageLandscape(PICTURE, STARTS, gradient="auto", boundary=boundary).double()
    pixel = ImageLandscape(PICTURE, STARTS, boundary=boundary).double()
    exact = ImageLandscape(PICTURE, STARTS, gradient="exact", boundary=boundary).double()
    assert landscape.suit(exact=False) is None
    assert torch.equal(landscape.backward(), pixel.backward())
    assert torch.equal(landscape.flat_gradient(), pixel.flat_gradient())
    assert landscape.suit(exact=True) == "landscape.gradient=exact"
    assert landscape.suit(exact=True) is None
    assert_evaluate_agrees_with_forward(landscape, 1.2 * STARTS.double())
    for one in (landscape, exact):
        with torch.no_grad():
            one.points.mul_(1.3)
    assert torch.equal(landscape.backward(), exact.backward())
    assert torch.equal(landscape.flat_gradient(), exact.flat_gradient())


def test_a_landscape_without_a_choice_stays_as_it_is():
    for landscape in (
        ImageLandscape(PICTURE, gradient="pixel"),
        ImageLandscape(PICTURE, gradient="auto", gradient_init=torch.neg),
        FunctionLandscape.named("sphere", gradient="central"),
    ):
        assert landscape.suit(exact=True) is None


def test_an_augmented_landscape_suits_too_and_keeps_its_draws():
    auto, exact = (
        augment(
            ImageLandscape(PICTURE, STARTS, gradient=gradient), [RandomShift(2), GradientNoise(0.1)], seed=3
        )
        for gradient in ("auto", "exact")
    )
    auto.suit(exact=True)
    for _ in range(3):
        assert torch.equal(auto.backward(), exact.backward())
        assert torch.equal(auto.flat_gradient(), exact.flat_gradient())


def test_members_come_before_augmentations():
    landscape = augment(ImageLandscape(PICTURE), [LossNoise(0.1)])
    assert landscape.stochastic
    with pytest.raises(ValueError, match="members before its augmentations"):
        landscape.with_members(STARTS)
    assert augment(landscape, []).with_members(STARTS).members == 3
