"""How many threads torch works with: one or all, whichever is faster.

Two threads wait for each other after every operation. On small tensors that takes longer than the
work; with another process on the same cores four to ten times as long.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import torch

ROUNDS = 5
"""How often the work is timed, at most."""
SECONDS = 0.2
"""How long the work is timed with each number of threads; once at least."""
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
    alone, together = (_typical(work, number, clock) for number in (1, most))
    return most if GAIN * together < alone else 1


def _typical(work: Callable[[], object], threads: int, clock: Callable[[], float]) -> float:
    """The median of a few times, after a first one that does not count.

    The shortest would be of a moment in which nobody else wanted the cores.
    """
    with using(threads):
        work()
        times, began = [], clock()
        for _ in range(ROUNDS):
            before = clock()
            work()
            times.append(clock() - before)
            if clock() - began > SECONDS:
                break
    return median(times)
