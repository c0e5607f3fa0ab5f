"""Sharpness along the path of a run."""

import json

import numpy as np
import pytest
from PIL import Image

PARABOLA = ("landscape=expression", "landscape.expression=2*x**2+y**2", "start=[0.5,0.5]", "steps=6")
BOWL = ("landscape=expression", "landscape.expression=x**4+x**2+y**2", "start=[0.5,0.5]")
NETWORK = ("landscape=network", "data.samples=60", "model.hidden=[4]", "model.activation=tanh", "steps=9")
QUIET = ("figures=[]", "logger=none", "~callbacks.progress")
WORDS = ("callbacks=[default,sharpness]", "callbacks.sharpness.every=2", *QUIET)


def read(folder):
    """What was measured, by the name of its column."""
    return np.genfromtxt(folder / "sharpness.csv", delimiter=",", names=True)


def told(folder):
    """What `results.json` tells of curvature."""
    results = json.loads((folder / "results.json").read_text())
    return {name: value for name, value in results.items() if "sharp" in name or "curv" in name}


def red(picture):
    """How many pixels have the colour of the line."""
    with Image.open(picture) as image:
        return int((np.asarray(image.convert("RGB")) == (0xC5, 0x22, 0x1F)).all(axis=2).sum())


def test_a_parabola_has_its_curvature_and_its_line(lab):
    result = lab(
        *PARABOLA,
        "optimizer=sgd",
        "optimizer.lr=0.1",
        "callbacks=sharpness",
        "callbacks.sharpness.every=2",
        quiet=False,
    )
    table = read(result.folder)
    assert table["step"].tolist() == [0, 2, 4, 6]
    np.testing.assert_allclose(table["sharpness"], 4.0, rtol=1e-5)
    np.testing.assert_allclose(table["threshold"], 20.0)
    written = told(result.folder)
    assert written["sharpness"] == pytest.approx(4.0)
    assert written["sharpness_threshold"] == pytest.approx(20.0)
    assert (result.folder / "sharpness.png").is_file()


@pytest.mark.parametrize(
    ("optimizer", "line"),
    {
        "sgd": 2 / 0.1,
        "sgd optimizer.momentum=0.5": (2 + 2 * 0.5) / 0.1,
        "adam": 38 / 0.1,
        "adam optimizer.betas=[0.5,0.999]": 6 / 0.1,
        "sgd optimizer.weight_decay=0.1": None,
        "lion": None,
    }.items(),
)
def test_each_optimizer_has_the_line_that_is_known_of_it(lab, optimizer, line):
    result = lab(*PARABOLA, *WORDS, *f"optimizer={optimizer}".split(), "optimizer.lr=0.1", quiet=False)
    table, written = read(result.folder), told(result.folder)
    assert written["sharpness"] == pytest.approx(4.0)
    assert written["lowest_curvature"] == pytest.approx(2.0)
    assert ("preconditioned_sharpness" in written) == (optimizer.split()[0] == "adam")
    if line is None:
        assert np.isnan(table["threshold"]).all()
        assert "sharpness_threshold" not in written
        assert red(result.folder / "sharpness.png") == 0
    else:
        np.testing.assert_allclose(table["threshold"], line)
        assert written["sharpness_threshold"] == pytest.approx(line)
        assert red(result.folder / "sharpness.png") > 100


def test_adams_preconditioned_sharpness_by_hand(lab):
    result = lab(*PARABOLA, *WORDS, "optimizer=adam", "optimizer.lr=0.1", quiet=False)
    point, curvature = np.array([0.5, 0.5]), np.array([4.0, 2.0])
    first, second, expected = np.zeros(2), np.zeros(2), [np.nan]
    for step in range(1, 7):
        slope = curvature * point
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        root = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        point = point - 0.1 * first / (1 - 0.9**step) / root
        if step % 2 == 0:
            expected.append((curvature / ((1 - 0.9**step) * root)).max())
    np.testing.assert_allclose(read(result.folder)["preconditioned_sharpness"], expected, rtol=1e-5)


def test_the_line_follows_the_learning_rate(lab):
    words = ("optimizer=sgd", "optimizer.lr=0.1", "scheduler=exponential", "scheduler.gamma=0.5")
    table = read(lab(*PARABOLA, *WORDS, *words, quiet=False).folder)
    np.testing.assert_allclose(table["threshold"], 20 * 2.0 ** table["step"])


def test_a_resumed_run_measures_what_a_whole_one_does(lab):
    words = (
        *NETWORK,
        *WORDS,
        "optimizer=adam",
        "callbacks.sharpness.every=3",
        "callbacks.checkpoints.seconds=0",
    )
    whole = lab(*words, quiet=False)
    lab(*words, "steps=6", quiet=False, name="cut")
    resumed = lab(*words, "resume=true", quiet=False, name="cut")
    assert read(whole.folder)["step"].tolist() == [0, 3, 6, 9]
    assert np.isfinite(read(whole.folder)["preconditioned_sharpness"][1:]).all()
    for name in ("sharpness.csv", "sharpness.png"):
        assert (whole.folder / name).read_bytes() == (resumed.folder / name).read_bytes()


def test_a_diverged_run_has_its_curve_up_to_there(lab):
    result = lab(*BOWL, *WORDS, "optimizer=sgd", "optimizer.lr=5", "steps=12", quiet=False)
    assert result.metrics["status"] == "diverged"
    table = read(result.folder)
    assert table["sharpness"][0] == pytest.approx(12 * 0.5**2 + 2)
    assert table["sharpness"][1] > 100
    assert not np.isfinite(table["sharpness"][-1])
    assert told(result.folder) == {"sharpness": None, "sharpness_threshold": pytest.approx(0.4)}
    assert (result.folder / "sharpness.png").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    {
        (*NETWORK, "landscape.batch_size=20"): r"landscape\.batch_size=null",
        (*NETWORK, "ensemble.seeds=3"): "one member only. Found 3 members",
        (*PARABOLA, "augmentation=gradient_noise"): "augmentation=none",
    }.items(),
)
def test_what_has_no_one_loss_is_refused_before_the_first_step(lab, words, told):
    with pytest.raises(ValueError, match=told):
        lab(*words, "callbacks=sharpness", quiet=False)
