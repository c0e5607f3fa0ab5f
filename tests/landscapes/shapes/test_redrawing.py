"""Losses and pictures do not depend on what was drawn before."""

import copy

import pytest
import torch

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes import lineage
from landscape_lab.landscapes.shapes.textures import COLOUR

TARGET = torch.rand(19, 27, 3, generator=torch.Generator().manual_seed(0)).numpy()
KINDS = [{"model": "sum"}, {"model": "over"}, {"model": "over", "texture": "gradient"}]


def landscape(**settings):
    made = ShapesLandscape(TARGET, shapes=6, harmonics=3, size=None, **settings)
    made.move_to(made.flat() + 0.3 * torch.randn(1, made.dims, generator=torch.Generator().manual_seed(1)))
    return made


def family(made, generation, parent):
    """Children that differ in a shape or two, in the background, in nothing or in everything."""
    children = made.mutate(parent.expand(6, -1), torch.full((6, 1), 0.3))
    children[0] = parent
    children[1, made.layout.background] += 0.1
    if generation % 4 == 3:
        children = children + 0.1 * torch.randn_like(children)
    return children


@pytest.mark.parametrize("settings", KINDS)
@torch.no_grad()
def test_losses_are_those_of_whole_pictures_and_the_same_to_the_bit_after_anything(settings):
    torch.manual_seed(0)
    made = landscape(**settings)
    parent = made.flat()
    for generation in range(8):
        children = family(made, generation, parent)
        losses = made.evaluate(children)
        alone = torch.cat([copy.deepcopy(made).evaluate(child[None]) for child in children])
        assert torch.equal(losses, alone)
        with torch.enable_grad():  # the formula of a gradient's picture
            whole = made.evaluate(children).detach()
        torch.testing.assert_close(losses, whole, rtol=1e-6, atol=1e-6)
        parent = children[losses.argmin()][None]


@torch.no_grad()
def test_of_a_child_only_the_shapes_that_changed_are_drawn(monkeypatch):
    made, drawn = landscape(), []
    levels = lineage.Redrawing._drawn_anew

    def counting(self, formula):
        drawn.append(len(self.changes.child))
        return levels(self, formula)

    monkeypatch.setattr(lineage.Redrawing, "_drawn_anew", counting)
    point = made.flat()
    made.evaluate(point)
    child = point.clone()
    child[0, made.layout.shapes[2]] += 0.1
    made.evaluate(torch.cat([child, point, child]))
    assert drawn == [6, 2]
    made.evaluate(point + 1.0)
    assert drawn == [6, 2, 6]


@torch.no_grad()
def test_how_many_are_drawn_together_changes_nothing(monkeypatch):
    torch.manual_seed(0)
    made = landscape()
    points = made.flat() + torch.randn(5, made.dims)
    together = copy.deepcopy(made).evaluate(points)
    monkeypatch.setattr(lineage, "SHAPES_AT_ONCE", 7)
    assert torch.equal(copy.deepcopy(made).evaluate(points), together)


@torch.no_grad()
def test_a_point_that_is_not_finite_harms_no_other():
    made = landscape()
    points = made.flat().repeat(3, 1)
    points[1, made.layout.shapes[0]] = torch.nan
    points[2, made.layout.shapes[1]] += 0.2
    alone = torch.cat([copy.deepcopy(made).evaluate(point[None]) for point in points])
    made.evaluate(points[:1])
    losses = made.evaluate(points.flip(0)).flip(0)
    assert losses.isfinite().tolist() == [True, False, True]
    assert losses[0] == alone[0]
    assert losses[2] == alone[2]


@torch.no_grad()
def test_of_large_pictures_nothing_is_remembered(monkeypatch):
    made = landscape()
    expected = copy.deepcopy(made).evaluate(made.flat())
    monkeypatch.setattr("landscape_lab.landscapes.shapes.landscape.LARGEST", 19 * 27 - 1)
    torch.testing.assert_close(made.evaluate(made.flat()), expected, rtol=1e-6, atol=1e-6)
    assert made.lineage.parent is None


@torch.no_grad()
def test_another_precision_is_another_picture():
    made = landscape()
    single = made.evaluate(made.flat())
    double = made.double().evaluate(made.flat().double())
    assert double.dtype == torch.float64
    torch.testing.assert_close(double.float(), single, rtol=1e-6, atol=1e-6)


@torch.no_grad()
def test_shapes_that_are_nowhere_leave_the_background():
    made = landscape()
    parts, point = made.parts(), made.flat().clone()
    made.evaluate(point)
    point[:, parts.numbers] = parts.absent
    background = COLOUR * point[0, made.layout.background]
    flat = background[:, None, None].expand_as(made.target)
    torch.testing.assert_close(made.evaluate(point)[0], made.difference(flat, made.target))


def test_where_a_gradient_is_wanted_nothing_is_remembered():
    made = landscape()
    point = made.flat().requires_grad_()
    made.evaluate(point).sum().backward()
    assert made.lineage.parent is None
    assert bool(point.grad.any())
