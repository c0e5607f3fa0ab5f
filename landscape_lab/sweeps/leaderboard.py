"""What is left of a sweep, in files and on the terminal: `python -m landscape_lab.sweeps.leaderboard DIR`."""

import csv
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from landscape_lab.errors import explain, one_line, tell
from landscape_lab.files import replacing
from landscape_lab.sweeps.ranking import SHOWN, Leaderboard, short

ROWS = 20
"""The most jobs with a rank that the terminal shows."""
OTHERS = 5
"""The most of each other kind."""
STATUS = 20
"""The least room for how a job ended."""
INSIDE = ("job", "landscape", "optimizer", "objective", "error", "config_hash")
"""What is no column of results."""
BEST = re.compile(r"best(_\d+)?\.yaml")
"""The files that hold the best jobs."""


def conclude(folder: Path) -> Leaderboard:
    """Write and print what came of the jobs in a sweep's folder.

    Raises:
        FileNotFoundError: There are none.
    """
    board = Leaderboard.of(folder)
    write(board)
    show(board)
    return board


def write(board: Leaderboard) -> None:
    """Write `leaderboard.csv`, `leaderboard.md`, `best.yaml`, TensorBoard's table and `race.png` into the sweep's folder."""
    metrics = dict.fromkeys(key for row in board.rows for key in row.metrics if key not in (*INSIDE, *board.compared))
    columns = ["rank", "job", "landscape", "optimizer", *board.compared, *board.goals, *metrics, "error", "config_hash"]
    columns = list(dict.fromkeys(columns))
    with replacing(board.folder / "leaderboard.csv") as unfinished, unfinished.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(board.table(columns))
    names, texts = board.brief()
    lines = [
        f"# {board.title}",
        "",
        *(f"| {' | '.join(line)} |" for line in (names, ["---"] * len(names), *map(_escaped, texts))),
    ]
    with replacing(board.folder / "leaderboard.md") as unfinished:
        unfinished.write_text("\n".join(lines) + "\n")
    _write_best(board)
    from landscape_lab.sweeps.hparams import write_hparams  # torch and TensorBoard

    write_hparams(board.folder, [row.folder for row in board.rows])
    _draw(board)


def show(board: Leaderboard) -> None:
    """Print the best jobs and some of those without a rank, and the sweep's folder on the last line."""
    console = Console() if sys.stdout.isatty() else Console(width=240)
    for number in range(len(SHOWN) + 1):
        columns, texts = board.brief(SHOWN[len(SHOWN) - number :])
        widths = [max(len(name), *map(len, column)) for name, *column in zip(columns, *texts, strict=True)]
        widths[-1] = max(STATUS, console.width - sum(widths[:-1]) - 2 * len(widths))
        if widths[-1] > STATUS:
            break
    console.width = max(console.width, sum(widths) + 2 * len(widths))  # a terminal that is narrower still breaks the lines
    table = Table(title=board.title, title_justify="left", title_style="bold", box=None, header_style="dim")
    words = {"job", "optimizer", "landscape", "status"}
    for name, width in zip(columns, widths, strict=True):
        side: Literal["left", "right"] = "left" if name in words else "right"
        table.add_column(name, justify=side, no_wrap=True, min_width=width if name != "status" else None, max_width=width)
    shown = texts[: min(ROWS, board.ranked)]
    number_of: Counter[str] = Counter()
    for row, line in zip(board.rows[board.ranked :], texts[board.ranked :], strict=True):
        number_of[row.status] += 1
        if number_of[row.status] <= OTHERS:
            shown.append(line)
    for line in shown:
        table.add_row(*line)
    console.print(table)
    if len(texts) > len(shown):
        console.print(f"… and {len(texts) - len(shown)} more in leaderboard.md")
    console.print(str(board.folder), markup=False, highlight=False, soft_wrap=True)


class LeaderboardCallback(Callback):
    """Rank the jobs when Hydra has run all of them; exit status 1 tells that some failed."""

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        """Tell an error that could not be written; of what Hydra would keep of every job until the end, leave its folder only."""
        if config.hydra.mode is RunMode.MULTIRUN:
            if job_return.status is JobStatus.FAILED:
                tell(f"{config.hydra.runtime.output_dir}: {explain(job_return._return_value)}")
            job_return.working_dir = config.hydra.runtime.output_dir
            job_return.cfg = job_return.hydra_cfg = None

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Write and print the leaderboard; an interrupted trial is no failure: it was run again, or runs elsewhere."""
        with one_line():
            board = conclude(Path(config.hydra.sweep.dir))
        failures = ("failed",) if "study" in config.sweep else ("failed", "interrupted")
        if any(row.status in failures for row in board.rows):
            raise SystemExit(1)


@one_line()
def main() -> None:
    """Write everything anew from what is in a sweep's folder."""
    if len(sys.argv) != 2:
        raise ValueError("Give the folder of one sweep.")
    conclude(Path(sys.argv[1]))


def _write_best(board: Leaderboard) -> None:
    """Write `best.yaml`; of several objectives `best_N.yaml` for each job N that no other beats."""
    from landscape_lab.sweeps.best import write_best  # Hydra's grammar

    names = set()
    for row in board.best:
        scores = ", ".join(f"{name} {short(row.metrics.get(name))}" for name in board.goals)
        name = "best.yaml" if len(board.goals) == 1 else f"best_{row.folder.name.partition('_')[0]}.yaml"
        write_best(board.folder / name, row.overrides, f"The best of {len(board.rows)} jobs: {row.folder.name}, {scores}")
        names.add(name)
    for path in board.folder.glob("best*.yaml"):
        if BEST.fullmatch(path.name) and path.name not in names:
            path.unlink()


def _escaped(texts: Sequence[str]) -> list[str]:
    return [text.replace("|", "\\|") for text in texts]


def _draw(board: Leaderboard) -> None:
    """Draw the race; a picture that cannot be drawn costs nothing else."""
    from landscape_lab.sweeps.race import draw_race  # torch and matplotlib

    jobs = [(row.folder, str(row.metrics.get("landscape", "")), board.label(row)) for row in board.rows]
    try:
        draw_race(jobs, board.folder / "race.png", board.title)
    except (ValueError, OSError, KeyError) as error:
        tell(f"race.png was not drawn: {error}")


if __name__ == "__main__":
    main()
