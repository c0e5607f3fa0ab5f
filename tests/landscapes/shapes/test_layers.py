import torch

from landscape_lab.landscapes.shapes.layers import Layers
from landscape_lab.landscapes.shapes.tiles import Pairs


def test_each_layer_holds_the_next_pair_of_the_first_tiles():
    draw = torch.Generator().manual_seed(0)
    met = torch.rand(9, 14, generator=draw) < 0.5
    met[:, 5] = False
    shape, tile = met.nonzero().unbind(1)
    layers = Layers.of(Pairs(shape, tile, torch.zeros(len(shape), 2), torch.zeros(len(shape)).bool()))
    assert sorted(layers.order.tolist()) == list(range(len(shape)))
    assert sorted(layers.tiles.tolist()) == [t for t in range(14) if t != 5]
    piles = {}
    for part in layers.slices:
        chosen = layers.order[part]
        assert torch.equal(tile[chosen], layers.tiles[: len(chosen)])
        for one in chosen.tolist():
            piles.setdefault(int(tile[one]), []).append(int(shape[one]))
    assert piles == {t: met[:, t].nonzero().flatten().tolist() for t in range(14) if t != 5}
