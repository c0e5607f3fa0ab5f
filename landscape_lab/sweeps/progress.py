"""One line that tells how far a sweep is."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from landscape_lab.errors import tell

PLAIN_SECONDS = 30.0
"""Between two lines where there is no terminal."""


@contextmanager
def watched(folder: Path, names: Sequence[str]) -> Iterator[None]:
    """Show how many of a sweep's jobs have results and how long the rest will take; tell who stops it how it goes on.

    The jobs may run anywhere: their files are looked at. A terminal gets a line that is redrawn, anything else a new line twice a
    minute, both on standard error.

    Args:
        folder: The sweep's.
        names: The jobs' folders inside it.
    """
    watch = _Watch([folder / name / "results.json" for name in names])
    watch.start()
    try:
        yield
    except BaseException as error:
        watch.stop()
        tell(f"Stopped after {watch.done} of {len(names)} jobs. Go on with: python -m landscape_lab sweep.resume={folder}")
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(1) from error
        raise
    watch.stop()


class _Watch:
    """A thread that looks for results."""

    def __init__(self, files: list[Path]) -> None:
        self.waiting = files
        self.total = len(files)
        self._look()
        self.first, self.began, self.told = self.done, time.monotonic(), time.monotonic()
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=Console(file=sys.stderr),  # as it is now: what jobs write is sent elsewhere
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not sys.stderr.isatty(),
        )
        self.stream = sys.stderr
        self.task = self.bar.add_task("jobs", total=self.total, completed=self.done, left="")
        self.over = Event()
        self.thread = Thread(target=self._watch, daemon=True)

    @property
    def done(self) -> int:
        """How many jobs have results."""
        return self.total - len(self.waiting)

    def start(self) -> None:
        """Begin to look."""
        if self.first:
            self.stream.write(f"{self.first} of {self.total} jobs have results already.\n")
        self.bar.start()
        self.thread.start()

    def stop(self) -> None:
        """Look once more, and end."""
        self.over.set()
        self.thread.join()
        self._look()
        self.bar.stop()

    def _watch(self) -> None:
        pause = 0.2 if not self.bar.disable else 2.0
        while not self.over.wait(pause):
            self._look()
            self.bar.update(self.task, completed=self.done, left=self._left(), refresh=True)
            if self.bar.disable and time.monotonic() - self.told >= PLAIN_SECONDS:
                self.told = time.monotonic()
                self.stream.write(f"{self.done} of {self.total} jobs{self._left()}\n")

    def _look(self) -> None:
        self.waiting = [file for file in self.waiting if not file.exists()]

    def _left(self) -> str:
        """How long the rest will take, at the pace so far."""
        made = self.done - self.first
        if made == 0:
            return ""
        seconds = (time.monotonic() - self.began) / made * len(self.waiting)
        minutes, seconds = divmod(round(seconds), 60)
        return f", {minutes // 60}:{minutes % 60:02}:{seconds:02} left"
