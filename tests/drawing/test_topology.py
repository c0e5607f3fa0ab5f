"""The figure of critical points and of the tree."""

import numpy as np
from scenes import function_scene, pixels_of

from landscape_lab.drawing.figures import FIGURES
from landscape_lab.drawing.topology import _deepest, _order
from landscape_lab.planes.topology import merge_tree


def test_each_minimum_has_its_number_on_the_map_and_in_the_tree():
    _, view = function_scene("himmelblau", points=((-1.5, 1.0), (0.5, 0.4)))
    _, axes = pixels_of(FIGURES["topology"](view))
    tree = axes.figure.axes[1]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[-3:] == ["4 minima", "4 saddles", "1 maximum"]
    for side in (axes, tree):
        assert {"1", "2", "3", "4"} <= {text.get_text() for text in side.texts}
    assert "5" not in {text.get_text() for text in tree.texts}


def test_no_lines_of_the_tree_cross():
    losses = np.random.default_rng(0).normal(size=(11, 14))
    basins = _deepest(merge_tree(losses))
    across = {number: x for x, number in enumerate(_order(basins))}
    assert sorted(across) == list(range(len(basins)))
    for number, basin in enumerate(basins):
        for other in range(len(basins)):
            if across[basin.into] < across[other] < across[number]:  # under the line to the deeper one
                assert basins[other].barrier <= basin.barrier


def test_a_tree_keeps_what_its_valleys_flow_into(monkeypatch):
    monkeypatch.setattr("landscape_lab.drawing.topology.MOST", 5)
    whole = merge_tree(np.random.default_rng(0).normal(size=(12, 9)))
    kept = _deepest(whole)
    assert len(kept) == 5 < len(whole)
    assert min(basin.persistence for basin in kept) >= sorted(basin.persistence for basin in whole)[-5]
    for basin in kept:
        original = next(one for one in whole if one.minimum == basin.minimum)
        assert kept[basin.into].minimum == whole[original.into].minimum
