"""What holds for every model, primitive, texture and order. The table holds the choices of their keys."""

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
import torch
from naive_shapes import leaves, naive, some_shapes
from sampling import one_in

from landscape_lab.keys.landscapes import SHAPES
from landscape_lab.landscapes.shapes import MODELS, depth, fast, levels, plain, render
from landscape_lab.landscapes.shapes.formulas import picture
from landscape_lab.landscapes.shapes.outlines import OUTLINES
from landscape_lab.landscapes.shapes.rendering import FAINT

SIZE = (9, 14)


class Case(NamedTuple):
    """A kind of picture, and some shapes for it."""

    model: str
    primitive: str
    texture: str
    order: str

    def shapes(self, count=5, harmonics=3):
        return some_shapes(count, harmonics, texture=self.texture, order=self.order, seed=3)

    def draw(self, shapes, background, size=SIZE, **how):
        return render(shapes, size, self.model, background, primitive=self.primitive, **how)

    def gradients(self, shapes, background, size=SIZE, **how):
        return torch.autograd.grad(
            (self.draw(shapes, background, size, **how) - aim(size)).square().sum(),
            leaves(shapes, background),
        )


def words(key):
    return SHAPES.keys[key].kind.words


KEYS = ("model", "primitive", "texture", "order")
CASES = [Case(*choices) for choices in product(*map(words, KEYS)) if "over" in choices or "given" in choices]
EACH = pytest.mark.parametrize("case", CASES, ids="-".join)


def aim(size):
    """A picture to be unlike: near its own target a gradient is the rest of what cancels."""
    return torch.rand(3, *size, generator=torch.Generator().manual_seed(5)).double()


@EACH
def test_a_picture_is_its_formula_at_every_pixel(case):
    shapes, background = case.shapes()
    expected = naive(shapes, SIZE, case.model, background, case.primitive)
    for way in (False, True):
        drawn = case.draw(shapes, background, plain=way)
        np.testing.assert_allclose(drawn.detach(), expected, atol=1e-10)


@EACH
def test_gradients_are_those_of_the_formula(case):
    shapes, background = case.shapes(9)
    size = (33, 21)
    found, wanted = (case.gradients(shapes, background, size, plain=way) for way in (False, True))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


@EACH
def test_order_means_something_only_where_shapes_hide_each_other(case):
    shapes, background = case.shapes(12)
    drawn, other = (case.draw(each, background) for each in (shapes, shapes.map(lambda kind: kind.flip(0))))
    assert torch.allclose(drawn, other) == (case.model != "over" or case.order == "learned")


@EACH
def test_how_the_work_is_cut_changes_nothing(case, monkeypatch):
    shapes, background = case.shapes(8)
    size = (25, 37)
    drawn, wanted = case.draw(shapes, background, size), case.gradients(shapes, background, size)
    monkeypatch.setattr(levels, "PAIRS_AT_ONCE", 7)
    monkeypatch.setattr(fast, "PAIRS_IN_A_BAND", 40)
    monkeypatch.setattr(depth, "PAIRS_AT_ONCE", 9)
    monkeypatch.setattr(plain, "VALUES_AT_ONCE", 1000)
    torch.testing.assert_close(case.draw(shapes, background, size), drawn, atol=1e-11, rtol=0)
    for one, other in zip(case.gradients(shapes, background, size), wanted, strict=True):
        torch.testing.assert_close(one, other, atol=1e-12, rtol=1e-10)


def directly(case, shapes, background):
    """The picture in operations that autograd follows as often as is wished."""
    row, column = torch.meshgrid(*(torch.arange(n).double() + 0.5 for n in SIZE), indexing="ij")
    places = torch.stack([column, row]).flatten(1) / max(SIZE)
    formula = MODELS[case.model]._replace(outline=OUTLINES[case.primitive])
    if case.model != "weighted":
        return picture(formula, places, background, shapes).view(3, *SIZE)
    ones = shapes._replace(colour=torch.ones_like(shapes.colour), slope=None)
    above, below = (
        picture(formula, places, ground, each)
        for ground, each in ((FAINT * background, shapes), (FAINT * torch.ones(3).double(), ones))
    )
    return (above / below).view(3, *SIZE)


def cut(flat, shapes, background):
    """A vector as shapes and a background like others."""
    parts = iter(flat.split([one.numel() for one in leaves(shapes, background)]))
    return shapes.map(lambda kind: next(parts).view_as(kind)), next(parts)


@pytest.mark.filterwarnings("ignore:A second derivative")
@pytest.mark.parametrize("case", one_in(7, CASES), ids="-".join)
def test_hessian_products_are_those_of_the_dense_hessian(case, monkeypatch):
    monkeypatch.setattr(plain, "VALUES_AT_ONCE", 150)
    shapes, background = case.shapes(2, 1)
    inputs = leaves(shapes, background)
    flat = torch.cat([one.detach().flatten() for one in inputs])

    def loss(picture):
        return (picture - aim(SIZE)).square().mean().sqrt()

    dense = torch.autograd.functional.hessian(
        lambda at: loss(directly(case, *cut(at, shapes, background))), flat
    )
    first = torch.autograd.grad(loss(case.draw(shapes, background)), inputs, create_graph=True)
    vector = torch.randn(len(flat), generator=torch.Generator().manual_seed(2)).double()
    product = torch.autograd.grad(torch.cat([one.flatten() for one in first]), inputs, vector)
    found = torch.cat([one.flatten() for one in product])
    torch.testing.assert_close(found, dense @ vector, atol=1e-8, rtol=1e-7)
