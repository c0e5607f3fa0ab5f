"""A function that raises, once or in a part of the plane, costs no run: what there is, is kept."""

import math

import numpy as np
import pytest
import torch

from landscape_lab.raising import LISTED, Holes, blame, blamed, raised

START = ["landscape=function", "start=[-1,0.5]", "landscape.bounds=[[-1.5,1.5],[-1,1]]"]
SGD = ["optimizer=sgd", "optimizer.lr=0.05"]


def beyond(x, y):
    """Raises for x > 0.5, whoever asks."""
    if bool((x > 0.5).any()):
        raise RuntimeError("outside of the table")
    return (x - 1) ** 2 + y**2


class Once:
    """Raises in one of its calls, as a simulator that hangs up."""

    calls, bad = 0, math.inf

    def __call__(self, x, y):
        Once.calls += 1
        if Once.calls == Once.bad:
            raise OSError("the simulator hung up")
        return (x - 1) ** 2 + y**2


def once(call):
    """The function that raises in its `call`-th call from now on."""
    Once.calls, Once.bad = 0, call


def sure(x, y):
    return (x - 1) ** 2 + y**2


CASES = {  # the function, the optimizer, further settings
    "at a step": ("beyond", SGD, ["steps=50"], 14, "in step 14"),
    "after the last step": ("beyond", SGD, ["steps=14"], 14, "in step 14"),
    "in a line search": ("beyond", ["optimizer=lbfgs"], ["steps=50"], None, "(1, "),
    "among members": ("beyond", SGD, ["steps=50", "ensemble=starts", "ensemble.starts.random=3"], None, "of"),
    "without a gradient": ("beyond", ["optimizer=cma_es"], ["steps=50"], None, "outside"),
    "augmented": (
        "beyond",
        SGD,
        [
            "steps=50",
            "augmentation=shift",
            "augmentation.shift.fraction=0.01",
            "augmentation.shift.pixels=null",
        ],
        None,
        "in step",
    ),
    "by differences": ("beyond", SGD, ["steps=50", "landscape.gradient=central"], None, "in step"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_recorded_before_the_error_is_the_result(lab, case):
    name, optimizer, more, steps, words = CASES[case]
    failed = lab(*START, f"landscape.fn=tests.test_raising.{name}", *optimizer, *more)
    assert failed.metrics["status"] == "failed"
    assert failed.metrics["error"].startswith("RuntimeError: outside of the table at ")
    assert failed.metrics["ended_by"].startswith(
        "the landscape raised RuntimeError: outside of the table at "
    )
    assert words in failed.metrics["ended_by"]
    made = failed.metrics["steps"]
    assert steps in (None, made)
    whole = lab(*START, "landscape.fn=tests.test_raising.sure", *optimizer, *more, name="sure").trajectory
    kept = failed.trajectory
    assert kept.steps.tolist() == list(range(len(kept.steps)))
    assert len(kept.steps) == made + 1
    assert (kept.points == whole.points[: made + 1]).all()
    assert np.isfinite(kept.losses[:-1]).all()


@pytest.mark.parametrize("call", [60, 61])
def test_a_function_that_raises_once_keeps_the_path_and_the_point(lab, call):
    once(math.inf)
    overrides = [*START, "landscape.fn=tests.test_raising.Once", *SGD, "steps=200"]
    whole = lab(*overrides, name="whole").trajectory
    once(call)
    failed = lab(*overrides)
    made = failed.metrics["steps"]
    assert failed.metrics["status"] == "failed"
    assert 0 < made < 200
    assert (failed.trajectory.points == whole.points[: made + 1]).all()
    assert failed.metrics["final_loss"] == pytest.approx(float(whole.losses[made, 0]))
    point = ", ".join(f"{coordinate:g}" for coordinate in whole.points[made, 0])
    assert failed.metrics["error"] == f"OSError: the simulator hung up at ({point})"


def test_where_a_function_raises_the_picture_has_a_hole(lab):
    with pytest.warns(UserWarning, match="holes where the landscape raises RuntimeError: outside"):
        result = lab(
            *START,
            "landscape.fn=tests.test_raising.beyond",
            *SGD,
            "steps=5",
            "plane.resolution=24",
            quiet=False,
        )
    assert result.metrics["status"] == "completed"
    assert (result.folder / "path.png").is_file()


def test_a_command_that_failed_tells_the_error_the_point_and_status_1(command_line):
    arguments = [
        *START,
        "landscape.fn=tests.test_raising.beyond",
        *SGD,
        "steps=50",
        "callbacks=none",
        "logger=none",
    ]
    done = command_line(*arguments, "hydra.run.dir=here")
    assert done.status == 1
    line = (
        "landscape_lab: sgd failed in step 14: RuntimeError: outside of the table at (0.542464, 0.114384)\n"
    )
    assert done.written.err == line


def naive(function, points):
    """The losses one by one."""
    losses = []
    for point in points:
        try:
            losses.append(function(point[None])[0])
        except RuntimeError:
            losses.append(torch.tensor(torch.nan))
    return torch.stack(losses)


@pytest.mark.parametrize("limit", [-2.0, -1.0, 0.0, 0.9, 2.0])
@pytest.mark.parametrize("number", [1, 2, 7, 64])
def test_holes_are_where_single_points_raise(limit, number):
    def table(points):
        if (points[:, 0] > limit).any():
            raise RuntimeError
        return points.square().sum(-1)

    points = torch.linspace(-1.5, 1.5, 2 * number).view(2, number).T
    holes, expected = Holes(table), naive(table, points)
    assert torch.equal(holes(points).nan_to_num(-1.0), expected.nan_to_num(-1.0))
    assert holes.raising == int(expected.isnan().sum())
    assert (holes.error is None) == (holes.raising == 0)
    assert bool(blamed(holes.error)) == (holes.raising > 0)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (torch.tensor([[0.5, -2.0]]), "KeyError: 'x' at (0.5, -2)"),
        (torch.zeros(1, LISTED + 1), "KeyError: 'x' at a point of 17 numbers"),
        (torch.zeros(3, 2), "KeyError: 'x' at one of 3 points"),
        (None, "KeyError: 'x'"),
    ],
)
def test_an_error_in_words(points, words):
    error = KeyError("x")
    for _ in range(2):  # whoever blames first knows best
        if points is not None:
            blame(error, points)
    assert raised(error) == words
