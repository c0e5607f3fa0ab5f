"""Standard streams that are closed, or that nobody reads any more."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STREAMS = ("stdin", "stdout", "stderr")
"""By their numbers."""


def reopen() -> None:
    """Let a stream that was closed, `2>&-`, lead nowhere: else the next file would take its number."""
    for number, name in enumerate(STREAMS):
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            _lead_nowhere(number)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _lead_nowhere(number: int) -> None:
    """Let a stream lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


@contextmanager
def while_read() -> Iterator[None]:
    """Let a block end without a word where nobody reads its output to the end, as in `| head`."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        if _is_read():
            raise  # another pipe broke
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):
            raise  # else it is how `rich` ends when nobody reads its tables


def _is_read() -> bool:
    """Whether somebody reads standard output; if not, it leads nowhere from now on."""
    watch, number = select.poll(), sys.stdout.fileno()
    watch.register(number, select.POLLOUT)
    if any(events & (select.POLLERR | select.POLLHUP) for _, events in watch.poll(0)):
        _lead_nowhere(number)
        return False
    return True
