"""One grammar for every error: what a parameter should be, what was found, and the nearest valid choice.

A *kind* says which values a key takes. It is declared once (`landscape_lab.keys`) and then checks
the key in a configuration, checks the same argument of a constructor, and describes it in `--help`.
"""

import difflib
import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import ClassVar

MANY = 60
"""More choices are counted, not listed."""
LARGEST = 2**53
"""Whole numbers up to this one are exact as floats, too; torch takes few that are larger."""


def nearest(word: str, choices: Iterable[str], limit: int = 3) -> list[str]:
    """The choices most like a word, best first; those that begin like it count too."""
    choices = sorted(choices)
    similar = difflib.get_close_matches(word, choices, n=3 * limit, cutoff=0.5)
    # a slip of the finger seldom hits the first letter
    similar.sort(key=lambda choice: choice[:1] != word[:1])
    alike = [choice for choice in choices if choice.startswith(word[:3]) and choice not in similar]
    return (similar + alike)[:limit]


def alternatives(word: str, choices: Collection[str], all_are: str = "There are") -> str:
    """A sentence about the choices most like a word, or where none is like it, about all.

    >>> alternatives("adm", ["adam", "adamw", "sgd"]), alternatives("x", ["sgd"], "It has")
    ('Nearest: adam, adamw.', 'It has: sgd.')
    """
    close, all_of_them = nearest(word, choices), f": {', '.join(choices) or 'none'}"
    them = all_of_them if len(choices) <= MANY else f" {len(choices)}"
    return f"Nearest: {', '.join(close)}." if close else f"{all_are}{them}."


def refusal(name: str, wanted: str, found: object, hint: str = "") -> ValueError:
    """The error for a value that does not fit; whoever finds it raises it."""
    return ValueError(f"Parameter `{name}` should be {wanted}. Found `{name} = {_spelled(found)}`.{hint}")


def _spelled(value: object) -> str:
    """A value as the user reads it; a long one is cut, because an error is one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 200 else f"{text[:200]}…"


class Kind(ABC):
    """Which values a key takes."""

    @property
    @abstractmethod
    def wanted(self) -> str:
        """What the value should be: the words after *Parameter `x` should be*."""

    @abstractmethod
    def check(self, name: str, value: object) -> object:
        """The value as the code gets it, such as 1000 for `1e3`.

        Raises:
            ValueError: It is of another kind. The message names it as `name`.
        """

    def like(self, value: object) -> bool:
        """Whether a value has the outer form of this kind, so that this kind's error helps most."""
        return False


@dataclass(frozen=True)
class Anything(Kind):
    """Every value but null: whoever uses it checks it.

    Args:
        words: What it is, for `--help`.
    """

    words: str = "any value"

    @property
    def wanted(self) -> str:
        return self.words

    def check(self, name: str, value: object) -> object:
        if value is None:
            raise refusal(name, self.wanted, value)
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number, which is finite unless that is said otherwise.

    Args:
        low: The lowest.
        high: The highest.
        positive: Whether 0 is refused, too.
        infinite: Whether it may be infinite.

    >>> Number(low=0.0, high=1.0).check("probability", 0.5)
    0.5
    """

    low: float = -math.inf
    high: float = math.inf
    positive: bool = False
    infinite: bool = False

    @property
    def wanted(self) -> str:
        if self.positive:
            return "positive" if self.high == math.inf else f"above 0 and at most {self.high:g}"
        if self.high < math.inf:
            return f"between {self.low:g} and {self.high:g}"
        finite = "a number" if self.infinite else "a finite number"
        return {-math.inf: finite, 0: "zero or positive"}.get(self.low, f"at least {self.low:g}")

    def check(self, name: str, value: object) -> object:
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
        sized = self.infinite or math.isfinite(number)
        if sized and self.low <= number <= self.high and (number > 0 or not self.positive):
            return number if abs(number) > LARGEST else value
        raise refusal(name, self.wanted, value)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number; a float that is whole, such as `1e3`, becomes one.

    Args:
        low: The lowest.
        high: The highest.

    >>> Whole(low=1).check("steps", 1e3)
    1000
    """

    low: int = -LARGEST
    high: int = LARGEST

    @property
    def wanted(self) -> str:
        if self.high == LARGEST:
            words = {
                -LARGEST: "a whole number",
                0: "zero or a positive whole number",
                1: "a positive whole number",
            }
            return words.get(self.low, f"a whole number of at least {self.low}")
        return f"a whole number from {self.low} to {'2^32 - 1' if self.high == 2**32 - 1 else self.high}"

    def check(self, name: str, value: object) -> object:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if whole and self.low <= value <= self.high:  # type: ignore[operator]
            return value
        raise refusal(name, self.wanted, value, " That is too large." if whole and value > self.high else "")  # type: ignore[operator]


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words, `Choice("mp4", "gif")`.

    Args:
        words: All of them.
    """

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", words)

    @property
    def wanted(self) -> str:
        return f"one of {', '.join(self.words)}"

    def check(self, name: str, value: object) -> object:
        if isinstance(value, str) and value in self.words:
            return value
        close = nearest(str(value), self.words)
        raise refusal(name, self.wanted, value, f" Nearest: {', '.join(close)}." if close else "")


@dataclass(frozen=True)
class Switch(Kind):
    """True or false."""

    wanted: ClassVar[str] = "true or false"

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, bool) and str(getattr(value, "dtype", "")) != "bool":  # NumPy has its own
            raise refusal(name, self.wanted, value)
        return bool(value)


@dataclass(frozen=True)
class Text(Kind):
    """Text, or a path.

    Args:
        words: What the text is.
        empty: Whether it may be empty.
    """

    words: str = "text"
    empty: bool = False

    @property
    def wanted(self) -> str:
        return self.words

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, str | PathLike) or (not self.empty and str(value) == ""):
            raise refusal(name, self.wanted, value)
        return value


@dataclass(frozen=True)
class Function(Kind):
    """A function, or text that says where it is."""

    wanted: ClassVar[str] = "a function, or the dotted path of one"

    def check(self, name: str, value: object) -> object:
        if not callable(value) and not isinstance(value, str):
            raise refusal(name, self.wanted, value)
        return value


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise `ValueError` unless `value` is one of `choices`, which are known only at run time."""
    Choice(*choices).check(name, value)


def check_number(
    name: str, value: object, *, positive: bool = False, low: float = -math.inf, high: float = math.inf
) -> None:
    """Raise `ValueError` unless `value` is a finite number from `low` to `high`, above zero if `positive`."""
    Number(low, high, positive).check(name, value)


def check_count(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is a whole number above zero."""
    Whole(low=1).check(name, value)
