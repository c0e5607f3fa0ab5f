"""Tables of many cases of which a few stand for all: the others are slow, and run by name or `-m slow`."""

from collections.abc import Iterable

import pytest


def one_in(number: int, cases: Iterable) -> list:
    """Of some cases the first and each `number`-th after it as they are, all others marked slow."""
    return [
        case
        if place % number == 0
        else pytest.param(*(case if type(case) is tuple else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]
