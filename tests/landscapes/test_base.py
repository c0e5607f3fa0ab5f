"""What a landscape inherits: everything but its two losses, over parameters of any shapes."""

import pytest
import torch
from torch import nn

from landscape_lab.landscapes import Landscape

SHAPES = {"scale": (), "bias": (3,), "weight": (2, 2)}


class Three(Landscape):
    """Three tensors, one of them in a module inside; the loss mixes all of them."""

    def __init__(self, members=1, stacked=True, dtype=torch.float64):
        super().__init__(members, stacked=stacked)
        torch.manual_seed(0)
        room = (members,) if stacked else ()
        self.scale, self.bias = (
            nn.Parameter(torch.randn(room + SHAPES[name], dtype=dtype)) for name in ("scale", "bias")
        )
        self.inside = nn.Module()
        self.inside.weight = nn.Parameter(torch.randn(room + SHAPES["weight"], dtype=dtype))
        self.fixed = nn.Parameter(torch.ones(2, dtype=dtype), requires_grad=False)
        self.register_buffer("wide", torch.linspace(1.0, 2.0, 8, dtype=dtype))

    def forward(self, batch=None):
        parts = (self.scale, self.bias, self.inside.weight)
        return self.evaluate(torch.cat([part.reshape(self.members, -1) for part in parts], dim=1))

    def evaluate(self, points):
        return (self.wide.to(points) * points.square()).sum(-1) + points.prod(-1)


def cases():
    for dtype in (torch.float32, torch.float64):
        yield pytest.param((1, False, dtype), id=f"own shapes-{dtype}")
        yield pytest.param((1, True, dtype), id=f"1-{dtype}")
        yield pytest.param((4, True, dtype), id=f"4-{dtype}")


each = pytest.mark.parametrize("settings", list(cases()))


def others(landscape):
    """Other points for all members."""
    flat = landscape.flat()
    return torch.randn(flat.shape, dtype=flat.dtype, generator=torch.Generator().manual_seed(1))


@each
def test_a_point_is_all_trainable_parameters_in_their_order(settings):
    landscape = Three(*settings)
    assert (landscape.members, landscape.dims) == (settings[0], 8)
    flat = landscape.flat()
    assert flat.shape == (settings[0], 8)
    assert not flat.requires_grad
    torch.testing.assert_close(landscape.evaluate(flat), landscape().detach())
    out = torch.full_like(flat, torch.nan)
    landscape.copy_to(out)
    assert torch.equal(out, flat)
    for number in range(settings[0]):
        parts = landscape.member(number)
        assert {name: part.shape for name, part in parts.items()} == {
            "scale": SHAPES["scale"],
            "bias": SHAPES["bias"],
            "inside.weight": SHAPES["weight"],
        }
        assert torch.equal(torch.cat([part.flatten() for part in parts.values()]), flat[number])


@each
def test_backward_leaves_the_gradient_of_the_loss(settings):
    landscape = Three(*settings)
    assert torch.equal(landscape.flat_gradient(), torch.zeros_like(landscape.flat()))
    points = landscape.flat().clone().requires_grad_()
    losses = landscape.evaluate(points)
    (expected,) = torch.autograd.grad(losses.sum(), points)
    for _ in range(2):  # the second does not add to the first
        with torch.no_grad():  # as inside an optimizer's step
            torch.testing.assert_close(landscape.backward(), losses.detach())
        torch.testing.assert_close(landscape.flat_gradient(), expected)
    assert landscape.fixed.grad is None


@each
def test_members_move_without_new_parameters_and_are_seen_elsewhere_without_moving(settings):
    landscape = Three(*settings)
    before, parameters, points = landscape.flat().clone(), list(landscape.parameters()), others(landscape)
    elsewhere = points.clone().requires_grad_()
    losses = landscape.at(elsewhere)
    (gradient,) = torch.autograd.grad(losses.sum(), elsewhere)
    assert torch.equal(landscape.flat(), before)
    landscape.move_to(points)
    assert torch.equal(landscape.flat(), points)
    assert all(one is other for one, other in zip(landscape.parameters(), parameters, strict=True))
    torch.testing.assert_close(landscape.backward(), losses.detach())
    torch.testing.assert_close(landscape.flat_gradient(), gradient)


@each
def test_another_number_of_members_is_another_landscape_that_shares_buffers(settings):
    landscape = Three(*settings)
    number = 1 if not settings[1] else 3
    points = torch.arange(8.0 * number).view(number, 8)
    twin = landscape.with_members(points)
    assert type(twin) is Three
    assert (twin.members, landscape.members) == (number, settings[0])
    assert torch.equal(twin.flat(), points.to(settings[2]))
    assert torch.equal(twin.start, twin.flat())
    assert twin.wide is landscape.wide
    twin.move_to(-points)
    assert torch.equal(twin.start, points.to(settings[2]))
    assert torch.equal(landscape.flat(), Three(*settings).flat())
    torch.testing.assert_close(twin().detach(), landscape.evaluate(-points.to(settings[2])))


def test_parameters_in_their_own_shapes_have_one_member():
    with pytest.raises(ValueError, match="`members` should be 1 where parameters have no dimension"):
        Three(2, stacked=False)
    with pytest.raises(ValueError, match=r"A Three should have one member.*Found 2 points"):
        Three(stacked=False).with_members(torch.zeros(2, 8))


def test_hooks_do_nothing_and_a_slice_measures_its_points():
    landscape = Three()
    assert not landscape.stochastic
    assert landscape.suit(exact=True) is None
    landscape.see(3)
    landscape.see(None)
    origin, directions = torch.zeros(8, dtype=torch.float64), torch.eye(8, dtype=torch.float64)[[0, 5]]
    places = torch.tensor([[0.0, 0.0], [1.0, -2.0]], dtype=torch.float64)
    measured = landscape.slice(origin, directions)(places)
    expected = torch.tensor([0.0, 1.0 + 4.0 * landscape.wide[5].item()], dtype=torch.float64)
    assert list(measured) == ["loss"]
    torch.testing.assert_close(measured["loss"], expected)
