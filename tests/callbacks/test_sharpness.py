"""Sharpness along the path of a run."""

import json

import numpy as np
import pytest

PARABOLA = ("landscape=expression", "landscape.expression=2*x**2+y**2", "start=[0.5,0.5]", "steps=6")


def test_a_parabola_has_its_curvature_and_its_line(lab):
    result = lab(
        *PARABOLA,
        "optimizer=sgd",
        "optimizer.lr=0.1",
        "callbacks=sharpness",
        "callbacks.sharpness.every=2",
        quiet=False,
    )
    table = np.genfromtxt(result.folder / "sharpness.csv", delimiter=",", names=True)
    assert table["step"].tolist() == [0, 2, 4, 6]
    np.testing.assert_allclose(table["sharpness"], 4.0, rtol=1e-5)
    np.testing.assert_allclose(table["threshold"], 20.0)
    written = json.loads((result.folder / "results.json").read_text())
    assert written["sharpness"] == pytest.approx(4.0)
    assert written["sharpness_threshold"] == pytest.approx(20.0)
    assert (result.folder / "sharpness.png").is_file()


def test_minibatches_have_none(lab):
    with pytest.raises(ValueError, match=r"landscape\.batch_size=null"):
        lab(
            "landscape=network",
            "data.samples=60",
            "landscape.batch_size=20",
            "steps=2",
            "callbacks=sharpness",
            quiet=False,
        )
