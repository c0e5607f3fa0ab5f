"""Optimizers of any form step where plain gradient descent steps, with the settings of their own class."""

import odd
import pytest
import torch
from hydra import compose, initialize_config_dir

from landscape_lab.assembly import factories_of
from landscape_lab.configuration.composed import CONF, open_keys
from landscape_lab.configuration.replaced import forget_replaced
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import probe
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.separate import Separate

STARTS = [[1.0, -2.0], [0.5, 0.25]]
STEPS = 7


@pytest.fixture(scope="module", autouse=True)
def configuration():
    """Hydra, once for all."""
    with initialize_config_dir(str(CONF), version_base=None):
        yield


def factory_of(*overrides):
    """The optimizer of a command line."""
    cfg = compose("config", open_keys(overrides), return_hydra_config=True)
    forget_replaced(cfg, cfg.hydra.runtime.choices, cfg.hydra.overrides.task)
    return factories_of(cfg)[0]


@pytest.mark.parametrize("name", odd.cases())
def test_an_odd_optimizer_steps_as_the_plain_method(name):
    factory = factory_of(f"optimizer._target_=odd.{name}", *odd.SETTINGS.get(name, []))
    recipe = Recipe(factory, steps=STEPS, traits=probe(factory, STEPS))
    for layout_of, starts in ((Joint, STARTS[:1]), (Joint, STARTS), (Separate, STARTS)):
        landscape = FunctionLandscape.named("sphere", start=starts).double()
        layout = layout_of(landscape, recipe)
        closure = Unrecorded(layout.backward, layout.rows)
        for step in range(1, STEPS + 1):
            layout.step(closure)
            expected = (1 - 2 * odd.RATE) ** step * torch.tensor(starts, dtype=torch.float64)
            torch.testing.assert_close(landscape.flat(), expected)


@pytest.mark.parametrize(
    ("overrides", "settings"),
    [
        (["optimizer._target_=odd.Descent"], {}),
        (["optimizer._target_=odd.Descent", "optimizer.lr=0.05"], {"lr": 0.05}),
        (["optimizer=rmsprop", "optimizer._target_=odd.Descent"], {}),
        (["optimizer=adam", "optimizer._target_=torch.optim.Adam"], {"lr": 0.05}),
    ],
)
def test_a_class_has_no_setting_that_nobody_gave_it(overrides, settings):
    assert factory_of(*overrides).keywords == settings


def test_a_run_takes_a_list_of_rates_and_is_called_as_its_class(lab):
    target = "optimizer._target_=odd.RatesAsList"
    result = lab(target, "optimizer.lr=[0.1,0.2]", "landscape=sphere", "start=[1,1]", "steps=3")
    assert result.metrics["optimizer"] == "RatesAsList"
    assert result.trajectory.points[-1, 0] == pytest.approx([0.8**3, 0.6**3], rel=1e-5)


def test_a_wrapper_and_its_base_are_told_what_they_do_not_have(quiet_command):
    wrapper = "optimizer._target_=odd.WrapsFirst"
    status, written = quiet_command(wrapper, "optimizer.base_optimizer._target_=odd.Descend", "steps=3")
    assert status == 1
    assert "base_optimizer" in written.err
    assert "Nearest: Descent" in written.err
    status, written = quiet_command(wrapper, "optimizer.momentun=0.9", "steps=3")
    assert (status, written.err.count("\n")) == (1, 1)
    assert "WrapsFirst has no parameter `momentun`. Nearest: momentum" in written.err


def test_a_function_that_returns_no_optimizer_is_told(quiet_command):
    status, written = quiet_command("optimizer._target_=builtins.list", "steps=3")
    assert (status, written.err.count("\n")) == (1, 1)
    assert "`step`. Found [" in written.err


class Averaging(torch.optim.Optimizer):
    """Evaluates between a sequence and its average, which is the point; it has no modes to switch."""

    def __init__(self, params, lr=0.001):
        super().__init__(params, {"lr": lr})
        self.made = 0

    @torch.no_grad()
    def step(self, closure):
        (p,) = self.param_groups[0]["params"]
        state = self.state[p]
        if not state:
            state["z"] = p.clone()
        average = p.clone()
        p.lerp_(state["z"], 0.5)
        with torch.enable_grad():
            loss = closure()
        state["z"] -= self.param_groups[0]["lr"] * p.grad
        self.made += 1
        p.copy_(torch.lerp(average, state["z"], 1 / self.made))
        return loss


def test_losses_are_those_of_the_recorded_points(lab):
    result = lab(f"optimizer._target_={__name__}.Averaging", "landscape=rosenbrock", "steps=30")
    points = torch.from_numpy(result.trajectory.points[:, 0].copy())
    losses = FunctionLandscape.named("rosenbrock").evaluate(points)
    torch.testing.assert_close(torch.from_numpy(result.trajectory.losses[:, 0].copy()), losses)
    assert result.metrics["best_loss"] == pytest.approx(float(losses.min()), rel=1e-6)


class Slowing(odd.Descent):
    def step(self):
        super().step()
        self.param_groups[0]["lr"] *= 0.5


def test_a_rate_that_the_optimizer_changes_is_recorded(lab):
    result = lab(f"optimizer._target_={__name__}.Slowing", "landscape=sphere", "steps=4")
    assert result.trajectory.lr[:4].tolist() == [0.01, 0.005, 0.0025, 0.00125]


def test_who_steps_in_the_backward_pass_steps_on_networks_too(lab):
    moons = ["landscape=network", "model=mlp", "data=moons", "data.samples=40", "steps=3"]
    losses = [
        lab(f"optimizer._target_=odd.{name}", *moons, name=name).trajectory.losses[:, 0]
        for name in ("Descent", "InBackward")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0][0] > losses[0][-1]
