"""A formula as text, `x**2 + 10*sin(y)`: parsed with a whitelist, never evaluated as Python."""

import ast
import inspect
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from landscape_lab.validation import nearest

Part = float | Callable[[Sequence[Tensor]], Tensor]
"""What a part of an expression is: a number, or a function of the coordinates."""

LONGEST = 1000
"""The most characters of an expression."""
DEEPEST = 200
"""The most operations inside one another; a sum of n terms is n - 1 deep."""
LARGEST_POWER = 100
"""The largest number that may stand as an exponent."""

CONSTANTS = {"pi": math.pi, "e": math.e}
UNARY: dict[type, Callable] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
BINARY: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, tuple[Callable[..., Tensor], int]] = {
    **{
        name: (getattr(torch, name), 1)
        for name in (
            *(
                "sin",
                "cos",
                "tan",
                "asin",
                "acos",
                "atan",
                "sinh",
                "cosh",
                "tanh",
                "exp",
                "expm1",
                "log",
                "log1p",
                "log2",
                "log10",
            ),
            *(
                "sqrt",
                "rsqrt",
                "abs",
                "sign",
                "sigmoid",
                "erf",
                "relu",
                "floor",
                "ceil",
                "round",
                "square",
                "sinc",
            ),
        )
    },
    "softplus": (torch.nn.functional.softplus, 1),
    **{name: (getattr(torch, name), 2) for name in ("minimum", "maximum", "atan2", "hypot")},
}
"""Each function that an expression can call, and how many arguments it takes."""


def parse_expression(expression: object, dims: int = 2) -> Callable[..., Tensor]:
    """A function of `dims` tensors, from a formula in `x` and `y`, or in `x0`, `x1`, ….

    Args:
        expression: Numbers, coordinates, `pi`, `e`, the operators `+ - * / % **`, parentheses and
            calls of `FUNCTIONS`.
        dims: How many coordinates there are.

    Returns:
        The function; its argument i is the coordinate i.

    Raises:
        ValueError: The expression is anything else, and why.

    >>> parse_expression("x**2 + 10*sin(y)")(torch.tensor([3.0]), torch.tensor([0.0]))
    tensor([9.])
    """
    return _Parser(str(expression).strip(), dims).function()


class _Parser:
    """Turns a syntax tree into nested functions; what has no coordinates in it is computed at once.

    Args:
        expression: The text.
        dims: How many coordinates there are.
    """

    def __init__(self, expression: str, dims: int) -> None:
        self.expression = expression
        self.coordinates = {name: i for i, name in enumerate("xyz"[:dims])} | {
            f"x{i}": i for i in range(dims)
        }
        self.dims = dims

    def function(self) -> Callable[..., Tensor]:
        """The whole expression as a function of its coordinates."""
        if not 0 < len(self.expression) <= LONGEST:
            raise self._error(f"have from 1 to {LONGEST} characters")
        try:
            body = ast.parse(self.expression, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise self._error(
                f"be a formula such as x**2 + 10*sin(y) ({getattr(error, 'msg', error)})"
            ) from error
        compute = self._part(body, depth=0)
        if isinstance(compute, float):
            raise self._error(f"depend on at least one of {', '.join(self.coordinates)}")

        def fn(*coordinates: Tensor) -> Tensor:
            return compute(coordinates)

        names = [inspect.Parameter(f"x{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(self.dims)]
        fn.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
        return fn

    def _part(self, node: ast.expr, depth: int) -> Part:
        depth += 1
        if depth > DEEPEST:
            raise self._error(f"have at most {DEEPEST} operations inside one another")
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(lambda: value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
                return self._combine(UNARY[type(op)], [self._part(operand, depth)])
            case ast.BinOp(op=ast.BitXor()):
                raise self._error("write a power as x**2, not x^2")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                parts = [self._part(left, depth), self._part(right, depth)]
                if isinstance(op, ast.Pow) and isinstance(parts[1], float) and abs(parts[1]) > LARGEST_POWER:
                    raise self._error(f"have exponents from -{LARGEST_POWER} to {LARGEST_POWER}")
                return self._combine(BINARY[type(op)], parts)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, args, depth)
        raise self._error(
            f"hold numbers, coordinates, + - * / % ** and calls of known functions only, not "
            f"`{_source(node)}`"
        )

    def _number(self, compute: Callable[[], float]) -> float:
        """A number that can be reckoned with: neither infinite nor complex."""
        try:
            value = compute()
            if not isinstance(value, complex) and math.isfinite(value := float(value)):
                return value
        except (OverflowError, ZeroDivisionError) as error:
            raise self._error(f"hold finite numbers only ({error})") from error
        raise self._error(f"hold finite, real numbers only (not {value})")

    def _name(self, name: str) -> Part:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name not in self.coordinates:
            known = [*self.coordinates, *CONSTANTS, *FUNCTIONS]
            raise self._error(
                f"use the names {', '.join([*self.coordinates, *CONSTANTS])} only, not `{name}`",
                nearest(name, known),
            )
        return operator.itemgetter(self.coordinates[name])

    def _call(self, name: str, args: list[ast.expr], depth: int) -> Part:
        if name not in FUNCTIONS:
            raise self._error(
                f"call known functions only, not `{name}`", nearest(name, FUNCTIONS) or sorted(FUNCTIONS)
            )
        function, count = FUNCTIONS[name]
        if len(args) != count:
            raise self._error(f"call `{name}` with {count} argument{'s' * (count > 1)}, not {len(args)}")
        parts = [self._part(arg, depth) for arg in args]
        if all(isinstance(part, float) for part in parts):
            return self._number(
                lambda: function(*(torch.tensor(part, dtype=torch.float64) for part in parts)).item()
            )

        def call(at: Sequence[Tensor]) -> Tensor:
            return function(
                *(at[0].new_tensor(part) if isinstance(part, float) else part(at) for part in parts)
            )

        return call

    def _combine(self, operation: Callable, parts: list[Part]) -> Part:
        if all(isinstance(part, float) for part in parts):
            return self._number(lambda: operation(*parts))

        def combined(at: Sequence[Tensor]) -> Tensor:
            return operation(*[part if isinstance(part, float) else part(at) for part in parts])

        return combined

    def _error(self, wanted: str, close: Sequence[str] = ()) -> ValueError:
        shown = self.expression if len(self.expression) <= 80 else f"{self.expression[:77]}..."
        hint = f" Nearest: {', '.join(close)}." if close else ""
        return ValueError(f"Parameter `expression` should {wanted}. Found `expression = {shown}`.{hint}")


def _source(node: ast.expr) -> str:
    """The beginning of a part as it was written."""
    try:
        return ast.unparse(node)[:60]
    except RecursionError:
        return "…"


@contextmanager
def naming_expression() -> Iterator[None]:
    """Let errors about a function speak of the formula that it was made of."""
    try:
        yield
    except ValueError as error:
        raise ValueError(str(error).replace("Parameter `fn`", "Parameter `expression`")) from error
