"""Sharpness along the path of a run."""

import json

import numpy as np
import pytest

PARABOLA = ("landscape=expression", "landscape.expression=2*x**2+y**2", "start=[0.5,0.5]", "steps=6")


CURVATURES = np.array([4.0, 2.0])
"""Of that parabola."""


def measured(lab, *words, name="run"):
    """A run that measures in each step: its results, and its table of the sharpness."""
    result = lab(
        *PARABOLA, "callbacks=sharpness", "callbacks.sharpness.every=1", *words, name=name, quiet=False
    )
    table = np.genfromtxt(result.folder / "sharpness.csv", delimiter=",", names=True)
    return result.metrics, table


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


def test_momentum_has_its_line(lab):
    metrics, table = measured(lab, "optimizer=momentum", "optimizer.lr=0.01", "optimizer.momentum=0.9")
    np.testing.assert_allclose(table["threshold"], 380.0)
    assert metrics["sharpness_threshold"] == pytest.approx(380.0)


def test_adam_has_its_preconditioned_sharpness_and_the_line_of_that(lab):
    metrics, table = measured(lab, "optimizer=adam", "optimizer.lr=0.1")
    np.testing.assert_allclose(table["threshold"], 380.0)
    np.testing.assert_allclose(table["sharpness"], 4.0, rtol=1e-5)
    point, first, second, expected = np.array([0.5, 0.5]), np.zeros(2), np.zeros(2), [np.nan]
    for step in range(1, 7):  # Adam by hand: w ← w − lr · m / P
        gradient = CURVATURES * point
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        preconditioner = (1 - 0.9**step) * (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        point = point - 0.1 * first / preconditioner
        expected.append((CURVATURES / preconditioner).max())
    np.testing.assert_allclose(table["preconditioned_sharpness"], expected, rtol=1e-4)
    assert metrics["preconditioned_sharpness"] == pytest.approx(expected[-1], rel=1e-4)


@pytest.mark.parametrize("words", [("optimizer=lion",), ("optimizer=nesterov",)])
def test_others_have_no_line(lab, words):
    metrics, table = measured(lab, *words, "optimizer.lr=0.01")
    assert np.isnan(table["threshold"]).all()
    assert metrics["sharpness"] == pytest.approx(4.0, rel=1e-5)
    assert "sharpness_threshold" not in metrics


def test_a_schedule_moves_the_line_and_may_end_at_infinity(lab):
    metrics, table = measured(lab, "optimizer=sgd", "optimizer.lr=0.1", "scheduler=cosine")
    rates = 0.05 * (1 + np.cos(np.pi * np.arange(6) / 6))
    np.testing.assert_allclose(table["threshold"][:-1], 2 / rates, rtol=1e-5)
    assert metrics["sharpness_threshold"] is None


def test_a_resumed_run_has_the_rows_of_a_whole_one(lab):
    _, whole = measured(lab, "optimizer=adam", name="whole")
    checkpoints = ("callbacks=[default,sharpness]", "figures=[]")
    lab(
        *PARABOLA,
        "optimizer=adam",
        *checkpoints,
        "callbacks.sharpness.every=1",
        "steps=3",
        name="cut",
        quiet=False,
    )
    _, resumed = measured(lab, "optimizer=adam", *checkpoints, "resume=true", name="cut")
    for name in whole.dtype.names:
        np.testing.assert_array_equal(resumed[name], whole[name])


def test_a_run_that_diverges_keeps_what_was_measured(lab):
    metrics, table = measured(lab, "optimizer=sgd", "optimizer.lr=1e30")
    assert metrics["status"] == "diverged"
    assert table["sharpness"][0] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ensemble.seeds=3", "augmentation=gradient_noise"), "for one member only. Found 3 members"),
        (
            ("landscape=spiral", "augmentation=shift"),
            "only where no step sees augmentations: augmentation=none",
        ),
    ],
)
def test_many_members_and_augmentations_are_refused(lab, words, told):
    with pytest.raises(ValueError, match=told):
        lab("landscape=booth", "steps=2", "callbacks=sharpness", *words, quiet=False)
