"""Our own optimizers do what was published."""

import gc
import threading
from functools import partial

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from training import loop

from landscape_lab import record
from landscape_lab.keys.optimizers import FIRST_ORDER, GRADIENT_FREE
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import (
    CMAES,
    ArmijoLineSearch,
    Newton,
    NonlinearConjugateGradient,
    RandomSearch,
    ScipyMinimizer,
    SophiaG,
    adapt,
    build_optimizer,
    probe,
)
from landscape_lab.optimizers.closures import Unrecorded

STARTS = [[-1.2, 1.0], [0.4, -0.3], [2.0, 0.5]]
ROWS = {
    "newton": partial(Newton, radius=0.5),
    "cg": NonlinearConjugateGradient,
    "line search": ArmijoLineSearch,
    "scipy": partial(ScipyMinimizer, method="L-BFGS-B"),
    "scipy without gradient": partial(ScipyMinimizer, method="Nelder-Mead"),
    "scipy with Hessian": partial(ScipyMinimizer, method="trust-exact"),
    "sophia": partial(SophiaG, lr=0.01),
}


def landscape_at(start, name="rosenbrock"):
    return FunctionLandscape.named(name, start=start).double()


def descend(factory, landscape, steps):
    """The points of a descent, `[steps + 1, members, dims]`, and its optimizer."""
    optimizer = build_optimizer(factory, landscape, steps)
    traits = probe(factory, steps)
    adapted = adapt(optimizer, landscape, traits)
    closure = Unrecorded(adapted.backward, traits.rows)
    points = [landscape.flat().clone()]
    for _ in range(steps):
        adapted.step(closure)
        points.append(landscape.flat().clone())
    return torch.stack(points), optimizer


def quadratic(start):
    return FunctionLandscape(
        lambda x, y: 3 * x**2 + 2 * x * y + y**2 - x + 4, start=start, bounds=(-5, 5)
    ).double()


MINIMUM = torch.tensor([[0.25, -0.25]], dtype=torch.float64)


def test_newton_solves_a_quadratic_in_one_step():
    points, _ = descend(Newton, quadratic([[3.0, -2.0], [-4.0, 1.0]]), 1)
    torch.testing.assert_close(points[1], MINIMUM.expand(2, -1), rtol=0, atol=1e-12)


def test_newton_goes_away_from_a_saddle_and_no_further_than_its_radius():
    landscape = FunctionLandscape(lambda x, y: x**2 - y**2, start=(1.0, 0.1)).double()
    points, _ = descend(partial(Newton, radius=0.25), landscape, 1)
    assert abs(points[1, 0, 1]) > 0.1
    assert (points[1] - points[0]).norm() == pytest.approx(0.25)


def test_newton_takes_a_share_and_a_least_curvature():
    points, _ = descend(partial(Newton, lr=0.5), quadratic((3.0, -2.0)), 1)
    torch.testing.assert_close(points[1], (points[0] + MINIMUM) / 2)
    flat = FunctionLandscape(lambda x, y: 2 * x + 0 * y, start=(0.0, 0.0)).double()
    points, _ = descend(partial(Newton, damping=4.0), flat, 1)
    torch.testing.assert_close(points[1], torch.tensor([[-0.5, 0.0]], dtype=torch.float64))


def test_conjugate_gradients_solve_a_quadratic_in_two_steps():
    points, _ = descend(NonlinearConjugateGradient, quadratic([[3.0, -2.0], [-4.0, 1.0]]), 2)
    torch.testing.assert_close(points[2], MINIMUM.expand(2, -1), rtol=0, atol=1e-10)
    assert (points[1] - MINIMUM).norm(dim=1).min() > 0.01


