"""Part by part; and every optimizer that uses no gradient, on a picture of shapes."""

from functools import partial

import numpy as np
import pytest
import torch
from descents import STARTS, landscape_at

from landscape_lab.landscapes import FunctionLandscape, ShapesLandscape
from landscape_lab.landscapes.parts import Parts
from landscape_lab.optimizers import CMAES, PGPE, EvolutionStrategy, Greedy, RandomSearch
from landscape_lab.optimizers.living_on import adapted, landscape_of

TARGET = torch.zeros(12, 18, 3)
TARGET[2:9, 3:8] = torch.tensor([1.0, 0.5, 0.0])
TARGET[5:11, 11:16, 1] = 0.8
FREE = {
    "greedy": partial(Greedy, candidates=8, climb=4),
    "one_plus_one": partial(EvolutionStrategy, sigma=0.15),
    "mu_plus_lambda": partial(EvolutionStrategy, parents=3, children=10),
    "pgpe": partial(PGPE, lr=0.05),
    "sep_cma_es": partial(CMAES, separable=True),
    "cma_es": CMAES,
    "random_search": RandomSearch,
}
"""All of the catalogue but SciPy's, which the lab's own table runs."""


def shapes(**settings):
    return ShapesLandscape(TARGET.numpy(), shapes=3, harmonics=1, size=None, **settings)


def seen(model):
    """A picture in which all shapes of the start are to be seen."""
    made = shapes(model=model)
    if model == "sum":
        for kind in ("centre", "radius", "scale"):
            made.get_parameter(kind).data.zero_()
        made.get_parameter("colour").data.fill_(0.1)
    return made


class Closure:
    """All that a descent's closure offers."""

    def __init__(self, landscape):
        self.landscape, self.evaluations = landscape, 0

    def __call__(self):
        return self.losses_at(self.landscape.flat()[None], ())[0]

    @torch.no_grad()
    def losses_at(self, candidates, parameters):
        self.evaluations += len(candidates)
        return self.landscape.evaluate(candidates.flatten(0, 1)).view(candidates.shape[:2])


def history(optimizer, landscape, steps):
    """The losses before the first step and after each, `[steps + 1, members]`, and the evaluations."""
    closure = Closure(landscape)
    losses = [landscape.evaluate(landscape.flat()).detach()]
    for _ in range(steps):
        optimizer.step(closure)
        losses.append(landscape.evaluate(landscape.flat()).detach())
    return torch.stack(losses), closure.evaluations


@pytest.mark.parametrize("model", ["over", "sum"])
@pytest.mark.parametrize("name", FREE)
def test_whoever_uses_no_gradient_lowers_the_loss_of_a_picture(name, model):
    torch.manual_seed(0)
    landscape = seen(model)
    losses, _ = history(FREE[name](landscape.parameters()), landscape, 30)
    assert float(losses[-1]) < 0.99 * float(losses[0])


def test_greedy_only_falls_from_a_picture_without_shapes():
    torch.manual_seed(0)
    landscape = shapes()
    optimizer = Greedy(landscape.parameters(), candidates=8, climb=4)
    losses, evaluations = history(optimizer, landscape, 40)
    assert evaluations == 2 + 40 * 8  # the start, all parts absent, and each step's
    assert bool((losses[1:].diff(dim=0) <= 0).all())
    assert float(losses[-1]) < 0.8 * float(losses[1])


def test_greedy_adds_one_part_after_another_and_begins_again():
    torch.manual_seed(0)
    landscape = shapes()
    parts, seen = landscape.parts(), []
    optimizer = Greedy(landscape.parameters(), candidates=6, climb=2)
    closure = Closure(landscape)
    for _ in range(12):
        optimizer.step(closure)
        absent = (landscape.flat()[0, parts.numbers] == parts.absent).all(1)
        seen.append((~absent).tolist())
    one, two, three = ([True] * n + [False] * (3 - n) for n in (1, 2, 3))
    assert seen == [one] * 3 + [two] * 3 + [three] * 6


class Bricks(FunctionLandscape):
    """Two parts of two numbers each, wanted at 1; absent at -3."""

    def parts(self):
        return Parts(
            torch.tensor([[2, 0], [1, 3]]),
            torch.full((2,), -3.0).double(),
            lambda k: torch.ones(k, 2).double(),
        )


def test_a_part_that_is_drawn_well_is_kept_whole():
    landscape = Bricks(
        lambda *x: sum((one - 1.0) ** 2 for one in x), start=torch.zeros(2, 4), bounds=(-5, 5)
    ).double()
    losses, _ = history(Greedy(landscape.parameters(), candidates=3, climb=0), landscape, 2)
    assert losses[:, 0].tolist() == [4.0, 32.0, 0.0]
    assert torch.equal(landscape.flat(), torch.ones(2, 4).double())


def test_where_a_landscape_has_no_parts_a_point_is_one():
    torch.manual_seed(0)
    landscape = landscape_at(STARTS, "sphere")
    losses, evaluations = history(Greedy(landscape.parameters(), sigma=1.0, climb=0), landscape, 60)
    assert evaluations == 1 + 60 * 16
    assert bool((losses.diff(dim=0) <= 0).all())
    assert bool((losses[-1] < 1e-6 * losses[0]).all())


def test_an_ensemble_of_greedy_searches():
    torch.manual_seed(0)
    landscape = shapes()
    landscape = landscape.with_members(landscape.flat().repeat(2, 1))
    losses, evaluations = history(Greedy(landscape.parameters(), candidates=8, climb=4), landscape, 30)
    assert evaluations == 2 + 30 * 8
    assert bool((losses[1:].diff(dim=0) <= 0).all())
    assert float(losses[-1, 0]) != float(losses[-1, 1])


def test_greedy_resumes_to_the_bit_on_shapes(lab):
    settings = (
        *("optimizer=greedy", "landscape=shapes", "landscape.shapes=3", "landscape.size=16"),
        "optimizer.climb=3",
        *("callbacks=default", "figures=[]", "logger=none"),
    )
    whole = lab("steps=14", *settings, name="whole").trajectory
    lab("steps=6", *settings, name="cut")
    resumed = lab("steps=14", "resume=true", *settings, name="cut").trajectory
    np.testing.assert_array_equal(whole.points, resumed.points)
    np.testing.assert_array_equal(whole.losses, resumed.losses)


def test_the_hooks_of_a_landscape_are_not_for_a_part_of_its_parameters():
    closure = Closure(shapes())
    dims = closure.landscape.dims
    assert landscape_of(closure, dims) is closure.landscape
    assert landscape_of(closure, dims - 1) is None
    assert landscape_of(lambda: None, dims) is None


def test_the_spread_grows_with_more_than_a_fifth_of_successes():
    sigma = torch.ones(3)
    found = adapted(sigma, torch.tensor([0.0, 0.2, 1.0]), damping=2.0)
    torch.testing.assert_close(found, torch.tensor([-0.1, 0.0, 0.4]).exp())
