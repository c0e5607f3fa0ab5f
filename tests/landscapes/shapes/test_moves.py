"""How evolution changes shapes: what a child has of its parent."""

import pytest
import torch

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes.moves import drawn, moved, swapped

TARGET = torch.rand(18, 24, 3, generator=torch.Generator().manual_seed(0)).numpy()


def landscape(**settings):
    return ShapesLandscape(TARGET, shapes=4, harmonics=2, size=None, **settings)


def parents(made, number):
    return made.flat() + torch.randn(number, made.dims, generator=torch.Generator().manual_seed(1))


def changed(made, children, points):
    """Which shapes are other than before `[n, shapes]`, and whether the background is `[n]`."""
    rows = (made.layout.rows(children) != made.layout.rows(points)).any(2)
    return rows, (children != points)[:, made.layout.background].any(1)


def test_one_shape_moves_or_the_background():
    torch.manual_seed(0)
    made = landscape()
    points, scale = parents(made, 200), torch.full((200, 1), 0.3)
    children = moved(points, scale, made.layout.shapes)
    rows, ground = changed(made, children, points)
    assert ((rows.sum(1) + ground.long()) == 1).all()
    assert rows.any(0).all()
    assert ground.any()
    step = (children - points)[(children != points)]
    assert float(step.std()) == pytest.approx(0.3, rel=0.1)


def test_a_swap_keeps_the_shapes_and_changes_their_order():
    torch.manual_seed(0)
    made = landscape()
    points = parents(made, 50)
    children = swapped(points, made.layout.shapes)
    rows, ground = changed(made, children, points)
    assert (rows.sum(1) == 2).all()
    assert not ground.any()
    before, after = made.layout.rows(points), made.layout.rows(children)
    for old, new in zip(before.tolist(), after.tolist(), strict=True):
        assert sorted(old) == sorted(new)  # the multiset of shapes


@pytest.mark.parametrize(("model", "swaps"), [("over", True), ("sum", False)])
def test_order_changes_only_where_it_matters(model, swaps):
    torch.manual_seed(0)
    made = landscape(model=model)
    points = parents(made, 200)
    rows, _ = changed(made, made.mutate(points, torch.full((200, 1), 0.3)), points)
    assert bool((rows.sum(1) == 2).any()) == swaps
    assert int(rows.sum(1).max()) <= 2


def test_each_member_mutates_as_its_own_scale_says():
    torch.manual_seed(0)
    made = landscape(model="sum")
    points = parents(made, 2).repeat_interleave(100, 0)
    scale = torch.tensor([[0.01], [1.0]]).repeat_interleave(100, 0)
    far = (made.mutate(points, scale) - points).norm(dim=1).view(2, 100).mean(1)
    assert float(far[1] / far[0]) == pytest.approx(100.0, rel=0.2)


@pytest.mark.parametrize("model", ["over", "sum"])
def test_parts_are_shapes_that_may_be_absent(model):
    torch.manual_seed(0)
    made = landscape(model=model)
    parts, point = made.parts(), made.flat().clone()
    assert sorted(parts.numbers.flatten().tolist() + made.layout.background.tolist()) == list(
        range(made.dims)
    )
    assert parts.numbers[0].tolist() == made.layout.shapes[-1].tolist()  # the first lies behind all others
    point[:, parts.numbers] = parts.absent
    made.move_to(point)
    picture = made.picture()
    assert bool((picture == picture[:, :1, :1]).all())
    point[:, parts.numbers] = parts.draw(len(parts.numbers))
    made.move_to(point)
    assert not torch.equal(made.picture(), picture)


def test_shapes_at_random_are_as_many_as_asked_for_and_differ():
    torch.manual_seed(0)
    made = landscape()
    rows = drawn(made.coordinates, made.target, 11)
    assert rows.shape == (11, made.layout.shapes.shape[1])
    assert len(rows.unique(dim=0)) == 11
    assert not torch.equal(rows, drawn(made.coordinates, made.target, 11))
