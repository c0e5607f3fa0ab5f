"""Parents live on while they are the best; what holds for evolution of any kind."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from descents import STARTS, descend, landscape_at

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers import CMAES, PGPE, EvolutionStrategy, Greedy
from landscape_lab.optimizers.rows import points_of

KINDS = {
    "one_plus_one": partial(EvolutionStrategy, sigma=1.0),
    "mu_plus_lambda": partial(EvolutionStrategy, sigma=1.0, parents=3, children=10),
    "pgpe": partial(PGPE, lr=0.3),
    "sep_cma_es": partial(CMAES, sigma=1.0, separable=True),
    "greedy": partial(Greedy, sigma=1.0),
}
QUIET = ("callbacks=none", "logger=none")


def loop(optimizer, landscape, steps):
    """Steps of a plain loop with all that a descent's closure offers; the losses of their ends."""

    class Closure:
        evaluations = 0

        def __init__(self):
            self.landscape = landscape

        def __call__(self):
            return self.losses_at(landscape.flat()[None], ())[0]

        def losses_at(self, candidates, parameters):
            self.evaluations += len(candidates)
            return landscape.evaluate(candidates.flatten(0, 1)).view(candidates.shape[:2])

    closure, ends = Closure(), []
    for _ in range(steps):
        optimizer.step(closure)
        ends.append(landscape.evaluate(landscape.flat()))
    return torch.stack(ends), closure.evaluations


ONE_BY_ONE = ("one_plus_one", "greedy")
"""Who makes a step of each evaluation, so that 3,000 in twenty dimensions take long."""


@pytest.mark.parametrize(
    ("name", "dims"),
    [
        *((name, 2) for name in KINDS),
        *(pytest.param(name, 20, marks=pytest.mark.slow if name in ONE_BY_ONE else ()) for name in KINDS),
    ],
)
def test_evolution_goes_to_the_minimum_of_a_sphere(name, dims):
    torch.manual_seed(3)
    landscape = FunctionLandscape.named("sphere", dims=dims)
    optimizer = KINDS[name](landscape.parameters())
    evaluations = 0
    while evaluations < 150 * dims:
        ends, calls = loop(optimizer, landscape, 10)
        evaluations += calls
        if name == "pgpe":
            optimizer.param_groups[0]["lr"] *= 0.4 if dims == 2 else 0.85
    assert ends[-1].item() < 1e-3 * landscape.evaluate(landscape.start).item()


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("landscape", ["rosenbrock", "rastrigin"])
def test_evolution_goes_down(name, landscape):
    torch.manual_seed(0)
    landscape = FunctionLandscape.named(landscape, dims=5)
    ends, _ = loop(KINDS[name](landscape.parameters()), landscape, 150)
    assert ends.min() < 0.8 * landscape.evaluate(landscape.start).item()


@pytest.mark.parametrize("name", KINDS)
def test_evolution_goes_down_where_each_step_sees_another_landscape(lab, name):
    noise = ("augmentation=loss_noise", "augmentation.loss_noise.std=3.0")
    run = lab(f"optimizer={name}", "landscape=sphere", *noise, "steps=60", *QUIET)
    assert run.metrics["final_loss"] < 0.2 * 25.0


@pytest.mark.parametrize("name", KINDS)
def test_evolution_resumes_to_the_bit(lab, name):
    settings = (f"optimizer={name}", "landscape=rosenbrock", "callbacks=default", "figures=[]", "logger=none")
    whole = lab("steps=40", *settings, name="whole")
    lab("steps=17", *settings, name="cut")
    resumed = lab("steps=40", "resume=true", *settings, name="cut")
    for quantity in ("points", "losses", "evaluations"):
        np.testing.assert_array_equal(
            getattr(whole.trajectory, quantity), getattr(resumed.trajectory, quantity)
        )


@pytest.mark.parametrize("name", KINDS)
def test_members_of_an_ensemble_are_independent(lab, name):
    settings = (f"optimizer={name}", "landscape=rosenbrock", "steps=20", *QUIET)
    two = lab(*settings, "ensemble.seeds=2").trajectory.points
    three = lab(*settings, "ensemble.seeds=3").trajectory.points
    np.testing.assert_array_equal(two, three[:, :2])
    assert (two[-1, 0] != two[-1, 1]).all()


def test_one_plus_one_costs_one_evaluation_and_never_gets_worse():
    torch.manual_seed(0)
    landscape = landscape_at(STARTS)
    ends, evaluations = loop(EvolutionStrategy(landscape.parameters()), landscape, 200)
    assert evaluations == 201  # the start, and a child in each step
    assert (ends.diff(dim=0) <= 0).all()
    assert (ends[-1] < ends[0]).all()


