"""Standard streams: closed, without a reader, or of a terminal that shows ASCII only."""

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

STREAMS = ("stdin", "stdout", "stderr")
"""By their numbers."""
LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")
"""The variables that tell what a terminal shows: the first that is set counts."""
SPELT = {
    "…": "...",
    "–": "-",
    "—": "-",
    "−": "-",
    "·": "-",
    "×": "x",
    "→": "->",
    "∞": "inf",
    "≤": "<=",
    "≥": ">=",
}
"""Signs of ours in ASCII; all else is written out, `\\xf6`."""


def reopen() -> None:
    """Let a stream that was closed, `2>&-`, lead nowhere: else the next file would take its number."""
    for number, name in enumerate(STREAMS):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: the stream's
            os.set_inheritable(nowhere, True)
            setattr(sys, name, os.fdopen(nowhere, "r" if number == 0 else "w"))


def in_ascii_where_asked() -> None:
    """Let the streams of a terminal without other signs than ASCII's, or Latin ones, get no others."""
    codecs.register_error("spelt", _spelt)
    named = next((os.environ[name] for name in LOCALE if os.environ.get(name)), "")
    asked = named in ("C", "POSIX") and not {"PYTHONIOENCODING", "PYTHONUTF8"} & os.environ.keys()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and (asked or not stream.encoding.lower().startswith("utf")):
            stream.reconfigure(encoding="ascii" if asked else None, errors="spelt")


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """What stands for the signs that a stream cannot write, and where it goes on behind them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(SPELT.get(sign) or ascii(sign)[1:-1] for sign in signs), error.end


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