def test_sophia_g_is_its_formula():
    """A worked example: lr 0.1, betas (0.5, 0.75), rho 0.5, curvature estimated at every second step."""
    parameter = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimizer = SophiaG([parameter], lr=0.1, betas=(0.5, 0.75), rho=0.5, interval=2)
    x, m, h = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for step in range(5):
        parameter.grad = torch.tensor([0.4, -30.0], dtype=torch.float64) * (step + 1)
        gradient = np.array([0.4, -30.0]) * (step + 1)
        m = 0.5 * m + 0.5 * gradient
        h = 0.75 * h + 0.25 * gradient**2 if step % 2 == 0 else h
        x = x - 0.1 * np.clip(m / np.maximum(0.5 * h, 1e-12), -1, 1)
        optimizer.step()
        np.testing.assert_allclose(parameter.detach(), x, rtol=1e-12)


def test_sophia_g_takes_sampled_labels_where_the_closure_has_them():
    parameter = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = SophiaG([parameter], lr=0.1, betas=(0.0, 0.0), rho=1.0, batch_size=3)

    def closure():
        parameter.grad = torch.tensor([2.0])
        return torch.tensor(0.0)

    def sampled():
        parameter.grad = torch.tensor([4.0])

    closure.sampled = sampled
    optimizer.step(closure)
    assert parameter.item() == pytest.approx(1.0 - 0.1 * 2.0 / (3 * 16.0))


def test_line_search_keeps_armijos_condition_and_finds_rates():
    landscape = landscape_at((-1.2, 1.0))
    points, optimizer = descend(partial(ArmijoLineSearch, lr=1.0, c=0.1), landscape, 50)
    losses = landscape.evaluate(points[:, 0])
    moves = (points[1:, 0] - points[:-1, 0]).square().sum(1)
    rate = float(optimizer.state[landscape.points]["rates"])
    assert (losses[1:] < losses[:-1]).all()
    assert 0 < rate < 0.1
    gradients = (
        torch.autograd.functional.jacobian(lambda x: landscape.evaluate(x).sum(), points[:-1, 0])
        .square()
        .sum(1)
    )
    assert (losses[1:] <= losses[:-1] - 0.1 * (moves * gradients).sqrt() + 1e-12).all()


def test_random_search_goes_to_the_minimum_of_a_parabola():
    landscape = quadratic([[3.0, -2.0], [-4.0, 1.0]])
    points, _ = descend(partial(RandomSearch, lr=50.0), landscape, 1)
    slopes = torch.autograd.functional.jacobian(lambda x: landscape.evaluate(x).sum(), points[1])
    torch.testing.assert_close(
        ((points[1] - points[0]) * slopes).sum(1), torch.zeros(2).double(), atol=1e-6, rtol=0
    )
    assert (points[1] != points[0]).all()


def test_random_search_goes_downhill_where_there_is_no_minimum():
    landscape = FunctionLandscape(lambda x, y: -(x**2) - y**2, start=(0.25, 0.5)).double()
    points, _ = descend(partial(RandomSearch, lr=0.5), landscape, 1)
    assert (points[1] - points[0]).norm() == pytest.approx(0.5)
    assert landscape.evaluate(points[1]) < landscape.evaluate(points[0])


def test_random_search_and_cma_es_converge_without_a_gradient():
    for factory, steps in ((partial(RandomSearch, lr=0.5), 300), (partial(CMAES, sigma=0.5), 60)):
        torch.manual_seed(0)
        landscape = landscape_at(STARTS, "sphere")
        points, _ = descend(factory, landscape, steps)
        assert landscape.evaluate(points[-1]).max() < 1e-6


