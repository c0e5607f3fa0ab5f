"""The recorded state is the optimizer's own, and a descent does not notice that it is recorded."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import SGD, Adam, Optimizer
from torch.optim.lr_scheduler import StepLR
from training import fit

from landscape_lab import Descent
from landscape_lab.callbacks import StateRecorder
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers.scipy_methods import ScipyMinimizer
from landscape_lab.records.state_curves import StateCurves

START = (-0.5, -1.0)
STEPS = 30


def formula(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def himmelblau(start=START):
    return FunctionLandscape(formula, start=start)


def descend(optimizer, folder=None, steps=STEPS, landscape=None, **settings):
    """A descent, and what was recorded of its optimizer."""
    torch.manual_seed(0)
    callbacks = [] if folder is None else [StateRecorder(folder / "state.npz")]
    made = fit(Descent(landscape or himmelblau(), optimizer, steps, **settings), *callbacks)
    return made, None if folder is None else StateCurves.load(folder / "state.npz")


def replayed(make, steps=STEPS):
    """A plain loop of torch's own: after each step, its state and its rate."""
    point = torch.nn.Parameter(torch.tensor([START]))
    optimizer = make([point])
    states = []
    for _ in range(steps):
        optimizer.zero_grad()
        formula(point[:, 0], point[:, 1]).sum().backward()
        optimizer.step()
        states.append({name: value.clone() for name, value in optimizer.state[point].items()})
    return states


