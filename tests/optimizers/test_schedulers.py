"""Schedules of the learning rate: stepped with the optimizer, recorded, resumed."""

import math
from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from test_descent import Cut, CutAt, fit

from landscape_lab import Descent
from landscape_lab.callbacks import Checkpoints
from landscape_lab.configuration.composed import CONF
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import RandomSearch, closure_step
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.schedulers import warmup_cosine
from landscape_lab.optimizers.separate import Separate

ADAM = partial(torch.optim.Adam, lr=0.1)
SCHEDULERS = {
    "cosine": torch.optim.lr_scheduler.CosineAnnealingLR,
    "one_cycle": partial(torch.optim.lr_scheduler.OneCycleLR, cycle_momentum=False),
    "step": partial(torch.optim.lr_scheduler.StepLR, step_size=7),
    "plateau": partial(torch.optim.lr_scheduler.ReduceLROnPlateau, patience=2),
    "warmup": warmup_cosine,
}


def descent(scheduler, steps=60, optimizer=ADAM, **settings):
    return Descent(FunctionLandscape.named("rosenbrock"), optimizer, steps, scheduler=scheduler, **settings)


class Rates(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        assert len(outputs["lr"]) == len(outputs["steps"])
        self.seen.extend(outputs["lr"].tolist())


@pytest.mark.parametrize("name", SCHEDULERS)
def test_path_and_rates_are_those_of_a_plain_loop(name):
    module, rates = descent(SCHEDULERS[name], steps_per_batch=17), Rates()
    fit(module, rates)
    landscape = FunctionLandscape.named("rosenbrock")
    optimizer = ADAM(landscape.parameters())
    needs = {
        "cosine": {"T_max": 60},
        "one_cycle": {"total_steps": 60, "max_lr": 0.1},
        "warmup": {"steps": 60},
    }
    scheduler = SCHEDULERS[name](optimizer, **needs.get(name, {}))
    points, expected = [], []
    for _ in range(60):
        points.append(landscape.flat().clone().numpy())
        expected.append(optimizer.param_groups[0]["lr"])
        loss = landscape.backward().squeeze()
        optimizer.step()
        scheduler.step(*([loss] if name == "plateau" else []))
    np.testing.assert_allclose(rates.seen, expected, rtol=1e-12)
    np.testing.assert_allclose(module.trajectory.points[:60], points, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_resumed_schedule_ends_bit_identical(tmp_path, name):
    whole = descent(SCHEDULERS[name], steps_per_batch=10)
    fit(whole)
    with pytest.raises(Cut):
        fit(descent(SCHEDULERS[name], steps_per_batch=10), Checkpoints(tmp_path, seconds=0), CutAt(30))
    resumed, rates = descent(SCHEDULERS[name], steps_per_batch=10), Rates()
    fit(resumed, rates, checkpoint=tmp_path / "last.ckpt")
    assert len(rates.seen) == 60 - 30 or len(rates.seen) == 60 - 20
    np.testing.assert_array_equal(whole.trajectory.points, resumed.trajectory.points)


def test_warmup_rises_to_the_rate_and_falls_to_the_floor():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=2.0)
    scheduler = warmup_cosine(optimizer, 100, warmup=0.1, floor=0.25)
    rates = []
    for _ in range(101):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates[:10] == pytest.approx([0.2 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(2.0)
    assert rates[55] == pytest.approx(0.25 * 2 + 0.75 * 2 / 2)
    assert rates[100] == pytest.approx(0.5)


def test_a_rate_may_be_held():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=2.0)
    share = warmup_cosine(optimizer, 100, warmup=0.1, held=0.6).lr_lambdas[0]
    assert [share(step) for step in (0, 4, 10, 59, 60)] == pytest.approx([0.1, 0.5, 1, 1, 1])
    assert share(80) == pytest.approx(0.5)
    assert share(100) == pytest.approx(0)


@pytest.mark.parametrize("path", sorted((CONF / "scheduler").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scheduler_runs_by_name(lab, path):
    result = lab(f"scheduler={path.stem}", "landscape=sphere", "optimizer=sgd", "steps=20")
    assert result.metrics["status"] == "completed"
    assert result.trajectory.losses[-1, 0] < result.trajectory.losses[0, 0]


def test_settings_reach_the_scheduler_and_unknown_ones_are_told(lab):
    ends = [
        lab("scheduler=exponential", f"scheduler.gamma={gamma}", "landscape=sphere", "steps=20").metrics[
            "final_loss"
        ]
        for gamma in (0.5, 1.0)
    ]
    assert ends[1] < ends[0]
    with pytest.raises(ValueError, match=r"ExponentialLR has no parameter `gama`\. It has: gamma"):
        lab("scheduler=exponential", "scheduler.gama=1", "steps=2")
    with pytest.raises(ValueError, match="has no learning rate that a scheduler could set"):
        lab("scheduler=cosine", "optimizer=cma_es", "landscape=sphere", "steps=2")


def test_a_scheduler_leaves_the_fast_step():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    step = closure_step(optimizer)
    assert step.__func__ is torch.optim.SGD.step.__wrapped__
    step(lambda: torch.zeros(()))
    scheduler.step()  # no warning of a wrong order


@pytest.mark.parametrize("layout_of", [Joint, Separate])
def test_a_layouts_step_returns_the_rate_that_it_used(layout_of):
    scheduler = partial(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.5)
    recipe = Recipe(partial(torch.optim.SGD, lr=0.8), scheduler)
    landscape = FunctionLandscape.named("sphere", start=[[1.0, 2.0], [3.0, 4.0]])
    layout = layout_of(landscape, recipe)
    closure = Unrecorded(layout.backward, layout.rows)
    assert [layout.step(closure) for _ in range(3)] == [0.8, 0.4, 0.2]
    layout.optimizers[0].load_state_dict(layout.optimizers[0].state_dict())  # which makes new groups
    layout.optimizers[0].param_groups[0]["lr"] = 0.7
    assert layout.step(closure) == 0.7
    rated = layout_of(landscape, recipe, rates=[0.1, 0.2])
    assert math.isnan(rated.step(closure))
    without = layout_of(landscape, Recipe(partial(RandomSearch, lr=0.1), traits=RandomSearch.traits))
    del without.optimizers[0].param_groups[0]["lr"]
    assert math.isnan(without.rate)
