import numpy as np
import pytest

from landscape_lab.drawing.layers import QUANTITIES, LayerCurves, layers_figure


def curves(layers, records, value=1.0):
    steps = 10 * (1 + np.arange(records))
    values = {name: np.full((records, layers), value) for name in QUANTITIES}
    return LayerCurves([f"{number}.weight" for number in range(layers)], steps, values)


@pytest.mark.parametrize(("layers", "records"), [(1, 1), (4, 30), (60, 20), (200, 3)])
def test_few_and_many_layers_have_a_panel_for_each_quantity(layers, records):
    figure = layers_figure(curves(layers, records), "title")
    maps = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in maps] == list(QUANTITIES.values())
    assert len(maps[0].get_yticks()) <= 64


def test_what_is_not_known_has_no_panel():
    known = curves(3, 5)
    known.values["noise_scale"][:] = np.nan
    titles = [axes.get_title(loc="left") for axes in layers_figure(known, "").axes]
    assert QUANTITIES["noise_scale"] not in titles


def test_names_of_curves_tell_quantity_and_layer():
    named = curves(2, 3).named()
    assert list(named)[:2] == ["layers/gradient/0.weight", "layers/gradient/1.weight"]
    assert all(values.shape == (3,) for values in named.values())
