"""Pictures and settings as users bring them, from the command line: each works, or is told in one line."""

import numpy as np
import pytest
import torch
from PIL import Image

SMALL = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=3")
RANDOM = np.random.default_rng(0)
PICTURES = {
    "wide": RANDOM.integers(0, 256, (9, 31, 3), np.uint8),
    "tall and thin": RANDOM.integers(0, 256, (400, 2, 3), np.uint8),
    "grey": RANDOM.integers(0, 256, (9, 14), np.uint8),
    "with alpha": RANDOM.integers(0, 256, (9, 14, 4), np.uint8),
    "of 16 bits": RANDOM.integers(0, 65536, (9, 14), np.uint16),
    "one pixel": RANDOM.integers(0, 256, (1, 1, 3), np.uint8),
}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("model", ["over", "sum"])
def test_pictures_of_every_kind_are_approximated(kind, model, lab, tmp_path):
    Image.fromarray(PICTURES[kind]).save(tmp_path / "it.png")
    told = lab(*SMALL, f"landscape.image={tmp_path}/it.png", f"landscape.model={model}").metrics
    assert told["status"] == "completed"
    assert 0 <= told["best_loss"] < 1.5


def test_a_picture_of_one_colour_is_reached_and_left_alone(lab, tmp_path):
    Image.new("RGB", (7, 5), (200, 90, 30)).save(tmp_path / "it.png")
    told = lab(*SMALL, f"landscape.image={tmp_path}/it.png", "steps=100", "scheduler=cosine").metrics
    assert told["status"] == "completed"
    assert told["best_loss"] < 2e-6  # √(mse + 1e-12)
    assert told["final_loss"] < 1e-4


def test_a_wild_rate_diverges_and_leaves_its_pictures(lab):
    result = lab(*SMALL, "optimizer.lr=1e6", "callbacks=default", "figures=[]")
    assert result.metrics["status"] == "diverged"
    assert "not finite" in result.metrics["ended_by"]
    assert np.isfinite(result.metrics["best_loss"])
    assert not np.asarray(Image.open(result.folder / "approximation.png")).any()  # black
    assert len((result.folder / "shapes.csv").read_text().splitlines()) == 4


def many_numbers(picture, target):
    return picture - target


def one_argument(picture):
    return picture.mean()


def no_gradient(picture, target):
    return torch.tensor(1.0)


OWN = f"loss={__name__}"
MISTAKES = {
    "shapes=0": "`landscape.shapes` should be a positive whole number. Found `landscape.shapes = 0`",
    "shapes=2.5": "`landscape.shapes` should be a positive whole number",
    "harmonics=-1": "`landscape.harmonics` should be a whole number from 0 to 32",
    "size=0": "`landscape.size` should be one or two whole numbers from 1",
    "size=[0,5]": "`landscape.size[0]` should be a positive whole number",
    "size=[3]": "`landscape.size` should be one or two whole numbers from 1. Found `landscape.size = [3]`",
    "seed=-1": "`landscape.seed` should be zero or a positive whole number",
    "model=ovr": "Found `landscape.model = ovr`. Nearest: over",
    "texture=gradiant": "Found `landscape.texture = gradiant`. Nearest: gradient",
    "texture=gradient landscape.model=sum": "`texture` should be flat where `model` is not over",
    "primitive=trianle": "Found `landscape.primitive = trianle`. Nearest: triangle",
    "primitive=stroke landscape.model=sum": "`primitive` should be blob where `model` is not over",
    "order=learnt": "Found `landscape.order = learnt`. Nearest: learned",
    "order=learned landscape.model=weighted": "`order` should be given where `model` is not over",
    "order=learned landscape.steps=null": "`steps` should be the length of the run where `order` is learned",
    "edges=hrad": "Found `landscape.edges = hrad`. Nearest: hard",
    "edges=hard landscape.model=sum": "`edges` should be soft where `model` is not over",
    "model=uncut landscape.shapes=65": "`shapes` should be at most 64 where `model` is uncut",
    "loss=rmsee": "Found `loss = rmsee`. Nearest: rmse, mse",
    "loss=nowhere.loss": "No module named 'nowhere'",
    f"{OWN}.many_numbers": "a differentiable function of (picture, target) that returns one number. Found",
    f"{OWN}.one_argument": "It raises TypeError: one_argument() takes 1 positional argument",
    f"{OWN}.no_gradient": "It returns a number without a gradient",
    "loss=torch.equal": "It returns a bool",
    "image=none.png": "There is no picture none.png",
    "image=folder": "A picture should be a file. Found the folder folder",
    "image=empty.png": "empty.png is not a picture that can be read",
    "image=text.png": "text.png is not a picture that can be read",
    "image=cut.png": "The picture cut.png is broken",
}


@pytest.fixture
def mess(tmp_path):
    """Files that are no pictures, in the folder where the command runs."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("A picture of an evening.")
    Image.fromarray(RANDOM.integers(0, 256, (40, 60, 3), np.uint8)).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:1000])


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.usefixtures("mess")
def test_a_mistake_is_told_in_one_line(mistake, quiet_command, tmp_path):
    status, written = quiet_command(*SMALL, *f"landscape.{mistake}".split())
    assert status == 1
    assert MISTAKES[mistake] in written.err
    assert written.err.startswith("landscape_lab: ")
    assert written.err.count("\n") == 1
    assert not list(tmp_path.rglob("results.json"))
