"""Tables of many cases of which a few stand for all: the others are slow, and run by name or `-m slow`."""

from collections.abc import Container, Iterable

import pytest


def one_in(number: int, cases: Iterable, kept: Container = ()) -> list:
    """Of some cases the first, each `number`-th after it and those kept as they are; all others are slow."""
    return [
        case
        if place % number == 0 or case in kept
        else pytest.param(*(case if type(case) is tuple else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]
