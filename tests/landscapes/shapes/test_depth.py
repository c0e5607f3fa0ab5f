import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes.shapes import depth, render
from landscape_lab.landscapes.shapes.layers import Layers
from landscape_lab.landscapes.shapes.tiles import Pairs


def test_two_shapes_of_one_depth_hide_each_other_by_half():
    cover = torch.tensor([[0.36], [0.75]]).double()
    seen, left = depth.through(cover, torch.zeros(2).double())
    torch.testing.assert_close(seen, torch.tensor([[0.5], [0.8]]).double())
    torch.testing.assert_close(left, torch.tensor([0.16]).double())


def test_far_apart_in_depth_they_are_sorted():
    shapes, background = some_shapes(12, texture="gradient", order="learned")
    front_first = shapes.depth.argsort()
    ordered = shapes.map(lambda kind: kind[front_first])._replace(depth=None)
    apart = shapes._replace(depth=1e6 * shapes.depth)
    drawn, wanted = (render(some, (20, 31), "over", background) for some in (apart, ordered))
    torch.testing.assert_close(drawn, wanted)


def test_a_shape_that_hides_all_has_a_gradient():
    cover = torch.ones(3, 4).double().requires_grad_()
    seen, left = depth.through(cover, torch.arange(3).double())
    (slope,) = torch.autograd.grad(seen.sum() + left.sum(), cover)
    assert slope.isfinite().all()


def test_heaps_are_all_pairs_once(monkeypatch):
    monkeypatch.setattr(depth, "PAIRS_AT_ONCE", 10)
    met = torch.rand(9, 14, generator=torch.Generator().manual_seed(0)) < 0.5
    shape, tile = met.nonzero().unbind(1)
    layers = Layers.of(Pairs(shape, tile, torch.zeros(len(shape), 2), torch.zeros(len(shape)).bool()))
    found = []
    for heap in depth.heaps(layers):
        there = heap.there.squeeze(2)
        assert heap.pairs.numel() <= max(10, there.shape[1])
        for rank, (pairs, real) in enumerate(zip(heap.pairs, there, strict=True), start=heap.tiles.start):
            assert (tile[layers.order[pairs[real]]] == layers.tiles[rank]).all()
        found += heap.pairs[there].tolist()
    assert sorted(found) == list(range(len(shape)))
