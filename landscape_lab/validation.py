"""One grammar for every error: what a parameter should be, what was found, and the nearest valid choice."""

import difflib
import math
from collections.abc import Iterable
from numbers import Real
from typing import Any


def nearest(word: str, choices: Iterable[str], limit: int = 3) -> list[str]:
    """The choices most like a word, best first; those that begin like it count too.

    >>> nearest("adm", ["adam", "adamw", "sgd"])
    ['adam', 'adamw']
    """
    choices = sorted(choices)
    similar = difflib.get_close_matches(word, choices, n=3 * limit, cutoff=0.5)
    similar.sort(key=lambda choice: choice[:1] != word[:1])  # a slip of the finger seldom hits the first letter
    return (similar + [choice for choice in choices if choice.startswith(word[:3]) and choice not in similar])[:limit]


def check_choice(name: str, value: Any, choices: Iterable[str]) -> None:
    """Raise `ValueError` unless `value` is one of `choices`."""
    choices = list(choices)
    if value not in choices:
        hint = f" Nearest: {', '.join(close)}." if (close := nearest(str(value), choices)) else ""
        raise ValueError(f"Parameter `{name}` should be one of {', '.join(choices)}. Found `{name} = {value}`.{hint}")


def check_number(name: str, value: Any, *, positive: bool = False, low: float = -math.inf, high: float = math.inf) -> None:
    """Raise `ValueError` unless `value` is a finite number from `low` to `high`, above zero if `positive`."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if math.isfinite(number) and low <= number <= high and (number > 0 or not positive):
        return
    if positive:
        wanted = "positive"
    elif high < math.inf:
        wanted = f"between {low:g} and {high:g}"
    else:
        wanted = {-math.inf: "a finite number", 0: "zero or positive"}.get(low, f"at least {low:g}")
    raise ValueError(f"Parameter `{name}` should be {wanted}. Found `{name} = {value}`.")


def check_count(name: str, value: Any) -> None:
    """Raise `ValueError` unless `value` is a whole number above zero."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"Parameter `{name}` should be a positive whole number. Found `{name} = {value}`.")
