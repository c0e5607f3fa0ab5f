"""What a page gets of gradients and states: the numbers explain the steps that were made."""

import json
import zlib
from base64 import b64decode
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import Adam, RMSprop
from training import fit

from landscape_lab import Descent
from landscape_lab.callbacks import StateRecorder
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.records.state_curves import StateCurves
from landscape_lab.staging import scene_of
from landscape_lab.staging.pushing import MEMBERS, NOT_RECORDED, _is_momentum, pushes_of

STEPS, RATE = 12, 0.05
KINDS = {"f4": np.float32, "i4": np.int32, "u1": np.uint8}


def unpacked(value):
    """As `assets/arrays.js` does it."""
    if isinstance(value, dict) and value.keys() == {"type", "shape", "data"}:
        flat = np.frombuffer(zlib.decompress(b64decode(value["data"])), KINDS[value["type"]])
        return flat.reshape(value["shape"])
    if isinstance(value, dict):
        return {name: unpacked(one) for name, one in value.items()}
    return [unpacked(one) for one in value] if isinstance(value, list) else value


def pushed(optimizer, folder, start=(-0.5, -1.0), state=True, **settings):
    """The sections of a descent of Himmelblau's function, and its places."""
    landscape = FunctionLandscape.named("himmelblau", start=start)
    descent = fit(Descent(landscape, optimizer, STEPS, **settings), StateRecorder(folder / "state.npz"))
    scene = scene_of(landscape, [descent.trajectory], grid=False)
    states = [StateCurves.load(folder / "state.npz")] if state else []
    sections = pushes_of(scene, landscape, [descent.trajectory], states)
    json.dumps(sections, allow_nan=False)
    return unpacked(sections), scene.traces[0].places


@pytest.mark.parametrize(
    "settings",
    [{}, {"amsgrad": True}, {"betas": (0.8, 0.9), "eps": 1e-2}],
    ids=["adam", "amsgrad", "other settings"],
)
def test_the_scale_times_the_corrected_momentum_is_adams_step(settings, tmp_path):
    sections, places = pushed(partial(Adam, lr=RATE, **settings), tmp_path)
    (path,) = sections["arrows"]["paths"]
    (momentum,) = path["vectors"]
    beta = settings.get("betas", (0.9, 0.999))[0]
    corrected = momentum["values"][:, 0] / (1 - beta ** np.arange(1, STEPS + 1))[:, None]
    steps = RATE * path["scale"]["values"][:, 0] * corrected
    np.testing.assert_allclose(steps, np.diff(places[:, 0], axis=0), rtol=2e-3, atol=1e-5)
    assert (momentum["name"], momentum["sign"], momentum["norms"]) == ("exp_avg", -1, None)
    assert path["scale"]["name"] == ("max_exp_avg_sq" if "amsgrad" in settings else "exp_avg_sq")


def test_the_scale_times_the_gradient_is_rmsprops_step(tmp_path):
    sections, places = pushed(partial(RMSprop, lr=RATE), tmp_path)
    (path,) = sections["arrows"]["paths"]
    downhill = path["gradient"]["values"][:STEPS, 0]
    steps = RATE * path["scale"]["values"][:, 0] * downhill
    np.testing.assert_allclose(steps, np.diff(places[:, 0], axis=0), rtol=2e-3, atol=1e-5)
    assert path["gradient"]["at"].tolist() == list(range(STEPS + 1))
    assert (path["vectors"], path["why"]) == ([], "the optimizer keeps none")


class Velocity(torch.optim.Optimizer):
    """Keeps what it adds, which points forwards."""

    def __init__(self, params, lr=0.001):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for parameter in self.param_groups[0]["params"]:
            state = self.state[parameter]
            state["velocity"] = 0.9 * state.get("velocity", 0.0) - self.param_groups[0]["lr"] * parameter.grad
            state["slow"] = parameter.clone()  # a place is no direction
            parameter.add_(state["velocity"])


def test_a_velocity_points_forwards(tmp_path):
    sections, places = pushed(Velocity, tmp_path)
    (velocity,) = sections["arrows"]["paths"][0]["vectors"]
    assert (velocity["name"], velocity["sign"]) == ("velocity", 1)
    np.testing.assert_allclose(velocity["values"][:, 0], np.diff(places[:, 0], axis=0), rtol=1e-3, atol=1e-6)


def test_the_state_has_a_chart_for_what_changes(tmp_path):
    sections, _ = pushed(partial(Adam, lr=RATE), tmp_path)
    (path,) = sections["state"]["paths"]
    assert [(one["name"], one["lines"]) for one in path["charts"]] == [
        ("exp_avg", ["x", "y"]),
        ("exp_avg_sq", ["x", "y"]),
        ("step", [""]),
    ]
    assert path["charts"][2]["values"][:, 0, 0].tolist() == list(range(1, STEPS + 1))
    assert path["constant"]["betas[1]"] == "0.999"
    assert path["constant"]["lr"] == "0.05"


def test_of_many_members_some_are_told_and_the_lowest_is_among_them(tmp_path):
    starts = torch.linspace(-4, 4, 40).view(20, 2)
    ensemble = Ensemble(starts)
    sections, _ = pushed(partial(Adam, lr=0.2), tmp_path, start=starts, ensemble=ensemble)
    (path,) = sections["arrows"]["paths"]
    state = StateCurves.load(tmp_path / "state.npz")
    assert len(path["members"]) <= MEMBERS
    (chart,) = [one for one in sections["state"]["paths"][0]["charts"] if one["name"] == "exp_avg"]
    np.testing.assert_array_equal(chart["values"], state.vectors["exp_avg"][:, path["members"]])


@pytest.mark.parametrize(
    ("pushes", "others"),
    [
        (("exp_avg", "momentum_buffer", "m", "velocity", "grad_ma"), ()),
        ((), ("exp_avg_sq", "exp_avg_sq_col", "v", "z", "square_avg", "exp_avg_lr", "slow_buffer", "sum")),
    ],
)
def test_what_pushes_is_known_by_its_name(pushes, others):
    assert all(map(_is_momentum, pushes))
    assert not any(map(_is_momentum, others))


def test_without_a_state_there_are_gradients(tmp_path):
    sections, _ = pushed(partial(Adam, lr=RATE), tmp_path, state=False)
    (path,) = sections["arrows"]["paths"]
    assert (path["vectors"], path["why"]) == ([], NOT_RECORDED)
    assert "state" not in sections
    assert np.isfinite(path["gradient"]["values"]).all()