@pytest.mark.parametrize(
    "make",
    [
        partial(Adam, lr=0.05, fused=True),  # as a descent builds it by itself
        partial(Adam, lr=0.05, foreach=True, amsgrad=True),
        partial(SGD, lr=0.001, momentum=0.9, fused=True),
    ],
)
@pytest.mark.parametrize("chunk", [7, 1000])
def test_the_state_is_that_of_torchs_own_loop_to_the_bit(make, chunk, tmp_path):
    _, curves = descend(make, tmp_path, steps_per_batch=chunk)
    states = replayed(make)
    assert curves.steps.tolist() == list(range(STEPS))
    for name in {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer"} & states[0].keys():
        np.testing.assert_array_equal(curves.vectors[name], np.stack([one[name] for one in states]))
    if "step" in states[0]:
        assert curves.numbers["step"][:, 0].tolist() == [float(one["step"]) for one in states]


class Odd(Optimizer):
    """A class with numbers of NumPy and what is no number."""

    def __init__(self, params, lr=0.01):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for parameter in self.param_groups[0]["params"]:
            state = self.state[parameter]
            state["count"] = state.get("count", np.float32(0)) + np.float32(1)
            state.setdefault("past", []).append(parameter.grad.clone())
            parameter.sub_(parameter.grad, alpha=self.param_groups[0]["lr"] / float(state["count"]))


STARTS = torch.tensor([[-0.5, -1.0], [2.0, 1.0], [0.1, 3.0]])
CASES = {
    "adam": {"optimizer": partial(Adam, lr=0.05)},
    "scheduled": {
        "optimizer": partial(Adam, lr=0.05, foreach=True),
        "scheduler": partial(StepLR, step_size=10),
    },
    "own class": {"optimizer": partial(Odd, lr=0.001)},
    "scipy": {"optimizer": partial(ScipyMinimizer, method="BFGS")},
    "joint": {"optimizer": partial(Adam, lr=0.05), "ensemble": Ensemble(STARTS, layout="joint")},
    "separate": {"optimizer": partial(Adam, lr=0.05), "ensemble": Ensemble(STARTS, layout="separate")},
}


@pytest.mark.parametrize("case", CASES)
def test_a_descent_is_the_same_to_the_bit_with_and_without(case, tmp_path):
    settings = dict(CASES[case])
    members = STARTS if "ensemble" in settings else START
    without, _ = descend(landscape=himmelblau(members), **settings)
    watched, _ = descend(folder=tmp_path, landscape=himmelblau(members), **settings)
    for name in ("points", "losses", "evaluations", "lr"):
        before, after = (getattr(one.trajectory, name) for one in (without, watched))
        np.testing.assert_array_equal(after, before)
    assert watched.tally.evaluations == without.tally.evaluations


def test_together_or_each_with_its_own_optimizer_the_state_is_the_same(tmp_path):
    found = []
    for case in ("joint", "separate"):
        _, curves = descend(folder=tmp_path, landscape=himmelblau(STARTS), **CASES[case])
        found.append(curves)
    joint, separate = found
    assert joint.vectors["exp_avg"].shape == (STEPS, 3, 2)
    for name in ("exp_avg", "exp_avg_sq"):
        np.testing.assert_allclose(separate.vectors[name], joint.vectors[name], rtol=2e-5)
    np.testing.assert_array_equal(separate.numbers["step"], joint.numbers["step"])


def test_the_rate_of_a_record_is_the_one_that_made_its_step(tmp_path):
    made, curves = descend(folder=tmp_path, **CASES["scheduled"])
    np.testing.assert_array_equal(curves.numbers["lr"][:, 0], made.trajectory.lr[:-1])
    assert len(set(curves.numbers["lr"][:, 0])) == 3


def test_members_with_rates_of_their_own_tell_them(tmp_path):
    ensemble = Ensemble(torch.tensor([START]), rates=(0.01, 0.05), layout="joint")
    landscape = himmelblau(ensemble.points)
    _, curves = descend(partial(Adam, lr=0.1), tmp_path, landscape=landscape, ensemble=ensemble)
    np.testing.assert_allclose(curves.numbers["lr"][-1], [0.01, 0.05])


def test_what_is_no_number_is_named(tmp_path, capsys):
    _, curves = descend(folder=tmp_path, **CASES["own class"])
    assert curves.skipped == {"past": "list"}
    assert curves.numbers["count"][:, 0].tolist() == list(range(1, STEPS + 1))
    assert (
        "Of the state of Odd these are no numbers and are left out: past (list)." in capsys.readouterr().err
    )


def test_an_optimizer_without_a_state_is_told(tmp_path, capsys):
    descend(folder=tmp_path, **CASES["scipy"])
    assert "ScipyMinimizer remembers nothing that changes" in capsys.readouterr().err


def test_a_descent_that_diverges_keeps_what_led_there(tmp_path):
    made, curves = descend(partial(SGD, lr=1.0, momentum=0.9), tmp_path)
    assert made.ending.status == "diverged"
    assert curves.steps.tolist() == list(range(made.global_step))


def test_a_descent_that_goes_on_goes_on_with_its_state(tmp_path):
    from landscape_lab import lab

    words = ["landscape=himmelblau", "optimizer=adam", "callbacks.report.state=true", "figures=[]"]
    words += ["logger=none", "~callbacks.progress", "steps_per_batch=10"]
    whole = lab.run([*words, "steps=30", f"hydra.run.dir={tmp_path}/whole"])
    cut = [*words, f"hydra.run.dir={tmp_path}/cut"]
    lab.run([*cut, "steps=20"])
    lab.run([*cut, "steps=30", "resume=true"])
    first, second = (StateCurves.load(tmp_path / name / "state.npz") for name in ("whole", "cut"))
    np.testing.assert_array_equal(second.steps, first.steps)
    np.testing.assert_array_equal(second.vectors["exp_avg_sq"], first.vectors["exp_avg_sq"])
    assert len(first.steps) == 30 == whole.metrics["steps"]
    lab.run([*words, "callbacks.report.state=false", "steps=20", f"hydra.run.dir={tmp_path}/late"])
    lab.run([*words, "steps=30", "resume=true", f"hydra.run.dir={tmp_path}/late"])
    assert StateCurves.load(tmp_path / "late" / "state.npz").steps.tolist() == list(range(20, 30))


def test_a_new_run_forgets_the_state_of_the_one_before(tmp_path):
    from landscape_lab import lab

    words = ["landscape=himmelblau", "figures=[]", "logger=none", "~callbacks.progress", "steps=3"]
    words.append(f"hydra.run.dir={tmp_path}")
    lab.run([*words, "callbacks.report.state=true"])
    assert (tmp_path / "state.npz").is_file()
    lab.run(words)
    assert not (tmp_path / "state.npz").exists()
