"""All figures of a run in the look that its pictures are asked for."""

import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

WORDS = (
    "landscape=booth",
    "steps=3",
    "plane.resolution=12",
    "ensemble=lr_sweep",
    "ensemble.lr.num=5",
    "~callbacks.progress",
)


@pytest.mark.slow
def test_figures_of_all_callbacks_have_it_and_tensorboard_a_raster(lab):
    words = ("figures=[path,loss]", "callbacks.pictures.format=[svg,pdf]", "callbacks.pictures.width=3.4")
    folder = lab(*WORDS, *words, quiet=False).folder
    drawn = {file.name for kind in ("png", "svg", "pdf") for file in folder.glob(f"*.{kind}")}
    assert drawn == {f"{name}.{kind}" for name in ("path", "loss", "lr") for kind in ("svg", "pdf")}
    events = EventAccumulator(str(folder), size_guidance={"images": 0}).Reload()
    assert {"path", "lr"} <= set(events.Tags()["images"])
    assert events.Images("path")[0].encoded_image_string.startswith(b"\x89PNG")


def test_a_dark_run_has_no_light_figure(lab):
    folder = lab(*WORDS, "figures=[path,loss]", "callbacks.pictures.style=dark", quiet=False).folder
    for name in ("path", "loss", "lr"):
        with Image.open(folder / f"{name}.png") as picture:
            assert max(picture.convert("RGB").getpixel((1, 1))) < 40, name


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("format=svgg", "Nearest: svg"),
        ("style=drak", "Nearest: dark"),
        ("width=1", "callbacks.pictures.width"),
    ],
)
def test_a_wrong_value_is_told(command_line, word, told):
    status, written = command_line("steps=2", f"callbacks.pictures.{word}", "logger=none")
    assert status == 1
    (line,) = written.err.splitlines()
    assert told in line
