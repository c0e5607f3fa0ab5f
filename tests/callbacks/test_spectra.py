"""The curvature at the end of a run, in its results, its pictures and TensorBoard."""

import json

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

WORDS = (
    *("landscape=expression", "landscape.expression=2*x**2-y**2", "start=[0.5,0.1]", "optimizer=sgd"),
    *("optimizer.lr=0.01", "steps=3", "plane.resolution=20"),
)


def test_results_pictures_and_tensorboard_have_it(lab, monkeypatch):
    monkeypatch.setattr("landscape_lab.staging.bending.FINE", 5)
    words = ("figures=[curvature,ratio]", "logger=tensorboard", "callbacks=default", "video=[]")
    result = lab(*WORDS, *words, quiet=False)
    written = json.loads((result.folder / "results.json").read_text())["curvature"]
    assert written["highest"] == [pytest.approx(4.0)]
    assert written["lowest"] == [pytest.approx(-2.0)]
    assert (written["trace"], written["trace_error"]) == (pytest.approx(2.0), 0.0)
    (layer,) = written["layers"].values()
    assert layer["highest"] == pytest.approx(4.0)
    events = EventAccumulator(str(result.folder), size_guidance={"images": 0}).Reload()
    (lowest,) = events.Scalars("curvature/lowest")
    assert (lowest.step, lowest.value) == (3, pytest.approx(-2.0))
    assert {"curvature", "ratio"} <= set(events.Tags()["images"])
    assert {"curvature.png", "ratio.png"} <= {file.name for file in result.folder.iterdir()}


def test_a_run_that_does_not_draw_it_tells_nothing(lab):
    assert "curvature" not in lab(*WORDS).metrics
