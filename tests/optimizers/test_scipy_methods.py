"""SciPy's methods go the paths that SciPy takes."""

import gc
import threading
from functools import partial

import numpy as np
import pytest
import torch
from descents import MINIMUM, STARTS, descend, landscape_at, quadratic
from scipy.optimize import minimize

from landscape_lab.keys.optimizers import FIRST_ORDER, GRADIENT_FREE, SECOND_ORDER
from landscape_lab.optimizers import ScipyMinimizer


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


@pytest.mark.parametrize("method", [*FIRST_ORDER, *GRADIENT_FREE, *SECOND_ORDER])
def test_an_option_that_a_method_does_not_have_is_refused(method):
    parameters = [torch.nn.Parameter(torch.zeros(1, 3))]
    told = rf"^Parameter `options` should be options of {method}. Found: .*\bmisspelt\b"
    with pytest.raises(ValueError, match=told):
        ScipyMinimizer(parameters, method, options={"misspelt": 1})
    with pytest.raises(ValueError, match=r"^Parameter `options` should be a mapping"):
        ScipyMinimizer(parameters, method, options="misspelt")


def test_options_that_a_method_has_are_taken_whatever_the_number_of_parameters():
    parameters = [torch.nn.Parameter(torch.zeros(1, 3))]
    ScipyMinimizer(parameters, "Nelder-Mead", options={"initial_simplex": np.eye(4, 3), "adaptive": True})
    ScipyMinimizer(parameters, "L-BFGS-B", options={"maxcor": 3, "maxiter": 5})
    ScipyMinimizer(parameters, "trust-constr", options={"gtol": 1e-3, "initial_tr_radius": 0.1})
