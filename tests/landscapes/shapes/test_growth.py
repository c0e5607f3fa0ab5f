"""Cohorts: when they are born, what a picture has of them before and after, and runs that are cut between."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from landscape_lab import run
from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes.coordinates import COLOUR, UNBORN
from landscape_lab.landscapes.shapes.growth import births_of, sizes_of, whole
from landscape_lab.optimizers import build_optimizer

TARGET = torch.rand(18, 24, 3, generator=torch.Generator().manual_seed(0)).numpy()
MODELS = ("over", "sum", "weighted")
RUN = [
    *("landscape=shapes", "landscape.shapes=8", "landscape.size=20", "landscape.harmonics=2"),
    *("landscape.cohorts=4", "landscape.until=1", "steps=20", "threads=1", "scheduler=cosine"),
]


def grown(cohorts=4, shapes=8, **settings):
    return ShapesLandscape(
        TARGET,
        shapes=shapes,
        harmonics=2,
        size=None,
        cohorts=cohorts,
        **{"until": 1, "steps": 40, **settings},
    )


def test_the_plan_of_cohorts():
    assert births_of(4, 0.6, 1000) == [450, 300, 150, 0]
    assert births_of(4, 0, None) == births_of(4, 0.6, 1) == [0, 0, 0, 0]
    assert births_of(1, 0.6, None) == [0]
    assert sizes_of(4, 10) == [3, 3, 2, 2]


def test_parts_become_one_from_the_front_to_the_back():
    parts = {"centre.0": torch.ones(1, 2), "centre.1": torch.zeros(2, 2), "background": torch.ones(3)}
    assert whole(parts)["centre"].tolist() == [[1, 1], [0, 0], [0, 0]]
    assert whole(parts)["background"] is parts["background"]


@pytest.mark.parametrize("model", MODELS)
def test_who_is_not_born_covers_no_pixel(model):
    made = grown(model=model)
    alone = {name: numbers.detach()[0] for name, numbers in made.named_parameters()}
    first = whole(
        {name: numbers for name, numbers in alone.items() if name.endswith(".3") or name == "background.0"}
    )
    assert torch.equal(made._drawn(first), made._drawn(whole(alone)))
    made.backward()
    for name, numbers in made.named_parameters():
        assert bool(numbers.grad.any()) <= (name not in made.births)


@pytest.mark.parametrize("model", MODELS)
def test_a_cohort_is_born_once_in_front_where_the_picture_is_worst(model):
    made = grown(model=model)
    dims, before = made.dims, made.flat()
    for step in (0, 1, 9):
        made.see(step)
    assert torch.equal(made.flat(), before)
    made.see(10)
    newborn, background = made.get_parameter("centre.2")[0].detach(), made.get_parameter("background.0")
    assert not torch.equal(made.flat(), before)
    assert (newborn / 2).sigmoid().min() > 0
    after = made.flat()
    made.see(10)
    made.see(11)
    assert torch.equal(made.flat(), after)
    assert made.dims == dims
    assert background.shape == (1, 3)


def test_a_newborn_has_the_colour_that_is_wanted_there():
    dark = np.zeros((20, 30, 3), np.float32)
    dark[4:16, 14:28] = (1.0, 0.5, 0.0)
    for model in ("over", "sum"):
        made = ShapesLandscape(
            dark, shapes=12, harmonics=0, size=None, cohorts=12, steps=12, until=1, model=model
        )
        made.get_parameter("scale.11").data.fill_(UNBORN)
        background = made.get_parameter("background.0").detach()[0]
        made.see(1)
        centre = (made.get_parameter("centre.10").detach()[0, 0] / 2).sigmoid()
        assert 14 / 30 < float(centre[0]) < 28 / 30
        assert 4 / 20 < float(centre[1]) < 16 / 20
        colour = made.get_parameter("colour.10").detach()[0, 0]
        wanted = COLOUR * (colour + background if model == "sum" else colour)
        torch.testing.assert_close(wanted, torch.tensor([1.0, 0.5, 0.0]), atol=0.15, rtol=0)


def test_a_point_is_the_same_numbers_without_cohorts():
    made = grown(cohorts=3, until=0)
    plain = ShapesLandscape(TARGET, shapes=8, harmonics=2, size=None)
    assert made.births == {}
    assert torch.equal(made.flat(), plain.flat())
    points = plain.flat() + 0.1 * torch.randn(2, plain.dims, generator=torch.Generator().manual_seed(1))
    assert torch.equal(made.evaluate(points), plain.evaluate(points))


def test_members_are_each_what_it_is_alone():
    made = grown()
    points = made.flat() + 0.2 * (made.flat() != UNBORN) * torch.randn(3, made.dims)
    points[2] = torch.nan  # has diverged
    together = made.with_members(points)
    together.see(10)
    for number in range(3):
        alone = made.with_members(points[number : number + 1])
        alone.see(10)
        torch.testing.assert_close(together.flat()[number], alone.flat()[0], equal_nan=True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cohorts": 9}, "at most the number of shapes, 8"),
        ({"model": "uncut"}, "`cohorts` should be 1 where each shape acts everywhere"),
        ({"steps": None}, "`steps` should say how long the descent is"),
        ({"until": 1.5}, "`until` should be between 0 and 1"),
    ],
)
def test_wrong_plans_are_told(settings, words):
    with pytest.raises(ValueError, match=words):
        grown(**settings)


class Cut(pl.Callback):
    """The power fails after some steps, when the checkpoint is written; or the process is killed.

    Args:
        at: After how many steps.
        kill: Whether it is.
    """

    def __init__(self, at, kill=False):
        self.at, self.kill = at, kill

    def on_fit_start(self, trainer, pl_module):
        pl_module.pauses.append(self.at)

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step >= self.at:
            trainer.save_checkpoint(Path(trainer.default_root_dir) / "checkpoints" / "last.ckpt")
            if self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyError("the power fails")


def cut(at, kill=False):
    return [
        f"+callbacks.cut._target_={__name__}.Cut",
        f"+callbacks.cut.at={at}",
        f"+callbacks.cut.kill={kill}",
    ]


def assert_same_run(first, second):
    for name in ("points", "losses", "evaluations", "steps"):
        np.testing.assert_array_equal(getattr(first.trajectory, name), getattr(second.trajectory, name))


@pytest.fixture(scope="module")
def uncut(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uncut")
    return run([*RUN, "callbacks=none", "logger=none", f"hydra.run.dir={folder}"])


@pytest.mark.parametrize("at", [5, 11])
def test_a_run_that_is_cut_at_or_after_a_birth_goes_on_bit_for_bit(lab, uncut, at):
    with pytest.raises(KeyError):
        lab(*RUN, *cut(at), name="cut")
    assert_same_run(uncut, lab(*RUN, "resume=true", name="cut"))


def test_the_plan_of_a_checkpoint_counts(lab, tmp_path):
    with pytest.raises(KeyError):
        lab(*RUN, *cut(6), name="cut")
    checkpoint = tmp_path / "cut" / "checkpoints" / "last.ckpt"
    longer = lab(*RUN, "steps=30", f"ckpt_path={checkpoint}", name="longer")
    points = longer.trajectory.points[:, 0]
    moved = [step for step in range(7, 30) if abs(points[step] - points[step - 1]).max() > 5]
    assert moved == [10, 15]


def test_a_plain_loop_grows_too():
    made = grown(steps=12, until=0.5)
    optimizer = build_optimizer(partial(torch.optim.Adam, lr=0.05), made, 12)
    losses = []
    for step in range(12):
        made.see(step)
        losses.append(float(made.backward()))
        optimizer.step()
    assert optimizer.births == [0, 1, 3, 4]
    assert made.flat().min() > -11
    assert losses[-1] < losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("at", [5, 6])
def test_a_run_that_is_killed_goes_on_bit_for_bit(lab, uncut, tmp_path, at):
    here = Path(__file__).parent
    paths = os.pathsep.join(map(str, (here.parents[2], here)))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "landscape_lab", f"hydra.run.dir={tmp_path / 'cut'}", *RUN]
    command += ["callbacks=none", "logger=none", *cut(at, kill=True)]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert_same_run(uncut, lab(*RUN, "resume=true", name="cut"))


def test_records_are_of_the_point_after_a_birth(uncut):
    steps = uncut.trajectory.point_steps.tolist()
    losses = dict(zip(uncut.trajectory.steps.tolist(), uncut.trajectory.losses[:, 0].tolist(), strict=True))
    made = ShapesLandscape("surfaces/evening.png", shapes=8, harmonics=2, size=20, cohorts=4, until=0)
    found = made.evaluate(torch.from_numpy(uncut.trajectory.points[:, 0]))
    assert {5, 10, 15} <= set(steps)
    np.testing.assert_allclose(found.numpy(), [losses[step] for step in steps], rtol=1e-3)


@pytest.mark.parametrize("more", [["optimizer=sgd", "ensemble=lr_sweep", "ensemble.lr.num=2"]])
def test_members_of_a_run_grow_together_or_apart(lab, more):
    joint, apart = (
        lab(*RUN, *more, f"ensemble.layout={layout}", name=layout) for layout in ("joint", "separate")
    )
    np.testing.assert_allclose(joint.trajectory.losses, apart.trajectory.losses, rtol=1e-3)
    assert joint.metrics["members"] == 2


def test_an_optimizer_that_steps_all_parameters_starts_with_all_shapes(lab, capsys):
    made = lab(*RUN, "optimizer=lbfgs", "scheduler=none", "steps=3")
    assert made.metrics["status"] == "completed"
    assert (
        "lbfgs has to step all parameters, so all are there from the start: landscape.until=0."
        in capsys.readouterr().err
    )
    assert made.trajectory.points[0].min() > -11


def test_kinds_are_groups(lab):
    groups = ["optimizer.groups=[{match: centre, lr: 0}, {match: colour, _target_: torch.optim.SGD, lr: 1}]"]
    made = lab(*RUN, *groups, "scheduler=none")
    assert [(one["match"], one["tensors"]) for one in made.metrics["groups"]][1:] == [
        ("centre", 4),
        ("colour", 4),
    ]
    centres = made.trajectory.points[:, 0, :16]
    assert (centres[-1] == centres[16]).all()  # which stand where they were born