@pytest.mark.parametrize("name", ROWS)
def test_rows_do_not_see_each_other(name):
    together, _ = descend(ROWS[name], landscape_at(STARTS), 12)
    for i, start in enumerate(STARTS):
        alone, _ = descend(ROWS[name], landscape_at(start), 12)
        torch.testing.assert_close(together[:, i], alone[:, 0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    "method", [*FIRST_ORDER, "Nelder-Mead", "Powell", "COBYLA", "Newton-CG", "trust-exact", "trust-ncg"]
)
def test_scipy_paths_are_scipys(method):
    landscape, steps, expected = landscape_at((-1.25, 1.0)), 15, []  # in float32 too

    def value(x):
        return float(landscape.evaluate(torch.from_numpy(x)[None]))

    def gradient(x):
        return torch.autograd.functional.jacobian(
            lambda p: landscape.evaluate(p[None]).sum(), torch.from_numpy(x)
        ).numpy()

    def hessian(x):
        return torch.autograd.functional.hessian(
            lambda p: landscape.evaluate(p[None]).sum(), torch.from_numpy(x)
        ).numpy()

    derivatives = {} if method in GRADIENT_FREE else {"jac": gradient}
    if method not in (*GRADIENT_FREE, *FIRST_ORDER):
        derivatives["hess"] = hessian
    minimize(
        value, [-1.25, 1.0], method=method, callback=lambda x: expected.append(np.array(x)), **derivatives
    )
    points, optimizer = descend(partial(ScipyMinimizer, method=method), landscape, steps)
    number = min(steps, len(expected) - 1)
    assert number >= 4
    np.testing.assert_allclose(points[1 : number + 1, 0], expected[:number], atol=1e-6)
    optimizer.close()


def test_scipys_threads_end_with_their_optimizer():
    gc.collect()
    before = threading.active_count()
    _, optimizer = descend(ScipyMinimizer, landscape_at(STARTS), 2)
    assert threading.active_count() == before + 3
    del optimizer
    gc.collect()
    assert threading.active_count() == before


def test_a_method_that_has_ended_stays_and_evaluates_no_more():
    landscape, calls = quadratic((3.0, -2.0)), 0
    optimizer = ScipyMinimizer(landscape.parameters(), method="BFGS")

    def closure():
        nonlocal calls
        calls += 1
        return landscape.backward()

    for _ in range(20):
        optimizer.step(closure)
    end, made = landscape.flat().clone(), calls
    for _ in range(5):
        optimizer.step(closure)
    assert calls == made
    assert torch.equal(landscape.flat(), end)
    torch.testing.assert_close(end, MINIMUM, atol=1e-6, rtol=0)


def test_ours_run_in_a_plain_loop():
    for factory in (
        ArmijoLineSearch,
        NonlinearConjugateGradient,
        RandomSearch,
        ScipyMinimizer,
        CMAES,
        partial(SophiaG, lr=0.05),
    ):
        landscape = FunctionLandscape.named("booth")
        optimizer = factory(landscape.parameters())
        with record(landscape) as trajectory:
            loop(landscape, optimizer, 30)
        assert trajectory.losses[-1, 0] < 0.9 * trajectory.losses[0, 0]


def test_lbfgs_is_torchs_own_loop(lab):
    result = lab("optimizer=lbfgs", "landscape=rosenbrock", "steps=12")
    landscape = FunctionLandscape.named("rosenbrock")
    optimizer = torch.optim.LBFGS(landscape.parameters(), lr=1.0, line_search_fn="strong_wolfe")
    with record(landscape) as trajectory:
        loop(landscape, optimizer, 12)
    np.testing.assert_allclose(result.trajectory.points, trajectory.points, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(result.trajectory.evaluations, trajectory.evaluations)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (partial(Newton, lr=-1.0), "Parameter `lr` should be zero or positive. Found `lr = -1.0`"),
        (partial(Newton, damping=0.0), "Parameter `damping` should be positive"),
        (partial(RandomSearch, delta=float("nan")), "Parameter `delta` should be positive"),
        (partial(ScipyMinimizer, method="BFG"), "Parameter `method` should be one of .* Nearest: BFGS"),
        (partial(ArmijoLineSearch, shrink=2.0), "Parameter `shrink` should be between 0 and 1"),
        (partial(SophiaG, interval=0), "Parameter `interval` should be a positive whole number"),
        (partial(CMAES, sigma=-1.0), "Parameter `sigma` should be positive"),
    ],
)
def test_bad_settings_are_told(factory, message):
    with pytest.raises(ValueError, match=message):
        factory([torch.nn.Parameter(torch.ones(1, 2))])
