import csv
import json

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from landscape_lab.landscapes import ShapesLandscape

SMALL = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=20", "figures=[]")


@pytest.mark.parametrize("more", [[], ["landscape.model=sum"], ["ensemble=lr_sweep", "ensemble.lr.num=2"]])
def test_a_run_leaves_its_picture_and_its_shapes(lab, more):
    folder = lab(*SMALL, *more, "callbacks=default", quiet=True).folder
    picture = np.asarray(Image.open(folder / "approximation.png"))
    assert picture.shape == (8, 12, 3)
    with (folder / "shapes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(json.loads((folder / "shapes.json").read_text())["shapes"]) == 3
    assert (folder / "approximation.svg").exists() == (more != ["landscape.model=sum"])
    assert {"nearness.png", "weights.safetensors"} <= {file.name for file in folder.iterdir()}
    assert {"centre_0", "centre_1", "sharpness", "colour_2", "cosines_7"} <= rows[0].keys()


def test_tensorboard_sees_it_grow(lab):
    folder = lab(*SMALL, "steps=20", quiet=False).folder
    events = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
    events.Reload()
    assert [event.step for event in events.Images("approximation")] == list(range(0, 21, 2))
    assert {"rmse", "psnr", "ssim"} <= set(events.Tags()["scalars"])


def test_results_tell_how_near_it_is_whatever_is_minimised(lab):
    result = lab(*SMALL, "landscape.loss=l1", "callbacks=default")
    landscape, metrics = ShapesLandscape("surfaces/evening.png", shapes=3, size=12), result.metrics
    told = landscape.measure(torch.from_numpy(np.array(result.trajectory.points[-1])))
    for name in ("rmse", "psnr", "ssim"):
        assert metrics[name] == pytest.approx(float(told[name]), rel=1e-5)
    assert metrics["final_loss"] != pytest.approx(metrics["rmse"])
    assert result.trajectory.measured.steps == list(range(21))


def test_a_resumed_run_has_measured_the_same(lab, tmp_path):
    whole = lab(*SMALL, "callbacks=default", name="whole").trajectory.measured.arrays()
    lab(*SMALL, "callbacks=default", "steps=8", name="cut")
    gone_on = lab(*SMALL, "callbacks=default", f"ckpt_path={tmp_path}/cut/checkpoints/last.ckpt", name="on")
    for name, values in gone_on.trajectory.measured.arrays().items():
        assert np.array_equal(values, whole[name]), name


def test_other_landscapes_have_none(lab):
    folder = lab("steps=3", "callbacks=default", "figures=[]").folder
    assert not (folder / "approximation.png").exists()


@pytest.mark.parametrize("steps", [53, pytest.param(101, marks=pytest.mark.slow)])
def test_it_is_measured_about_fifty_times_whatever_the_steps(lab, steps):
    measured = lab(*SMALL, f"steps={steps}", "callbacks=default").trajectory.measured.steps
    assert measured == [*range(0, steps, -(-steps // 50)), steps]
