"""The one LightningModule: chunks, counts, divergence, resume."""

from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from training import fit, loop

from landscape_lab import Descent, record
from landscape_lab.augmentations import LossNoise, augment
from landscape_lab.callbacks import Checkpoints
from landscape_lab.ensemble import Ensemble
from landscape_lab.evaluation import Evaluation, StepRecord
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.optimizers import RandomSearch, closure_step
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.results import metrics

VALLEY = torch.linspace(-1, 1, 11).square().expand(7, 11) / 2 + torch.linspace(-1, 1, 7).square()[:, None] / 2
ADAM = partial(torch.optim.Adam, lr=0.02)
OPTIMIZERS = {
    "adam": ADAM,
    "momentum": partial(torch.optim.SGD, lr=0.001, momentum=0.9),
    "lbfgs": partial(torch.optim.LBFGS, lr=0.1, max_iter=2),
    "rprop": partial(torch.optim.Rprop, lr=0.01),
}


def descent(optimizer=ADAM, steps=100, start=((9, 1), (2, 5)), **settings):
    landscape = ImageLandscape(
        VALLEY, start, gradient="exact" if optimizer is OPTIMIZERS["lbfgs"] else "pixel"
    )
    return Descent(landscape, optimizer, steps, **settings)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_descent_makes_exactly_the_steps_of_a_plain_loop(name):
    start = (9, 1) if name == "lbfgs" else ((9, 1), (2, 5))  # it would search a line for both
    module = descent(OPTIMIZERS[name], steps=60, steps_per_batch=17, start=start)
    fit(module)
    landscape = descent(OPTIMIZERS[name], start=start).landscape
    optimizer = OPTIMIZERS[name](landscape.parameters())

    with record(landscape) as trajectory:
        loop(landscape, optimizer, 60)
    np.testing.assert_allclose(module.trajectory.points, trajectory.points, atol=1e-5)
    np.testing.assert_allclose(module.trajectory.losses, trajectory.losses, atol=1e-5)
    np.testing.assert_array_equal(module.trajectory.evaluations, trajectory.evaluations)


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 50), st.integers(1, 20))
def test_steps_need_not_be_a_multiple_of_the_chunk_and_all_counts_agree(steps, size):
    module = descent(steps=steps, steps_per_batch=size)
    seen = []

    class Watch(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            seen.extend(outputs["steps"].tolist())
            assert trainer.global_step == seen[-1] + 1

    fit(module, Watch())
    assert seen == list(range(steps))
    assert module.trainer.global_step == steps == module.trajectory.steps[-1] == metrics(module)["steps"]
    assert module.tally.evaluations == steps
    assert metrics(module)["status"] == "completed"


def test_chunk_size_does_not_change_the_path():
    paths = []
    for size in (1, 7, 500):
        module = descent(steps=90, steps_per_batch=size)
        fit(module)
        paths.append(module.trajectory.points)
    np.testing.assert_array_equal(paths[0], paths[1])
    np.testing.assert_array_equal(paths[0], paths[2])


def test_outputs_hold_the_gradient_that_each_step_uses():
    module = descent(partial(torch.optim.SGD, lr=0.001), steps=30)
    taken = {}

    class Watch(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            taken.update(
                {name: value.clone() for name, value in outputs.items() if isinstance(value, torch.Tensor)}
            )

    fit(module, Watch())
    torch.testing.assert_close(taken["points"][1:], taken["points"][:-1] - 0.001 * taken["gradients"][:-1])


class Poison(torch.optim.SGD):
    """Breaks the parameters at its fifth step."""

    made = 0

    def step(self, closure=None):
        loss = super().step(closure)
        self.made += 1
        if self.made == 5:
            for group in self.param_groups:
                group["params"][0].data[self.members] = self.value
        return loss


class PoisonAll(Poison):
    members, value = slice(None), float("nan")


class PoisonOne(Poison):
    members, value = slice(0, 1), float("nan")


class PoisonFar(Poison):
    members, value = slice(None), float("inf")


@pytest.mark.parametrize("optimizer", [PoisonAll, PoisonFar])
@pytest.mark.parametrize("size", [3, 5, 100])
def test_nan_ends_the_run_as_diverged_on_the_record(optimizer, size):
    module = descent(partial(optimizer, lr=0.001), steps=40, steps_per_batch=size)
    fit(module)
    results = metrics(module)
    assert results["status"] == "diverged"
    assert module.trainer.global_step == results["steps"] == module.trajectory.steps[-1] == 5
    assert results["final_loss"] is None
    assert results["best_loss"] == pytest.approx(module.trajectory.losses[:5].min())
    assert np.isfinite(module.trajectory.points[:5]).all()


def test_diverging_at_the_very_last_step_is_noticed():
    module = descent(partial(PoisonAll, lr=0.001), steps=5)
    fit(module)
    assert metrics(module)["status"] == "diverged"


def test_one_member_that_diverges_does_not_end_the_other():
    whole = descent(partial(torch.optim.SGD, lr=0.001), steps=40)
    both = Ensemble(whole.landscape.start, layout="joint")
    module = descent(partial(PoisonOne, lr=0.001), steps=40, ensemble=both)
    fit(module)
    fit(whole)
    assert metrics(module)["status"] == "completed"
    assert np.isnan(module.trajectory.points[6:, 0]).all()
    np.testing.assert_array_equal(module.trajectory.points[:, 1], whole.trajectory.points[:, 1])


class Cut(Exception):
    """The power fails."""


class CutAt(pl.Callback):
    def __init__(self, step):
        self.step = step

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step >= self.step:
            raise Cut


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_resumed_descent_ends_bit_identical(tmp_path, name):
    optimizer = OPTIMIZERS[name]
    whole = descent(optimizer, steps=100, steps_per_batch=10, records=16)
    fit(whole, Checkpoints(tmp_path / "whole"))
    with pytest.raises(Cut):
        fit(
            descent(optimizer, steps=100, steps_per_batch=10, records=16),
            Checkpoints(tmp_path / "cut", seconds=0),
            CutAt(50),
        )
    resumed = descent(optimizer, steps=100, steps_per_batch=10, records=16)
    fit(resumed, Checkpoints(tmp_path / "cut"), checkpoint=tmp_path / "cut" / "last.ckpt")
    assert resumed.trainer.global_step == 100
    for quantity in ("points", "losses", "steps", "evaluations"):
        np.testing.assert_array_equal(
            getattr(whole.trajectory, quantity), getattr(resumed.trajectory, quantity)
        )
    states = [torch.load(tmp_path / part / "last.ckpt", weights_only=True) for part in ("whole", "cut")]
    for state in states:
        assert state["descent"]["tally"].pop("seconds") > 0
        assert state["descent"]["trajectory"].pop("clock")[-1][0] == 100
    assert_same(states[0]["optimizer_states"], states[1]["optimizer_states"])
    assert_same(states[0]["descent"], states[1]["descent"])
    assert_same(states[0]["state_dict"], states[1]["state_dict"])
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["last.ckpt"]


def assert_same(one, other):
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    else:
        assert one == other


@pytest.mark.parametrize("start", [(9, 1), ((9, 1), (2, 5))], ids=["torch's", "each member's own"])
def test_resumed_descent_takes_up_the_random_numbers(tmp_path, start):
    class Jittery(torch.optim.SGD):
        def step(self, closure=None):
            loss = super().step(closure)
            for group in self.param_groups:
                group["params"][0].data += 0.001 * torch.randn(1, 2)
            return loss

    def jittery():
        return descent(partial(Jittery, lr=0.001), steps=40, steps_per_batch=10, start=start)

    torch.manual_seed(0)
    whole = jittery()
    fit(whole)
    torch.manual_seed(0)
    with pytest.raises(Cut):
        fit(jittery(), Checkpoints(tmp_path, seconds=0), CutAt(20))
    torch.manual_seed(123)
    resumed = jittery()
    fit(resumed, checkpoint=tmp_path / "last.ckpt")
    np.testing.assert_array_equal(whole.trajectory.points, resumed.trajectory.points)


def test_recording_is_bounded():
    module = descent(steps=5000, records=50, steps_per_batch=100)
    fit(module)
    assert 25 <= len(module.trajectory.steps) <= 53
    assert module.trajectory.steps[-1] == 5000


@pytest.mark.parametrize(
    ("key", "value"),
    [("steps", 0), ("steps", "abc"), ("steps", 1.5), ("steps_per_batch", -1), ("records", 0)],
)
def test_bad_counts_are_told_in_one_line(key, value):
    with pytest.raises(
        ValueError, match=f"Parameter `{key}` should be a positive whole number. Found `{key} = {value}`"
    ):
        descent(**{key: value})


def test_an_optimizer_without_a_closure_gets_its_gradient_first():
    class Own(torch.optim.Optimizer):
        def __init__(self, parameters, lr):
            super().__init__(parameters, {"lr": lr})

        def step(self):
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data -= group["lr"] * parameter.grad

    modules = [descent(partial(kind, lr=0.001), steps=20) for kind in (Own, torch.optim.SGD)]
    for module in modules:
        fit(module)
    np.testing.assert_allclose(modules[0].trajectory.points, modules[1].trajectory.points, atol=1e-6)


def test_hooks_on_the_optimizer_are_called():
    module = descent(steps=5)
    calls = []

    class Watch(pl.Callback):
        def on_train_start(self, trainer, pl_module):
            trainer.optimizers[0].register_step_post_hook(lambda *_: calls.append(1))

    fit(module, Watch())
    assert len(calls) == 5


def test_the_fast_step_is_the_optimizers_own():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    parameter.grad = torch.ones(2)
    closure_step(optimizer)(lambda: torch.zeros(()))
    assert parameter.tolist() == pytest.approx([0.9, 0.9])


@pytest.mark.parametrize("augmentations", [[], [LossNoise(0.1)]], ids=["clean", "noisy"])
def test_candidates_are_evaluated_together_and_counted(augmentations):
    landscape = augment(FunctionLandscape.named("booth", start=[(1.0, 2.0), (0.5, -1.0)]), augmentations)
    layout = Joint(landscape, Recipe(RandomSearch, traits=RandomSearch.traits))
    evaluation = Evaluation(landscape, layout)
    record = StepRecord(torch.zeros(2), landscape.flat().clone(), torch.zeros(2, 2))
    evaluation.record, evaluation.fresh = record, True
    landscape.see(3)
    candidates = torch.rand(5, 2, 2)
    other = torch.nn.Parameter(landscape.flat().clone())
    assert evaluation.losses_at(candidates, [other]) is None
    assert (evaluation.calls, evaluation.fresh) == (0, True)
    losses = evaluation.losses_at(candidates, [landscape.points])
    assert (evaluation.calls, evaluation.without_gradient, evaluation.fresh) == (5, 5, False)
    expected = torch.stack([landscape.at(points) for points in candidates])
    torch.testing.assert_close(losses, expected)
    assert bool(record.losses.eq(0).all())
    assert torch.equal(landscape.flat(), record.point)
