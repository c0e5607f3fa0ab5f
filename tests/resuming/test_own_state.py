"""Optimizers that keep more than tensors of the parameters' type, in runs that go on."""

import random
from collections import deque

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch.optim import Optimizer

from landscape_lab.configuration.composed import CONF, catalogued

SETTINGS = ["landscape=sphere", "callbacks=default", "figures=[]", "~callbacks.progress", "steps=24"]
ELSEWHERE = ("demo", "distributedmuon", "flashadamw")
LIVELY = {"shampoo": ["optimizer.matrix_eps=0.01"]}
"""What lets an optimizer make all steps on the sphere."""
SETTINGS += ["steps_per_batch=12", "callbacks.checkpoints.seconds=0", "logger=none"]


def named(group):
    """The names of the choices of a group that have a YAML."""
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


OPTIMIZERS = sorted({*named("optimizer"), *catalogued()} - {"own"})


class Plain(Optimizer):
    """Gradient descent by some factor."""

    def __init__(self, params, lr=0.01):
        super().__init__(params, {"lr": lr})
        self.begin()

    def begin(self):
        """Nothing to keep."""

    def factor(self, parameter):
        return 1.0

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.sub_(group["lr"] * self.factor(parameter) * parameter.grad)


class MasksAndDoubles(Plain):
    """A state of other types than the parameters'."""

    def factor(self, parameter):
        state = self.state[parameter]
        if not state:
            state["order"] = torch.arange(parameter.shape[-1]).flip(0)
            state["mask"] = torch.ones_like(parameter, dtype=torch.bool)
            state["sum"] = torch.zeros_like(parameter, dtype=torch.float64)
        state["mask"] = ~state["mask"] | (parameter > 0)
        state["sum"] += parameter[:, state["order"]].double() / 3
        return (state["mask"] * (1 + state["sum"] % 0.1)).float()


class Queue(Plain):
    """The last gradients in a queue, and a number of NumPy."""

    def factor(self, parameter):
        state = self.state[parameter]
        state.setdefault("past", deque(maxlen=3)).append(float(parameter.grad.norm()))
        state["count"] = state.get("count", np.float64(0)) + 1
        return sum(state["past"]) / len(state["past"]) / float(state["count"])


class Decays(Plain):
    """A function among the settings, a count among the attributes."""

    def begin(self):
        self.made = 0
        self.param_groups[0]["schedule"] = lambda step: 1 / (1 + step / 10)

    def factor(self, parameter):
        self.made += 1
        return self.param_groups[0]["schedule"](self.made)


class Draws(Plain):
    """Draws from everybody's generators and from its own."""

    def begin(self):
        self.own = np.random.default_rng(7)

    def factor(self, parameter):
        return random.random() + np.random.rand() + self.own.random()


class SlowWeights(Plain):
    """Copies of the parameters beside the state, and an optimizer inside."""

    def begin(self):
        self.inner = Decays(self.param_groups[0]["params"])
        self.slow = [parameter.detach().clone() for parameter in self.param_groups[0]["params"]]

    def factor(self, parameter):
        self.slow[0].lerp_(parameter, 0.1)
        return self.slow[0].abs() * self.inner.factor(parameter)


class Unkept(Plain):
    """A function in the state, which no file can hold."""

    def factor(self, parameter):
        return self.state[parameter].setdefault("function", lambda: 1.0)()


class Cut(pl.Callback):
    """The power fails."""

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step >= 12:
            raise KeyError("the power fails")


def ends_alike(lab, words):
    """Whether a run that was cut in its middle ends as one that was not."""
    whole = lab(*SETTINGS, *words, quiet=False)
    assert (whole.metrics["status"], whole.metrics["steps"]) == ("completed", 24)
    with pytest.raises(KeyError, match="the power fails"):
        lab(*SETTINGS, *words, f"+callbacks.cut._target_={__name__}.Cut", quiet=False, name="cut")
    gone_on = lab(*SETTINGS, *words, "resume=true", quiet=False, name="cut")
    names = ("points", "losses", "evaluations", "lr")
    pairs = [(getattr(whole.trajectory, name), getattr(gone_on.trajectory, name)) for name in names]
    return all(np.array_equal(*pair, equal_nan=True) for pair in pairs)  # some have no rate, which is NaN


@pytest.mark.parametrize("kind", [MasksAndDoubles, Queue, Decays, Draws, SlowWeights])
def test_an_optimizer_goes_on_with_all_that_it_keeps(lab, kind):
    assert ends_alike(lab, [f"optimizer._target_={__name__}.{kind.__name__}", "optimizer.lr=0.01"])


@pytest.mark.parametrize("name", ["adashift", "scion"])
def test_so_do_those_of_a_library_with_objects_in_their_states(lab, name):
    assert ends_alike(lab, [f"optimizer={name}"])


def test_what_no_file_can_hold_costs_the_checkpoint_and_is_told_once(lab, capsys):
    result = lab(*SETTINGS, f"optimizer._target_={__name__}.Unkept", "steps_per_batch=4", quiet=False)
    told = capsys.readouterr().err
    assert result.metrics["status"] == "completed"
    assert told.count("of Unkept the state holds a function") == 1
    assert not (result.folder / "checkpoints" / "last.ckpt").exists()


def test_scipys_methods_begin_anew_and_say_so(lab, capsys):
    assert ends_alike(lab, ["optimizer=scipy_nelder_mead"]) is False
    assert "begins anew at the last point" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_by_name_goes_on_bit_for_bit_or_says_that_it_begins_anew(lab, capsys, name):
    if name in ELSEWHERE:
        pytest.skip("it needs a package, a device or a process group")
    alike = ends_alike(lab, [f"optimizer={name}", *LIVELY.get(name, [])])
    assert (alike, "begins anew" in capsys.readouterr().err) in [(True, False), (False, True)]


@pytest.mark.slow
@pytest.mark.parametrize("name", named("scheduler"))
def test_every_schedule_goes_on_bit_for_bit(lab, name):
    assert ends_alike(lab, [f"scheduler={name}"])