def test_the_best_of_parents_and_children_live_on():
    torch.manual_seed(1)
    landscape = landscape_at(STARTS)
    optimizer = EvolutionStrategy(landscape.parameters(), parents=4, children=6)
    parameter = landscape.points
    for _ in range(5):
        before = optimizer.state[parameter].get("losses", landscape.evaluate(landscape.flat())[None])
        ends, _ = loop(optimizer, landscape, 1)
        state = optimizer.state[parameter]
        losses = state["losses"]
        assert losses.shape == (4, 3)
        assert (losses.diff(dim=0) >= 0).all()
        assert (losses[0] <= before[0]).all()
        torch.testing.assert_close(landscape.evaluate(state["parents"].flatten(0, 1)).view(4, 3), losses)
        assert torch.equal(ends[0], losses[0])
        assert torch.equal(points_of(optimizer, 3), state["parents"][0])


@pytest.mark.parametrize(("sign", "factor"), [(-1.0, math.exp(0.8 / 2.0)), (1.0, math.exp(-0.2 / 2.0))])
def test_the_spread_follows_the_success_rule(sign, factor):
    """Each child lies farther out: that is a success on a hill, and none in a bowl."""
    torch.manual_seed(0)
    landscape = FunctionLandscape(
        lambda x, y, z: sign * (x**2 + y**2 + z**2), start=torch.zeros(1, 3), bounds=(-5, 5)
    ).double()
    optimizer = EvolutionStrategy(landscape.parameters(), sigma=0.5)
    loop(optimizer, landscape, 1)
    assert optimizer.state[landscape.points]["sigma"].item() == pytest.approx(0.5 * factor)


def test_a_lucky_loss_does_not_outlive_its_step():
    torch.manual_seed(0)
    landscape = landscape_at([[1.0, 1.0]], "sphere")
    landscape.luck = 0.0
    evaluate = landscape.evaluate
    landscape.evaluate = lambda points: evaluate(points) - landscape.luck
    optimizer = EvolutionStrategy(landscape.parameters(), sigma=0.3)

    def closure():  # the function of a plain loop: nobody says that losses stay what they are
        return landscape.evaluate(landscape.flat()).sum()

    landscape.luck = 100.0
    optimizer.step(closure)
    landscape.luck = 0.0
    start = landscape.flat().clone()
    for _ in range(30):
        optimizer.step(closure)
    assert evaluate(landscape.flat()) < 0.5 * evaluate(start)


class Doubling(FunctionLandscape):
    """Whose children are twice their parents."""

    def mutate(self, points, scale):
        assert scale.shape == (len(points), 1)
        return 2.0 * points


def test_a_landscape_mutates_in_its_own_way(lab):
    landscape = Doubling(lambda x, y: -(x**2) - y**2, start=(0.25, 0.5))
    loop(EvolutionStrategy(landscape.parameters()), landscape, 3)
    assert landscape.flat().tolist() == [[2.0, 4.0]]


def test_by_default_mutation_is_gaussian():
    torch.manual_seed(0)
    landscape = landscape_at([[0.0, 0.0]])
    scale = torch.tensor([[0.5], [2.0]]).double().repeat(5000, 1)
    children = Landscape.mutate(landscape, torch.ones(10_000, 2).double(), scale)
    spread = (children - 1.0).view(5000, 2, 2).std((0, 2))
    torch.testing.assert_close(spread, torch.tensor([0.5, 2.0]).double(), rtol=0.03, atol=0)


def test_a_plateau_does_not_overflow():
    landscape = FunctionLandscape(lambda x, y: 0.0 * x, start=(0.25, 0.5))
    optimizer = EvolutionStrategy(landscape.parameters(), damping=0.01)
    loop(optimizer, landscape, 60)
    assert landscape.flat().isfinite().all()


@pytest.mark.parametrize("parents", [1, 3])
def test_a_child_whose_loss_is_not_a_number_dies(parents):
    torch.manual_seed(0)
    landscape = FunctionLandscape(lambda x, y: x.sqrt() + y**2, start=[[0.1, 0.0], [9.0, 0.5]])
    points, _ = descend(partial(EvolutionStrategy, parents=parents, children=3), landscape, 60)
    losses = landscape.evaluate(points.flatten(0, 1)).view(-1, 2)
    assert losses.isfinite().all()
    assert (losses[-1] < losses[0]).all()
