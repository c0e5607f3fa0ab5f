"""One line that shows how far a sweep is."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from landscape_lab.errors import tell
from landscape_lab.escaping import visible
from landscape_lab.process.stopping import Stopped, signals
from landscape_lab.runs import Run
from landscape_lab.sweeps.pages import conclude
from landscape_lab.sweeps.plan import job_runs
from landscape_lab.sweeps.resume import words_to_go_on

PLAIN_SECONDS = 30.0
"""Between two lines where there is no terminal."""


@contextmanager
def watched(folder: Path, total: int, look: Callable[[], int], word: str = "jobs") -> Iterator["Watch"]:
    """Show how far a sweep is and how long the rest will take.

    A terminal gets a line that is redrawn, anything else a new line twice a minute, both on standard error.
    Who stops the sweep is shown the command that goes on with it, and the leaderboard of what there is.

    Args:
        folder: The sweep's.
        total: How many jobs it has.
        look: How many of them have ended; called twice a second or so, by another thread.
        word: What they are called.
    """
    watch = Watch(total, look, word)
    watch.start()
    try:
        with signals.listening():
            yield watch
    except BaseException as error:
        watch.stop()
        command = f"python -m landscape_lab {words_to_go_on(folder)}"
        tell(f"Stopped after {watch.done} of {total} {word}. Go on with: {command}")
        if isinstance(error, KeyboardInterrupt | SystemExit):  # Lightning makes the second of the first
            _conclude(folder)
            raise error if isinstance(error, Stopped) else SystemExit(1) from error
        raise
    watch.stop()


def finished(folders: Iterable[Path]) -> Callable[[], int]:
    """A count of the jobs that have results; jobs may run on any machine, so it looks for their files."""
    files = [Run(folder).results_file for folder in folders]
    waiting = set(files)

    def look() -> int:
        waiting.difference_update([file for file in waiting if file.exists()])
        return len(files) - len(waiting)

    return look


def _conclude(folder: Path) -> None:
    """Write and print the leaderboard if any job has results."""
    if any(run.results_file.is_file() for run in job_runs(folder)):
        conclude(folder)


class Watch:
    """A thread that looks how far a sweep is.

    Args:
        total: How many jobs the sweep has.
        look: How many of them have ended.
        word: What they are called.

    Attributes:
        note: More to show, such as the best result so far.
    """

    def __init__(self, total: int, look: Callable[[], int], word: str) -> None:
        self.total, self.look, self.word = total, look, word
        self.note = ""
        self.done = self.first = look()
        self.began = self.shown = time.monotonic()
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[more]}", markup=False),
            console=Console(
                file=sys.stderr
            ),  # kept now: while a job runs, `sys.stderr` is the job's own file
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not sys.stderr.isatty(),
        )
        self.stream = sys.stderr
        self.task = self.bar.add_task(word, total=total, completed=self.done, more="")
        self.over = Event()
        self.thread = Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self.first:
            self.stream.write(f"{self.first} of {self.total} {self.word} have results already.\n")
        self.bar.start()
        self.thread.start()

    def stop(self) -> None:
        """Look once more, and end."""
        self.over.set()
        self.thread.join()
        self.done = self.look()
        self.bar.stop()

    def _watch(self) -> None:
        """Redraw until the end."""
        pause = 0.2 if not self.bar.disable else 2.0
        while not self.over.wait(pause):
            self.done = self.look()
            more = visible(", ".join(part for part in (self._left(), self.note) if part))
            self.bar.update(self.task, completed=self.done, more=more, refresh=True)
            if self.bar.disable:
                self._write(more)

    def _write(self, more: str) -> None:
        """A new line, unless the last one is still young."""
        if time.monotonic() - self.shown >= PLAIN_SECONDS:
            self.shown = time.monotonic()
            self.stream.write(f"{self.done} of {self.total} {self.word}{more and ', '}{more}\n")

    def _left(self) -> str:
        """How long the rest will take, at the pace so far."""
        made = self.done - self.first
        if made == 0:
            return ""
        seconds = (time.monotonic() - self.began) / made * (self.total - self.done)
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02} left"
