"""How many threads torch works with: one or all, whichever is faster.

Two threads wait for each other after every operation. On small tensors that takes longer than the
work; with another process on the same cores four to ten times as long.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import mean

import torch

ROUNDS = 5
"""How often the work is timed at first, at most."""
SECONDS = 0.3
"""How long the work is timed; once at least."""
GAIN = 1.3
"""All threads are worth it where they are so many times as fast: another process may want a core, too."""


@contextmanager
def using(number: int) -> Iterator[None]:
    """Let torch work with so many threads, and with as many as before at the end."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def faster(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> int:
    """One thread, or as many as torch may use now: what `work` is done faster with.

    Args:
        work: Is called a few times.
        clock: Tells seconds.
    """
    most = torch.get_num_threads()
    if most == 1:
        return 1
    alone = min(_times(work, 1, clock, ROUNDS))
    if GAIN * mean(_times(work, most, clock, ROUNDS)) > alone:
        return 1
    # A busy process leaves its core alone for some hundredths of a second: a longer look finds it.
    return most if GAIN * mean(_times(work, most, clock)) < alone else 1


def _times(
    work: Callable[[], object], threads: int, clock: Callable[[], float], most: float = float("inf")
) -> list[float]:
    """How long it takes, at most so often and for `SECONDS`, after a first time that does not count."""
    with using(threads):
        work()
        times: list[float] = []
        began = clock()
        while len(times) < most and (not times or clock() - began < SECONDS):
            before = clock()
            work()
            times.append(clock() - before)
    return times
