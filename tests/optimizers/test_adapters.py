"""An optimizer of any shape is built and called as it wants, and told clearly when it is wrong."""

import json
from functools import partial

import pytest
import torch
from two_tensors import STARTS, TwoTensors

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import Traits, adapt, build_optimizer, probe
from landscape_lab.optimizers.closures import Unrecorded


class Own(torch.optim.Optimizer):
    """What a user writes."""

    def __init__(self, params, lr=0.1, steepness=1.0):
        super().__init__(params, {"lr": lr, "steepness": steepness})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * group["steepness"] * p.grad


class Passing(torch.optim.SGD):
    def __init__(self, params, **settings):
        super().__init__(params, **settings)


class Raises(Own):
    made = 0

    def step(self, closure=None):
        self.made += 1
        if self.made > 5:
            raise ArithmeticError("the gradient\nis odd")
        closure()
        super().step()


class RaisesAtOnce(Own):
    def step(self, closure=None):
        raise KeyError("momentum")


class ReturnsNaN(Own):
    def step(self, closure=None):
        super().step()
        for group in self.param_groups:
            for p in group["params"]:
                p.data.fill_(float("nan"))
        return float("nan")


class OfModule(Own):
    def __init__(self, model, num_iterations, num_data, lr=0.1):
        assert isinstance(model, torch.nn.Module)
        self.given = num_iterations, num_data
        super().__init__(model.parameters(), lr)


class OfNamed(Own):
    def __init__(self, named_parameters, lr=0.1):
        super().__init__([parameter for _, parameter in named_parameters], lr)


def built(factory, **settings):
    return build_optimizer(partial(factory, **settings), FunctionLandscape.named("sphere"), 77)


@pytest.mark.parametrize("factory", [Own, OfModule, OfNamed])
def test_an_optimizer_that_ignores_its_closure_gets_its_gradient_first(factory):
    landscape = FunctionLandscape.named("sphere")
    assert probe(factory) == Traits(gradient_first=True)
    adapted = adapt(build_optimizer(factory, landscape, 10), landscape, probe(factory))
    closure = Unrecorded(adapted.backward)
    for _ in range(10):
        adapted.step(closure)
    assert closure.calls == 10
    torch.testing.assert_close(landscape.flat(), landscape.start * 0.8**10)


def test_arguments_with_an_obvious_value_get_it():
    assert built(OfModule).given == (77, 1)
    assert built(OfModule, num_data=5).given == (77, 5)


def test_a_wrapper_gets_what_it_wraps():
    import pytorch_optimizer

    sam = built(pytorch_optimizer.SAM, lr=0.3, base_optimizer="torch.optim.Adam")
    assert isinstance(sam.base_optimizer, torch.optim.Adam)
    assert sam.base_optimizer.param_groups[0]["lr"] == 0.3
    ahead = built(pytorch_optimizer.Lookahead, lr=0.2, momentum=0.5, k=3)
    assert isinstance(ahead.optimizer, torch.optim.SGD)
    assert (ahead.optimizer.param_groups[0]["lr"], ahead.optimizer.param_groups[0]["momentum"], ahead.k) == (
        0.2,
        0.5,
        3,
    )


@pytest.mark.parametrize(
    ("factory", "settings", "message"),
    [
        (Own, {"steepnes": 1}, "Own has no parameter `steepnes`. Nearest: steepness"),
        (Passing, {"momentun": 0.9}, "Passing has no parameter `momentun`. Nearest: momentum"),
        ("pytorch_optimizer.Lion", {"bettas": (0.9, 0.99)}, "Lion has no parameter `bettas`. Nearest: betas"),
        ("pytorch_optimizer.SAM", {"rhoo": 0.1}, "SAM has no parameter `rhoo`. Nearest: rho"),
        (
            Own,
            {"lr": -1.0},
            "Parameter `optimizer.lr` should be zero or positive. Found `optimizer.lr = -1.0`",
        ),
        (
            Own,
            {"lr": float("nan")},
            "Parameter `optimizer.lr` should be zero or positive. Found `optimizer.lr = nan`",
        ),
        (
            "torch.optim.Adam",
            {"betas": (2.0, 0.9)},
            r"The optimizer Adam\(betas=\(2.0, 0.9\)\) cannot be built: Invalid beta",
        ),
    ],
)
def test_wrong_settings_are_told_in_one_line(factory, settings, message):
    from landscape_lab.dotted_paths import locate

    with pytest.raises(ValueError, match=message):
        built(locate("optimizer", factory) if isinstance(factory, str) else factory, **settings)


def test_settings_that_a_class_passes_on_are_accepted():
    import pytorch_optimizer

    assert built(Passing, lr=0.1, momentum=0.9).param_groups[0]["momentum"] == 0.9
    assert built(pytorch_optimizer.AdaHessian, adam_debias=True).param_groups[0]["adam_debias"]


@pytest.mark.parametrize(("factory", "made"), [(Raises, 5), (RaisesAtOnce, 0)])
def test_an_optimizer_that_raises_has_failed_on_the_record(lab, capsys, factory, made):
    result = lab(
        f"optimizer._target_={__name__}.{factory.__name__}",
        "landscape=rosenbrock",
        "optimizer.lr=0.0001",
        "steps=50",
    )
    metrics = json.loads((result.folder / "results.json").read_text())
    assert metrics["status"] == result.trajectory.lost == "failed"
    assert metrics["steps"] == made == result.trajectory.steps[-1]
    assert metrics["final_loss"] == pytest.approx(float(result.trajectory.losses[-1, 0]))
    error = capsys.readouterr().err
    assert error.startswith(f"landscape_lab: {factory.__name__} failed in step {made}: ")
    assert error.count("\n") == 1


def test_an_optimizer_that_returns_nan_has_diverged(lab):
    result = lab(
        f"optimizer._target_={__name__}.ReturnsNaN", "landscape=rosenbrock", "steps=50", "optimizer.lr=0.0001"
    )
    assert result.metrics["status"] == "diverged"
    assert result.metrics["steps"] == 1


def test_a_failed_run_exits_with_one(quiet_command, tmp_path):
    status, written = quiet_command(
        f"optimizer._target_={__name__}.RaisesAtOnce", "landscape=sphere", "steps=3"
    )
    assert status == 1
    assert "KeyError" in written.err
    assert json.loads(next(tmp_path.rglob("results.json")).read_text())["status"] == "failed"


def test_groups_say_which_parameters_are_matrices():
    import pytorch_optimizer

    landscape = TwoTensors(STARTS[:1])
    optimizer = build_optimizer(pytorch_optimizer.Muon, landscape, traits=Traits())
    groups = {group["use_muon"]: [p.shape for p in group["params"]] for group in optimizer.param_groups}
    assert groups == {True: [(3, 2)], False: [(3,)]}
    (group,) = built(pytorch_optimizer.Muon).param_groups
    assert group["use_muon"]
