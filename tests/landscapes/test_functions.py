"""The laws over the whole catalogue, and the closed forms of the notebook."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from laws import (
    assert_evaluate_agrees_with_forward,
    assert_gradient_matches_finite_differences,
    assert_member_is_independent,
    assert_minimum_is_minimum,
    points_in,
)
from naive_functions import NAIVE

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.landscapes.functions import CATALOGUE

NAMES = sorted(CATALOGUE)
CONF = Path(__file__).parents[2] / "conf" / "landscape"
CASES = [(name, dims) for name in NAMES for dims in ((2, 3, 10) if CATALOGUE[name].takes_dims else (2,))]
each = pytest.mark.parametrize("name", NAMES)
each_in_all_dims = pytest.mark.parametrize(("name", "dims"), CASES)

LITERATURE = {
    "sphere": (0, [(0, 0)]),
    "parabola": (0, [(0, 0)]),
    "skewed": (0, [(0, 0)]),
    "quadratic": (0, [(0, 0)]),
    "rosenbrock": (0, [(1, 1)]),
    "rastrigin": (0, [(0, 0)]),
    "ackley": (0, [(0, 0)]),
    "beale": (0, [(3, 0.5)]),
    "booth": (0, [(1, 3)]),
    "goldstein_price": (3, [(0, -1)]),
    "matyas": (0, [(0, 0)]),
    "himmelblau": (0, [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]),
    "easom": (-1, [(math.pi, math.pi)]),
    "cross_in_tray": (-2.0626119, [(1.3494066, 1.3494066), (-1.3494066, 1.3494066)]),
    "eggholder": (-959.6406627, [(512, 404.2318051)]),
    "holder_table": (-19.2085026, [(8.0550235, 9.6645900), (8.0550235, -9.6645900)]),
    "mccormick": (-1.9132230, [(-0.5471976, -1.5471976)]),
    "schaffer_n2": (0, [(0, 0)]),
    "schaffer_n4": (0.2925786, [(0, 1.2531318), (1.2531318, 0)]),
    "styblinski_tang": (-78.3323314, [(-2.903534, -2.903534)]),
    "levy": (0, [(1, 1)]),
    "levy_n13": (0, [(1, 1)]),
    "griewank": (0, [(0, 0)]),
    "schwefel": (0, [(420.9687464, 420.9687464)]),
    "three_hump_camel": (0, [(0, 0)]),
    "six_hump_camel": (-1.0316285, [(0.0898420, -0.7126564), (-0.0898420, 0.7126564)]),
    "bukin_n6": (0, [(-10, 1)]),
    "drop_wave": (-1, [(0, 0)]),
    "michalewicz": (-1.8013034, [(2.2029055, 1.5707963)]),
    "dixon_price": (0, [(1, 2**-0.5), (1, -(2**-0.5))]),
    "branin": (0.3978874, [(-math.pi, 12.275), (math.pi, 2.275), (9.4247780, 2.475)]),
    "shubert": (-186.7309088, [(-7.0835064, 4.8580569), (-7.7083137, -7.0835064)]),
    "cross": (0, [(0, 0)]),
    "star": (0, [(0, 0)]),
    "convex": (0, [(0, 0)]),
}
"""The lowest loss and where it is found in two dimensions, as printed in the literature."""

WITHOUT_MINIMUM = ["saddle", "monkey_saddle"]
"""Not in the table: they have no lowest loss."""


def naive(name):
    """The function in plain Python."""
    assert name in NAIVE, f"add `{name}` in plain Python to NAIVE in tests/landscapes/naive_functions.py"
    return NAIVE[name]


def build(name, dims=2, **settings):
    return FunctionLandscape.named(name, dims=dims, **settings).double()


def known_minima(name, dims):
    return torch.tensor(CATALOGUE[name].minima_in(dims), dtype=torch.float64)


def test_every_function_is_held_against_the_literature():
    where = "add {} to {} in tests/landscapes/{}.py: a new formula is checked against both tables"
    for table, names, name, module in (
        ("NAIVE", NAIVE, "a formula in plain Python of", "naive_functions"),
        ("LITERATURE", [*LITERATURE, *WITHOUT_MINIMUM], "lowest loss and minima of", "test_functions"),
    ):
        missing, strange = set(NAMES) - set(names), set(names) - set(NAMES)
        assert not missing, where.format(f"{name} {sorted(missing)}", table, module)
        assert not strange, (
            f"{table} in tests/landscapes/{module}.py names {sorted(strange)}: no such function"
        )


@pytest.mark.parametrize("name", sorted(LITERATURE))
def test_minima_are_those_of_the_literature(name):
    value, places = LITERATURE[name]
    landscape = build(name)
    assert CATALOGUE[name].value_in(2) == pytest.approx(value, abs=1e-6)
    for place in places:
        assert (landscape.minima - torch.tensor(place)).norm(dim=-1).min() < 2e-5 * (1 + math.hypot(*place))


@pytest.mark.parametrize(("name", "dims"), [case for case in CASES if CATALOGUE[case[0]].minima is not None])
def test_minima_are_minima(name, dims):
    formula = CATALOGUE[name]
    smooth = formula.smooth and not formula.at_bounds
    assert_minimum_is_minimum(build(name, dims), known_minima(name, dims), formula.value_in(dims), smooth)


@pytest.mark.parametrize("name", [name for name in NAMES if CATALOGUE[name].at_bounds])
def test_a_minimum_on_the_bounds_is_where_the_slope_leads_out(name):
    landscape, minima = build(name), known_minima(name, 2)
    slopes = torch.autograd.functional.jacobian(lambda at: landscape.evaluate(at).sum(), minima)
    on_edge = minima == landscape.bounds[1]
    assert on_edge.any()
    assert (slopes[on_edge] < 0).all()
    assert slopes[~on_edge].abs().max() < 1e-9


@pytest.mark.parametrize("name", [name for name in NAMES if not CATALOGUE[name].smooth])
def test_a_kink_is_steep_on_all_sides(name):
    landscape, minima = build(name), known_minima(name, 2)
    angles = torch.linspace(0.1, 2 * math.pi + 0.1, 17)[:-1]
    around = minima + 1e-6 * torch.stack([angles.cos(), angles.sin()], dim=-1)
    assert (landscape.evaluate(around) - landscape.evaluate(minima) > 1e-6 * 0.005).all()


@each_in_all_dims
def test_autograd_equals_central_differences(name, dims):
    landscape = build(name, dims)
    assert_gradient_matches_finite_differences(landscape, points_in(landscape, 200, seed=1))


@each_in_all_dims
def test_a_batch_equals_one_by_one(name, dims):
    landscape = build(name, dims)
    assert_evaluate_agrees_with_forward(landscape, points_in(landscape, 20))


@each_in_all_dims
def test_losses_are_those_of_the_formula_in_plain_python(name, dims):
    landscape = build(name, dims)
    points = points_in(landscape, 50)
    expected = torch.tensor([naive(name)(point) for point in points.tolist()], dtype=torch.float64)
    torch.testing.assert_close(landscape.evaluate(points), expected, rtol=1e-10, atol=1e-9)


@each
def test_members_are_independent(name):
    starts = points_in(build(name), 3).float()
    assert_member_is_independent(lambda start: build(name, start=start), starts)


@each
def test_gradients_are_finite_in_float32_on_all_the_lines_of_symmetry(name):
    landscape = FunctionLandscape.named(name)
    low, high = landscape.bounds
    on_lines = torch.cat(
        [
            low + share * (high - low)
            for share in torch.cartesian_prod(*[torch.linspace(0, 1, 5)] * 2).split(1)
        ]
    )
    special = torch.cat([on_lines, torch.tensor([[0.0, 0.0], [0.0, 0.7], [0.7, 0.0], [0.7, 0.7]])])
    losses, gradients = landscape.gradient.sample(landscape.loss, special)
    assert losses.isfinite().all()
    assert gradients.isfinite().all()


@each
def test_start_and_minima_are_in_the_bounds_and_apart(name):
    landscape = FunctionLandscape.named(name)
    low, high = landscape.bounds
    assert ((landscape.start > low) & (landscape.start < high)).all()
    assert not landscape().isnan().any()
    if landscape.minima is not None:
        assert ((landscape.minima - landscape.start) / (high - low)).norm(dim=-1).min() > 0.08


@each
def test_a_float32_grid_is_finite(name):
    landscape = FunctionLandscape.named(name)
    assert landscape.evaluate(points_in(landscape, 1000).float()).isfinite().all()


def test_every_function_has_its_yaml_and_says_where_it_comes_from():
    assert {path.stem for path in CONF.glob("*.yaml")} >= set(NAMES)
    assert all(formula.source and formula.loss.__doc__ for formula in CATALOGUE.values())


def test_gradient_descent_on_skewed_is_the_matrix_iteration():
    landscape = build("skewed", start=(8.0, 8.0))
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.001)
    g = np.array([[1.0, -1.0], [1.0, 1.0]]) @ np.diag([1.0, 4.0])
    step = np.eye(2) - 0.001 * 10.0 * (g + g.T)
    for number in range(501):
        expected = np.linalg.matrix_power(step, number) @ [8.0, 8.0]
        np.testing.assert_allclose(landscape.flat().numpy()[0], expected, atol=1e-5)
        np.testing.assert_allclose(landscape().item(), 10.0 * expected @ g @ expected, atol=1e-5)
        optimizer.zero_grad()
        landscape().sum().backward()
        optimizer.step()


def test_gradient_descent_on_the_parabola_shrinks_by_one_factor():
    landscape = build("parabola", start=(8.0, 8.0))
    optimizer = torch.optim.SGD(landscape.parameters(), lr=0.001)
    for number in range(100):
        assert landscape().item() == pytest.approx(1280.0 * 0.98 ** (2 * number))
        landscape.backward()
        assert landscape.flat_gradient()[0].tolist() == pytest.approx((20.0 * landscape.flat()[0]).tolist())
        optimizer.step()


def test_quadratic_has_the_condition_and_the_angle_asked_for():
    landscape = build("quadratic", condition=1000.0, angle=20.0)
    hessian = torch.autograd.functional.hessian(
        lambda at: landscape.evaluate(at[None]).sum(), torch.zeros(2, dtype=torch.float64)
    )
    values, vectors = torch.linalg.eigh(hessian)
    assert values.tolist() == pytest.approx([1.0, 1000.0])
    flattest = vectors[:, 0]
    assert math.degrees(math.atan(flattest[1] / flattest[0])) == pytest.approx(20.0)


def test_quadratic_in_ten_dimensions_has_its_condition():
    landscape = build("quadratic", dims=10, condition=512.0)
    hessian = torch.autograd.functional.hessian(
        lambda at: landscape.evaluate(at[None]).sum(), torch.zeros(10, dtype=torch.float64)
    )
    assert torch.linalg.eigvalsh(hessian).tolist() == pytest.approx([512.0 ** (i / 9) for i in range(10)])


def test_a_matrix_kept_from_inference_mode_serves_autograd():
    with torch.inference_mode():
        build("quadratic", condition=77.0)
    assert build("quadratic", condition=77.0).backward().item() > 0


def test_powers_are_parameters():
    assert build("cross", p=1.0, q=2.0).evaluate(torch.tensor([[-0.5, -0.5]])).item() == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "rosenbrok"}, r"`name` should be one of .*Nearest: rosenbrock"),
        ({"name": "booth", "dims": 3}, r"`dims` should be 2 for booth. Found `dims = 3`"),
        ({"name": "sphere", "dims": 1}, r"`dims` should be a whole number of at least 2. Found `dims = 1`"),
        ({"name": "quadratic", "condition": 0.0}, r"`condition` should be positive. Found `condition = 0.0`"),
        ({"name": "star", "p": math.nan}, r"`p` should be positive"),
        ({"name": "booth", "start": (1.0, 2.0, 3.0)}, r"`start` should be 2 numbers"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        FunctionLandscape.named(**settings)
