"""Signals that ask a process to stop: what is begun is finished first, and one line says how to go on.

SIGINT (Ctrl-C), SIGTERM (`timeout`, Docker, preemption), SIGHUP (the terminal was closed), and under Slurm
SIGUSR1, after which the job is queued again.
"""

import logging
import os
import queue
import signal
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from types import FrameType

OURS = ("SIGINT", "SIGTERM", "SIGHUP")
"""What asks a process to stop; Windows has no SIGHUP."""
JOB = "SLURM_JOB_ID"
"""Where Slurm tells a process its job."""
TWICE = 0.05
"""Two signals within so many seconds are one: `timeout`, shells and terminals send the same one twice."""
LOCKING = {module.__file__ for module in (logging, queue, threading)}
"""Modules of Python that take locks in functions, which an exception can leave with the lock taken."""
PATIENCE = 5.0
"""Seconds for which a lock is waited for, at most."""


class Stopped(SystemExit):
    """A signal ended what was begun, so that nothing is lost. The exit status is that of shells: 128 + n.

    Args:
        number: The signal's.
        after: How far it was: "after 5 of 9 steps".
    """

    def __init__(self, number: int, after: str = "") -> None:
        super().__init__(128 + number)
        self.number = number
        self.after = after

    def __str__(self) -> str:
        return f"Stopped by {named(self.number)}{self.after and ' '}{self.after}."


class Manner(Enum):
    """What happens when a signal comes."""

    LEAVE = "nothing is begun: say so, and end the process"
    RAISE = "raise `Stopped` wherever the program is"
    NOTE = "take note: whoever is at work looks at a good moment"


class Signals:
    """The signals that this process got. A second Ctrl-C ends it at once.

    Python lets only the main thread hear signals; in others all of this does nothing. A signal that
    somebody handles already, or that is ignored, as by `nohup`, is left to them.

    Attributes:
        heard: The number of the first signal, or `None`.
    """

    def __init__(self) -> None:
        self.heard: int | None = None
        self._manner = Manner.LEAVE
        self._when = 0.0
        self._postponed = False

    def begin(self) -> None:
        """Hear signals from now on, for the whole life of the process."""
        self._take()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Raise `Stopped` when a signal comes; afterwards all is as it was."""
        manner, self._manner = self._manner, Manner.RAISE
        replaced = self._take()
        try:
            yield
        finally:
            self._manner = manner
            for number, handler in replaced.items():
                signal.signal(number, handler)
            if replaced:
                self.heard = None

    def defer(self) -> None:
        """Only take note of signals: a step begins that is not to be cut.

        Lightning handles SIGTERM, too, by an end without a checkpoint; it calls our handler after its own, so
        ours takes its place until Lightning puts back what was there before.
        """
        if self._manner is Manner.RAISE:
            self._manner = Manner.NOTE
            if in_main_thread() and signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
                signal.signal(signal.SIGTERM, self._hear)

    def settle(self, after: str = "") -> None:
        """Raise `Stopped` if a signal came; from now on it is raised when one comes."""
        if self._manner is Manner.NOTE:
            self._manner = Manner.RAISE
        if self.heard is not None:
            raise Stopped(self.heard, after)

    def _take(self) -> "dict[int, Callable[[int, FrameType | None], object] | int | None]":
        """Handle the signals that nobody else handles, and return who did."""
        if not in_main_thread():
            return {}
        free = (signal.SIG_DFL, signal.default_int_handler)
        numbers = [number for number in _numbers() if signal.getsignal(number) in free]
        return {number: signal.signal(number, self._hear) for number in numbers}

    def _hear(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        again, self._postponed = self._postponed, False
        if self.heard is not None and not again:
            if number == signal.SIGINT and now - self._when >= TWICE:
                _leave(number, "Stopped at once by Ctrl-C: what came after the last checkpoint is lost.")
            return
        if not again:
            self.heard, self._when = number, now
        if self._manner is Manner.LEAVE:
            _leave(number, f"{Stopped(number)} Nothing is lost: the same command begins again.")
        if self._manner is Manner.RAISE:
            self._raise(number, frame)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        """Raise `Stopped`; where a lock is being taken or given back, the signal comes again a little later.

        `Condition.__enter__` that raises after it took its lock never gives it back: TensorBoard's writer
        would wait for it for ever, and the process with it.
        """
        if not _locking(frame) or time.monotonic() - self._when > PATIENCE:
            raise Stopped(number)
        self._postponed = True
        start_new_thread(_send_again, (number,))  # `threading`, which has locks of its own, may be at work


signals = Signals()
"""Those of this process."""


def in_main_thread() -> bool:
    """Whether this thread may handle signals."""
    return threading.current_thread() is threading.main_thread()


def named(number: int) -> str:
    """A signal as its sender knows it."""
    return "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name


def _numbers() -> list[signal.Signals]:
    """The signals that ask this process to stop."""
    names = [*OURS, *["SIGUSR1"] * (JOB in os.environ)]
    return [signal.Signals[name] for name in names if name in signal.Signals.__members__]


def _locking(frame: FrameType | None) -> bool:
    """Whether a frame, or one that called it, is at work with locks."""
    while frame is not None and frame.f_code.co_filename not in LOCKING:
        frame = frame.f_back
    return frame is not None


def _send_again(number: int) -> None:
    time.sleep(TWICE)
    os.kill(os.getpid(), number)  # which wakes the main thread; `signal.raise_signal` would not


def _leave(number: int, line: str) -> None:
    """End the process at once, whatever it is doing: no traceback, no `finally`."""
    with suppress(OSError):  # the terminal may be gone
        os.write(
            sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, f"landscape_lab: {line}\n".encode()
        )
    os._exit(128 + number)
