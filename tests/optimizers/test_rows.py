"""Optimizers of rows treat each row by itself, in a plain loop too."""

from functools import partial

import numpy as np
import pytest
import torch
from descents import STARTS, descend, landscape_at

from landscape_lab import record
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import (
    CMAES,
    PGPE,
    ArmijoLineSearch,
    EvolutionStrategy,
    Newton,
    NonlinearConjugateGradient,
    RandomSearch,
    ScipyMinimizer,
    SophiaG,
)

ROWS = {
    "newton": partial(Newton, radius=0.5),
    "cg": NonlinearConjugateGradient,
    "line search": ArmijoLineSearch,
    "scipy": partial(ScipyMinimizer, method="L-BFGS-B"),
    "scipy without gradient": partial(ScipyMinimizer, method="Nelder-Mead"),
    "scipy with Hessian": partial(ScipyMinimizer, method="trust-exact"),
    "sophia": partial(SophiaG, lr=0.01),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_do_not_see_each_other(name):
    together, _ = descend(ROWS[name], landscape_at(STARTS), 12)
    for i, start in enumerate(STARTS):
        alone, _ = descend(ROWS[name], landscape_at(start), 12)
        torch.testing.assert_close(together[:, i], alone[:, 0], rtol=1e-7, atol=1e-9)


def test_ours_run_in_a_plain_loop():
    for factory in (
        ArmijoLineSearch,
        NonlinearConjugateGradient,
        RandomSearch,
        ScipyMinimizer,
        CMAES,
        EvolutionStrategy,
        PGPE,
        partial(SophiaG, lr=0.05),
    ):
        landscape = FunctionLandscape.named("booth")
        optimizer = factory(landscape.parameters())

        def closure(landscape=landscape, optimizer=optimizer):
            optimizer.zero_grad()
            loss = landscape().sum()
            loss.backward()
            return loss

        with record(landscape) as trajectory:
            for _ in range(30):
                optimizer.step(closure)
        assert trajectory.losses[-1, 0] < 0.9 * trajectory.losses[0, 0]


def test_lbfgs_is_torchs_own_loop(lab):
    result = lab("optimizer=lbfgs", "landscape=rosenbrock", "steps=12")
    landscape = FunctionLandscape.named("rosenbrock")
    optimizer = torch.optim.LBFGS(landscape.parameters(), lr=1.0, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = landscape().sum()
        loss.backward()
        return loss

    with record(landscape) as trajectory:
        for _ in range(12):
            optimizer.step(closure)
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
        (partial(EvolutionStrategy, children=-3), "Parameter `children` should be a positive whole number"),
        (partial(EvolutionStrategy, damping=0.0), "Parameter `damping` should be positive"),
        (
            partial(PGPE, candidates=7),
            "`candidates` should be an even whole number of at least 2. Found .* 7",
        ),
        (partial(PGPE, momentum=1.5), "Parameter `momentum` should be between 0 and 1"),
    ],
)
def test_bad_settings_are_told(factory, message):
    with pytest.raises(ValueError, match=message):
        factory([torch.nn.Parameter(torch.ones(1, 2))])
