import csv

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SMALL = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=20", "figures=[]")


@pytest.mark.parametrize("more", [[], ["landscape.model=sum"], ["ensemble=lr_sweep", "ensemble.lr.num=2"]])
def test_a_run_leaves_its_picture_and_its_shapes(lab, more):
    folder = lab(*SMALL, *more, "callbacks=default", quiet=True).folder
    picture = np.asarray(Image.open(folder / "approximation.png"))
    assert picture.shape == (8, 12, 3)
    with (folder / "shapes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert {"centre_0", "centre_1", "sharpness", "colour_2", "cosines_7"} <= rows[0].keys()


def test_tensorboard_sees_it_grow(lab):
    folder = lab(*SMALL, "steps=20", quiet=False).folder
    events = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
    events.Reload()
    assert [event.step for event in events.Images("approximation")] == list(range(0, 21, 2))
    assert {"rmse", "psnr", "ssim"} <= set(events.Tags()["scalars"])


def test_other_landscapes_have_none(lab):
    folder = lab("steps=3", "callbacks=default", "figures=[]").folder
    assert not (folder / "approximation.png").exists()
