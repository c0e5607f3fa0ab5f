"""What a browser may ask of a playground: checked before anything is done."""

import binascii
import json
import math
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from jaxtyping import UInt16

from landscape_lab.validation import Number, Whole, alternatives

STEPS, OPTIMIZERS, SIDE = 20_000, 12, 512
"""The most steps and optimizers of a request, and the longest side of a drawing, in pixels."""
HUGE = 1e12
"""No number is larger; NaN is not smaller."""
LEAST = 8
"""Pixels of its shortest side."""


class Refused(ValueError):
    """A request that is not answered.

    Args:
        reason: Why, in one line.
        status: The number by which HTTP tells.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Descents:
    """Descents from one start.

    Args:
        landscape: Which drawing; `None` for the landscape that the command names.
        start: A place (u, v).
        optimizers: Their names.
        lr: The learning rate of all.
        steps: Of each.
    """

    landscape: str | None
    start: tuple[float, float]
    optimizers: tuple[str, ...]
    lr: float
    steps: int

    @classmethod
    def read(cls, body: bytes, names: tuple[str, ...]) -> "Descents":
        """What a request asks for.

        Raises:
            Refused: It is something else.
        """
        given = _read(body, ("landscape", "start", "optimizers", "lr", "steps"))
        landscape = given["landscape"]
        if landscape is not None and not isinstance(landscape, str):
            _refuse("landscape", "null or the name of a drawing", landscape)
        lr = _number("lr", given["lr"], Number(low=1e-12, high=1e6))
        steps = _number("steps", given["steps"], Whole(low=1, high=STEPS))
        return cls(landscape, _place(given["start"]), _chosen(given["optimizers"], names), lr, int(steps))


def _place(start: object) -> tuple[float, float]:
    """A place of the plane."""
    if not isinstance(start, list) or len(start) != 2:
        _refuse("start", "two numbers", start)
    u, v = (_number("start", value, Number(low=-1e9, high=1e9)) for value in start)
    return u, v


def _chosen(asked: object, names: tuple[str, ...]) -> tuple[str, ...]:
    """Some optimizers of the catalogue, each once."""
    if not isinstance(asked, list) or not 1 <= len(asked) <= OPTIMIZERS:
        _refuse("optimizers", f"a list of 1 to {OPTIMIZERS} names", asked)
    for name in asked:
        if name not in names:
            word = str(name)[:60]
            raise Refused(f"There is no optimizer `{word}`. {alternatives(word, names)}")
    return tuple(dict.fromkeys(asked))


def read_drawing(body: bytes) -> UInt16[np.ndarray, "height width"]:
    """The heights that a request brings, from 0, low, to 65,535.

    Raises:
        Refused: It brings something else.
    """
    given = _read(body, ("width", "height", "heights"))
    width, height = (
        int(_number(name, given[name], Whole(low=LEAST, high=SIDE))) for name in ("width", "height")
    )
    text = given["heights"]
    if not isinstance(text, str):
        _refuse("heights", "16 bits for each pixel, in base64", text)
    try:
        numbers = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        _refuse("heights", "16 bits for each pixel, in base64", text)
    if len(numbers) != 2 * width * height:
        _refuse("heights", f"{2 * width * height:,} bytes", f"{len(numbers):,}")
    return np.frombuffer(numbers, "<u2").reshape(height, width).astype(np.uint16)


def _read(body: bytes, keys: tuple[str, ...]) -> Mapping[str, object]:
    """An object of JSON with just these keys."""
    try:
        given = json.loads(body, parse_constant=lambda word: math.nan)
    except (ValueError, RecursionError):
        raise Refused("The request should be JSON.") from None
    if not isinstance(given, dict) or set(given) != set(keys):
        raise Refused(f"The request should be an object of {', '.join(keys)}.")
    return given


def _number(name: str, value: object, kind: Number | Whole) -> float:
    """A number within its bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= HUGE:
        _refuse(name, kind.wanted, value)
    try:
        kind.check(name, value)
    except ValueError as error:
        raise Refused(str(error)) from None
    return float(value)


def _refuse(name: str, wanted: str, found: object) -> NoReturn:
    """Refuse a value, of which only the beginning is told."""
    raise Refused(f"Parameter `{name}` should be {wanted}. Found `{name} = {str(found)[:60]}`.")
