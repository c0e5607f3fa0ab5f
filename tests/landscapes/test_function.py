"""Your own function: called in any way that makes sense, and told clearly where it does not."""

import math
import sys

import numpy as np
import pytest
import torch
from laws import assert_evaluate_agrees_with_forward, assert_member_is_independent, points_in
from torch import nn

from landscape_lab.landscapes import FunctionLandscape

WINDOW = [[-3.0, 1.0], [0.5, 2.0]]


def bowl(x, y):
    return x**2 + 3.0 * y**2


def expected(points):
    return points[:, 0] ** 2 + 3.0 * points[:, 1] ** 2


def branching(x, y):
    return x**2 + 3.0 * y**2 if x > -10 else x


class Bowl:
    """As objects of other libraries: told by methods."""

    def start(self):
        return (-2.0, 1.5)

    def domain(self):
        return ((-3.0, 1.0), (0.5, 2.0))

    def minimum(self):
        return (0.0, 0.5)

    def __call__(self, x, y):
        return bowl(x, y)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([1.0, 3.0]))

    def forward(self, xy):
        return (self.scale * xy**2).sum(-1, keepdim=True)


WAYS = {
    "two tensors": bowl,
    "one batch": lambda xy: xy[:, 0] ** 2 + 3.0 * xy[:, 1] ** 2,
    "last dimension": lambda xy: xy[..., 0] ** 2 + 3.0 * xy[..., 1] ** 2,
    "one point": lambda xy: xy[0] ** 2 + 3.0 * xy[1] ** 2,
    "a matrix product": lambda v: v.unsqueeze(0) @ (torch.diag(torch.tensor([1.0, 3.0])) @ v.unsqueeze(1)),
    "a sum over everything": lambda xy: (torch.tensor([1.0, 3.0]) * xy**2).sum(),
    "a stack": lambda x, y: torch.stack([x, 3.0**0.5 * y]).square().sum(),
    "any number": lambda *xy: xy[0] ** 2 + 3.0 * xy[1] ** 2,
    "defaults": lambda x, y, factor=3.0: x**2 + factor * y**2,
    "branches": branching,
    "an object": Bowl(),
    "a class": Bowl,
    "a network": Network(),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_a_function_gives_the_same_landscape(way):
    landscape = FunctionLandscape(WAYS[way], start=(-2.0, 1.5), bounds=WINDOW)
    points = points_in(landscape, 7).float()
    torch.testing.assert_close(landscape.evaluate(points).detach(), expected(points))
    torch.testing.assert_close(landscape().detach(), torch.tensor([10.75]))
    landscape().sum().backward()
    torch.testing.assert_close(landscape.flat_gradient(), torch.tensor([[-4.0, 9.0]]))
    assert len(list(landscape.parameters())) == 1
    assert_evaluate_agrees_with_forward(landscape, points)


@pytest.mark.parametrize("way", ["two tensors", "one point", "branches"])
@pytest.mark.parametrize("members", [1, 2, 3])
def test_as_many_members_as_dimensions_are_no_trap(way, members):
    starts = torch.tensor([[-2.0, 1.5], [0.5, 1.0], [-1.0, 0.75]])[:members]
    assert_member_is_independent(
        lambda start: FunctionLandscape(WAYS[way], start=start, bounds=WINDOW), starts
    )


@pytest.mark.parametrize(
    ("way", "name"),
    [("two tensors", "whole"), ("a network", "whole"), ("one point", "mapped"), ("branches", "looped")],
)
def test_the_fastest_way_is_found(way, name):
    assert FunctionLandscape(WAYS[way], start=(-2.0, 1.5))._losses.__name__ == name


def test_places_without_a_loss_are_the_same_in_every_way():
    assert (
        FunctionLandscape(lambda x, y: x.log() + y, start=(1.0, 1.0), bounds=(-1, 1))._losses.__name__
        == "whole"
    )


def test_a_function_that_mixes_rows_is_not_taken_for_a_batch():
    landscape = FunctionLandscape(lambda x, y: x**2 + y - y.mean())
    points = torch.tensor([[1.0, 5.0], [2.0, -5.0]])
    assert landscape.evaluate(points).tolist() == [1.0, 4.0]


def test_objects_tell_start_domain_and_minimum():
    landscape = FunctionLandscape(Bowl)
    assert landscape.start.tolist() == [[-2.0, 1.5]]
    assert landscape.bounds.tolist() == [[-3.0, 0.5], [1.0, 2.0]]
    assert landscape.minima.tolist() == [[0.0, 0.5]]


def test_what_is_given_goes_before_what_the_object_tells():
    landscape = FunctionLandscape(Bowl(), start=(0.0, 0.0), bounds=(-9, 9), minima=[[0.0, 0.0], [1.0, 1.0]])
    assert landscape.start.tolist() == [[0.0, 0.0]]
    assert landscape.bounds.tolist() == [[-9.0, -9.0], [9.0, 9.0]]
    assert landscape.minima.tolist() == [[0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("settings", "dims"),
    [
        ({"fn": lambda x, y, z: x + y + z}, 3),
        ({"fn": lambda x: x.sum(-1), "start": [1.0] * 5}, 5),
        ({"fn": lambda x: x.sum(-1), "start": [[1.0] * 4] * 3}, 4),
        ({"fn": lambda x: x.sum(-1), "bounds": [[0, 1]] * 6}, 6),
        ({"fn": lambda x: x.sum(-1), "bounds": [0, 1]}, 2),
        ({"fn": lambda x: x.sum(-1), "dims": 7}, 7),
        ({"fn": lambda *x: sum(x), "dims": 3}, 3),
    ],
)
def test_dimensions_are_those_that_something_tells(settings, dims):
    landscape = FunctionLandscape(**settings)
    assert landscape.flat().shape[1] == dims
    assert landscape.bounds.shape == (2, dims)


def test_bounds_hold_the_start_and_the_minima_if_they_are_not_given():
    landscape = FunctionLandscape(bowl, start=(-4.0, 0.1), minima=(0.0, 8.0))
    assert landscape.bounds.tolist() == [[-5.0, -10.0], [5.0, 10.0]]


def test_a_start_is_found_in_the_bounds_if_it_is_not_given():
    landscape = FunctionLandscape(bowl, bounds=WINDOW)
    torch.testing.assert_close(landscape.start, torch.tensor([[-2.4, 0.8]]))


@pytest.mark.parametrize("dims", [2, 3])
def test_normalize_gives_0_to_1_over_the_bounds(dims):
    landscape = FunctionLandscape(
        lambda x: 5.0 + x.square().sum(-1), bounds=(-1, 3), dims=dims, minima=[0.0] * dims, normalize=True
    )
    losses = landscape.evaluate(points_in(landscape, 1000).float())
    assert landscape.evaluate(torch.zeros(1, dims)).item() == 0.0
    assert losses.min() >= 0.0
    assert losses.max() <= 1.0
    assert landscape.evaluate(torch.full((1, dims), 3.0)).item() == pytest.approx(1.0, abs=0.05)


def test_normalize_passes_over_what_is_not_finite():
    landscape = FunctionLandscape(
        lambda x, y: x.log() + 0 * y, start=(1.0, 1.0), bounds=[[-1, math.e], [0, 1]], normalize=True
    )
    assert landscape.evaluate(torch.tensor([[math.e, 0.5]])).item() == pytest.approx(1.0)


@pytest.mark.parametrize("gradient", ["forward", "central"])
@pytest.mark.parametrize(
    "fn", [lambda x, y: math.hypot(x, y), lambda xy: np.hypot(*xy.numpy()), lambda x, y: bowl(x, y).detach()]
)
def test_functions_without_a_derivative_have_differences(fn, gradient):
    landscape = FunctionLandscape(fn, start=(3.0, 4.0), gradient=gradient)
    landscape.backward()
    wanted = [0.6, 0.8] if landscape().item() == 5.0 else [6.0, 24.0]
    assert landscape.flat_gradient()[0].tolist() == pytest.approx(wanted, rel=0.02)


def in_place(xy):
    xy *= 2
    xy[0] += 1
    return (xy**2).sum()


def in_place_of_two(x, y):
    x *= 2
    x += 1
    return x**2 + (2 * y) ** 2


@pytest.mark.parametrize("fn", [in_place, in_place_of_two])
@pytest.mark.parametrize("gradient", ["exact", "central"])
def test_a_function_that_changes_its_arguments_in_place_gets_copies(fn, gradient):
    landscape = FunctionLandscape(fn, start=(0.5, -0.25), gradient=gradient)
    points = torch.tensor([[0.5, -0.25], [1.0, 2.0], [-0.5, 0.0]])
    torch.testing.assert_close(landscape.evaluate(points), torch.tensor([4.25, 25.0, 0.0]))
    assert points.tolist() == [[0.5, -0.25], [1.0, 2.0], [-0.5, 0.0]]
    landscape().sum().backward()
    assert landscape.flat().tolist() == landscape.start.tolist() == [[0.5, -0.25]]
    (parameter,) = landscape.parameters()
    torch.testing.assert_close(parameter.grad, torch.tensor([[8.0, -2.0]]), rtol=0.01, atol=0.01)


@pytest.mark.parametrize("boundary", ["none", "hard", "soft", "freeze", "reflect"])
def test_boundaries(boundary):
    landscape = FunctionLandscape(bowl, start=(0.9, 1.9), bounds=WINDOW, boundary=boundary)
    with torch.no_grad():
        landscape.points.copy_(torch.tensor([[1.5, 1.9]]))
    gradient = {
        "none": [3.0, 11.4],
        "hard": [3.3, 11.4],
        "soft": [15.5, 11.4],
        "freeze": [0.0, 0.0],
        "reflect": [-1.0, 11.4],
    }
    landscape.backward()
    assert landscape.flat_gradient()[0].tolist() == pytest.approx(gradient[boundary])


def test_a_dotted_path_is_found_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "hills_of_mine.py").write_text("def steep(x, y):\n    return 9 * x**2 + y**2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert FunctionLandscape("hills_of_mine.steep", start=(1.0, 1.0))().item() == 10.0


def raising(x, y):
    raise ZeroDivisionError("oh no")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"fn": lambda x, y: torch.stack([x, y])},
            r"`fn` should return one real number for a point. Found a tensor of shape \(2,\)",
        ),
        ({"fn": lambda x, y: None}, r"`fn` should return one real number for a point. Found NoneType"),
        (
            {"fn": lambda x, y: torch.complex(x, y)},
            r"`fn` should return one real number for a point. Found \(.*j\)",
        ),
        (
            {"fn": lambda x, y: x / 0 * 0 + y},
            r"`fn` should be finite at the start. Found nan at \(-0.7, -0.6\)",
        ),
        ({"fn": lambda x, y: (x - x) / (y - y)}, r"`fn` should be finite at the start. Found nan"),
        (
            {"fn": lambda x, y: x.log() + y, "start": (0.0, 1.0)},
            r"`fn` should be finite at the start. Found -inf at \(0, 1\)",
        ),
        ({"fn": raising}, r"`fn` should return a loss at \(-0.7, -0.6\). It raised ZeroDivisionError: oh no"),
        (
            {"fn": lambda x, y: x.item() + y.item()},
            r"`fn` should be differentiable by autograd; with `gradient = central`",
        ),
        ({"fn": lambda x, y: (x + y).detach()}, r"`fn` should be differentiable"),
        (
            {"fn": lambda x, y: torch.from_numpy(np.asarray(x * y))},
            r"`fn` should be differentiable.*RuntimeError",
        ),
        ({"fn": lambda x, y: 5.0}, r"`fn` should be differentiable"),
        (
            {"fn": lambda x, y, z: x, "dims": 2},
            r"`fn` should take 2 tensors, or one of 2 numbers. Found a function of 3 arguments",
        ),
        (
            {"fn": lambda: 1.0},
            r"`fn` should take 2 tensors, or one of 2 numbers. Found a function of 0 arguments",
        ),
        ({"fn": 7}, r"`fn` should be a function, or the dotted path of one. Found `fn = 7`"),
        (
            {"fn": "no_such_module.fn"},
            r"`fn` should be installed, or in .*no_such_module.fn`: No module named 'no_such_module'",
        ),
        (
            {"fn": "math.hypott"},
            r"`fn` should name something in `math`. Found `fn = math.hypott`. Nearest: hypot",
        ),
        ({"fn": "hypot"}, r"`fn` should be a dotted path, `module.name`. Found `fn = hypot`"),
        ({"fn": "math.pi"}, r"`fn` should be a function, or the dotted path of one. Found `fn = 3.14"),
        (
            {"fn": nn.Linear},
            r"`fn` should be a function, or a class that needs no arguments. Found `fn = Linear`",
        ),
        ({"fn": bowl, "bounds": [[1, -1], [0, 1]]}, r"`bounds` should be .*low below high. Found"),
        ({"fn": bowl, "bounds": [[0, 0], [0, 1]]}, r"`bounds` should be .*low below high. Found"),
        ({"fn": bowl, "bounds": (-1, math.inf)}, r"`bounds` should be"),
        (
            {"fn": bowl, "bounds": [[0, 1]]},
            r"`bounds` should be \(low, high\), or one such pair for each of 2 axes",
        ),
        ({"fn": bowl, "bounds": "wide"}, r"`bounds` should be"),
        ({"fn": bowl, "dims": 1}, r"`dims` should be a whole number of at least 2. Found `dims = 1`"),
        (
            {"fn": lambda x: x.sum(-1), "start": [1.0]},
            r"`dims` should be a whole number of at least 2. Found `dims = 1`",
        ),
        ({"fn": bowl, "start": [1.0]}, r"`start` should be 2 numbers"),
        ({"fn": bowl, "start": (math.nan, 0.0)}, r"`start` should be finite"),
        (
            {"fn": bowl, "start": (5, 5), "bounds": (-1, 1), "boundary": "freeze"},
            r"`start` should lie inside -1…1 × -1…1",
        ),
        (
            {"fn": bowl, "gradient": "exakt"},
            r"`gradient` should be one of exact, forward, central.*Nearest: exact",
        ),
        ({"fn": bowl, "boundary": "wall"}, r"`boundary` should be one of"),
        ({"fn": bowl, "h": 0}, r"`h` should be positive. Found `h = 0`"),
        ({"fn": bowl, "wall": -1.0}, r"`wall` should be positive"),
        (
            {"fn": lambda x, y: 0 * x * y + 1, "normalize": True},
            r"`normalize` should rescale a loss that varies",
        ),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        FunctionLandscape(**settings)


@pytest.mark.parametrize(
    ("code", "message"), [("1 / 0", "ZeroDivisionError: division by zero"), ("x = = 1", "SyntaxError")]
)
def test_a_module_that_fails_is_told_as_such(tmp_path, monkeypatch, code, message):
    name = f"broken_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ValueError, match=rf"`fn` should be importable. Found `fn = {name}.fn`: {message}"):
        FunctionLandscape(f"{name}.fn")
