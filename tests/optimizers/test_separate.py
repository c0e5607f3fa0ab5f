"""Each member with its own optimizer goes where it goes alone, also where it is more than one tensor."""

from functools import partial

import pytest
import pytorch_optimizer
import torch
from two_tensors import STARTS, TwoTensors

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import EvolutionStrategy, Newton, NonlinearConjugateGradient, SophiaG, probe
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.member import Member
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.separate import Separate

STEPS = 12
SEEDS = (3, 0, 8, 3)
FACTORIES = {
    "adam": partial(torch.optim.Adam, lr=0.05),
    "lbfgs": partial(torch.optim.LBFGS, lr=0.5, line_search_fn="strong_wolfe"),
    "newton": partial(Newton, radius=0.5),
    "cg": NonlinearConjugateGradient,
    "adahessian": partial(pytorch_optimizer.AdaHessian, lr=0.05),
    "sophia_h": partial(pytorch_optimizer.SophiaH, lr=0.05),
    "sophia_g": partial(SophiaG, lr=0.02),
    "sam": partial(pytorch_optimizer.SAM, base_optimizer=torch.optim.SGD, lr=0.02),
    "shampoo": partial(pytorch_optimizer.Shampoo, lr=0.05),
    "muon": partial(pytorch_optimizer.Muon, lr=0.02),
}


def recipe_of(name):
    return Recipe(FACTORIES[name], steps=STEPS, traits=probe(FACTORIES[name], STEPS))


def path(layout, landscape):
    """The points `[STEPS, members, dims]` of a descent, and how many evaluations each step made."""
    points, calls = [], []
    for _ in range(STEPS):
        closure = Unrecorded(layout.backward, layout.rows)
        layout.step(closure)
        points.append(landscape.flat().clone())
        calls.append(closure.calls)
    return torch.stack(points), calls


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FACTORIES)
def test_members_of_two_tensors_go_where_they_go_alone(name):
    landscape = TwoTensors(STARTS)
    layout = Separate(landscape, recipe_of(name), seeds=SEEDS)
    together, calls = path(layout, landscape)
    assert layout.errors == {}
    alone_calls, alone_products = [], 0
    for member, seed in enumerate(SEEDS):
        torch.manual_seed(seed)
        landscape = TwoTensors(STARTS[member : member + 1])
        alone = Joint(landscape, recipe_of(name))
        points, made = path(alone, landscape)
        torch.testing.assert_close(together[:, member], points[:, 0], rtol=1e-7, atol=1e-8)
        alone_calls.append(made)
        alone_products += alone.products
    assert calls == [max(made) for made in zip(*alone_calls, strict=True)]
    assert layout.products == alone_products
    assert (layout.products > 0) == (name in ("newton", "adahessian", "sophia_h"))


def test_a_member_has_its_own_shapes_and_a_point_stays_a_point():
    shapes = [parameter.shape for parameter in Member(TwoTensors(STARTS), 2).parameters()]
    assert shapes == [(3, 2), (3,)]
    landscape = FunctionLandscape.named("sphere", start=[[1.0, 2.0], [3.0, 4.0]])
    (point,) = Member(landscape, 1).parameters()
    assert point.tolist() == [[3.0, 4.0]]


def test_a_members_numbers_are_the_landscapes():
    landscape = TwoTensors(STARTS)
    member = Member(landscape, 1)
    weights, offsets = member.parameters()
    with torch.no_grad():
        weights.fill_(5.0)
    assert (landscape.weights[1] == 5.0).all()
    offsets.data = torch.full((3,), 7.0, dtype=torch.float64)  # some optimizers store elsewhere
    member.settle()
    assert (landscape.offsets[1] == 7.0).all()
    torch.testing.assert_close(landscape.flat()[[0, 2, 3]], STARTS[[0, 2, 3]], rtol=0, atol=0)


class Breaks(torch.optim.SGD):
    """Raises where the gradient is large."""

    def step(self, closure):
        closure()
        if max(p.grad.abs().max() for group in self.param_groups for p in group["params"]) > 3.0:
            raise ArithmeticError("too steep")
        return super().step()


def test_a_member_that_raises_leaves_the_others_alone():
    starts = [[0.5, 0.5], [4.0, 4.0], [1.0, 0.2]]
    landscape = FunctionLandscape.named("sphere", start=starts)
    layout = Separate(landscape, Recipe(partial(Breaks, lr=0.1)))
    for _ in range(3):
        layout.step(Unrecorded(layout.backward, rows=True))
    assert {number: str(error) for number, error in layout.errors.items()} == {1: "too steep"}
    assert layout.running == [0, 2]
    expected = torch.tensor(starts) * torch.tensor([[0.8**3], [1.0], [0.8**3]])
    torch.testing.assert_close(landscape.flat(), expected)
    layout.drop([0, 2])
    with pytest.raises(ArithmeticError, match="too steep"):
        layout.step(Unrecorded(layout.backward, rows=True))


class Together(Unrecorded):
    """A closure that evaluates the candidates of all members at once, and notes how many it gets."""

    def __init__(self, landscape):
        super().__init__(landscape.backward, rows=True, landscape=landscape)
        self.numbers = []

    def losses_at(self, candidates, parameters):
        self.numbers.append(len(candidates))
        return self.landscape.evaluate(candidates.flatten(0, 1)).view(candidates.shape[:2])


def test_candidates_of_members_are_evaluated_together_and_each_gets_its_own():
    factory = partial(EvolutionStrategy, parents=2, children=5)
    ends = {}
    for kind in (Together, None):
        landscape = FunctionLandscape.named("booth", start=[(1.0, 2.0), (0.5, -1.0), (3.0, 3.0)]).double()
        layout = Separate(landscape, Recipe(factory, traits=factory.func.traits), seeds=(4, 5, 6))
        layout.optimizers[1].param_groups[0]["children"] = 3  # some have fewer candidates than others
        closure = Together(landscape) if kind else Unrecorded(landscape.backward, True, landscape)
        for step in range(6):
            layout.step(closure)
            if step == 3:
                layout.drop([2])
        ends[kind] = landscape.flat().clone()
        if kind:
            assert closure.numbers == [5] * 6
    torch.testing.assert_close(ends[Together], ends[None], rtol=0, atol=1e-12)
