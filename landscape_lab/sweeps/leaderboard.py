"""The jobs of a sweep in the order of their objective: `python -m landscape_lab.sweeps.leaderboard DIR`."""

import csv
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from landscape_lab.errors import explain, one_line, tell
from landscape_lab.files import replacing
from landscape_lab.sweeps.plan import FAST, job_folders, results_of
from landscape_lab.sweeps.resume import RESUMES, key_of

ROWS = 20
"""The most jobs with an objective that the terminal shows."""
FAILED = 5
"""The most without."""
SHOWN = ("best_loss", "distance_to_minimum", "evaluations", "seconds")
"""What is told of a job beside its objective, as far as there is room; all other results are in the CSV."""
STATUS = 20
"""The least room for how a job ended."""
INSIDE = ("job", "landscape", "optimizer", "objective", "error", "config_hash")
"""What is no column of results."""


@dataclass(frozen=True)
class Row:
    """One job.

    Args:
        folder: Its folder.
        overrides: What was chosen for it, in the order of the command line.
        metrics: The numbers and words of its `results.json`; `interrupted` where it has none.
    """

    folder: Path
    overrides: tuple[str, ...]
    metrics: dict[str, Any]

    @cached_property
    def choices(self) -> dict[str, str]:
        """The overrides as keys and values."""
        return {key_of(one): one.partition("=")[2] for one in self.overrides if key_of(one) not in (*RESUMES, "figures")}

    @property
    def reason(self) -> str:
        """Why it was not completed."""
        status = str(self.metrics["status"])
        if status == "diverged":
            return f"diverged in step {self.metrics.get('steps')}"
        return ": ".join(part for part in (status, self.metrics.get("error")) if part)

    def score(self, objective: str) -> float:
        """The objective; infinite where there is none."""
        value = self.metrics.get(objective)
        failed = self.metrics["status"] in ("failed", "interrupted")
        return float(value) if isinstance(value, int | float) and not failed else math.inf


@dataclass(frozen=True)
class Leaderboard:
    """The jobs of a sweep, the best first.

    Args:
        folder: The sweep's.
        objective: What they are ranked by, the lowest first.
        rows: Those that have no objective are last.
    """

    folder: Path
    objective: str
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, folder: Path) -> "Leaderboard":
        """Read the folders of a sweep's jobs.

        Raises:
            FileNotFoundError: There are none.
        """
        folder = folder.absolute()
        rows = [_read(path) for path in job_folders(folder)]
        if not rows:
            raise FileNotFoundError(f"There are no jobs in {folder}.")
        objectives = Counter(row.metrics["objective"] for row in rows if "objective" in row.metrics)
        objective = objectives.most_common(1)[0][0] if objectives else "final_loss"
        return cls(folder, objective, tuple(sorted(rows, key=lambda row: row.score(objective))))

    @cached_property
    def compared(self) -> list[str]:
        """The keys in which the jobs differ."""
        keys = dict.fromkeys(key for row in self.rows for key in row.choices)
        return [key for key in keys if len({row.choices.get(key) for row in self.rows}) > 1]

    @property
    def title(self) -> str:
        """What is ranked, and how it went."""
        ends = Counter(str(row.metrics["status"]) for row in self.rows)
        return f"{len(self.rows)} jobs by {self.objective}: " + ", ".join(f"{number} {end}" for end, number in ends.items())

    def table(self, columns: Sequence[str]) -> list[dict[str, Any]]:
        """The values of each job; a rank only where there is an objective."""
        lines = []
        for place, row in enumerate(self.rows, start=1):
            values = {"rank": place if math.isfinite(row.score(self.objective)) else None, "job": row.folder.name}
            values |= row.metrics | row.choices | {"reason": row.reason}
            lines.append({column: values.get(column) for column in columns})
        return lines

    def brief(self, left_out: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
        """The columns to be read by people, and their texts."""
        shown = [self.objective, *(name for name in SHOWN if name not in (self.objective, *left_out))]
        shown = [name for name in shown if any(row.metrics.get(name) is not None for row in self.rows)]
        columns = ["rank", "job", *(key for key in self.compared if key not in shown), *shown, "reason"]
        texts = [[_text(value) for value in line.values()] for line in self.table(columns)]
        return [*columns[:-1], "status"], texts

    def label(self, row: Row) -> str:
        """A job's configuration in few words; jobs that differ in their seed or landscape only share it."""
        keys = [key for key in self.compared if key not in ("seed", "landscape", "start")]
        words = [f"{key.rpartition('.')[2]} {row.choices[key]}" for key in keys if key in row.choices and key != "optimizer"]
        name = [str(row.metrics.get("optimizer", ""))] if "optimizer" in keys or not words else []
        return ", ".join(name + words)


def write(board: Leaderboard) -> None:
    """Write `leaderboard.csv`, `leaderboard.md`, `best.yaml`, TensorBoard's table and `race.png` into the sweep's folder."""
    metrics = dict.fromkeys(key for row in board.rows for key in row.metrics if key not in (*INSIDE, *board.compared))
    columns = ["rank", "job", "landscape", "optimizer", *board.compared, board.objective, *metrics, "error", "config_hash"]
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
    best = board.rows[0]
    if math.isfinite(best.score(board.objective)):
        from landscape_lab.sweeps.best import write_best

        score = _text(best.score(board.objective))
        title = f"The best of {len(board.rows)} jobs: {best.folder.name}, {board.objective} {score}"
        write_best(board.folder, best.overrides, title)
    from landscape_lab.sweeps.hparams import write_hparams  # torch and TensorBoard

    write_hparams(board.folder, [row.folder for row in board.rows])
    _draw(board)


def show(board: Leaderboard) -> None:
    """Print the best jobs and those that came to no result, and the sweep's folder on the last line."""
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
    ranked = sum(math.isfinite(row.score(board.objective)) for row in board.rows)
    shown = [*texts[: min(ROWS, ranked)], *texts[ranked:][:FAILED]]
    for line in shown:
        table.add_row(*line)
    console.print(table)
    if len(texts) > len(shown):
        console.print(f"… and {len(texts) - len(shown)} more in leaderboard.md")
    console.print(str(board.folder), markup=False, highlight=False, soft_wrap=True)


class LeaderboardCallback(Callback):
    """Rank the jobs when Hydra has run all of them; exit status 1 tells that some failed."""

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        """Let go of what Hydra would keep of every job until the last has ended, and tell an error that could not be written."""
        if config.hydra.mode is RunMode.MULTIRUN:
            if job_return.status is JobStatus.FAILED:
                tell(f"{config.hydra.runtime.output_dir}: {explain(job_return._return_value)}")
            job_return.cfg = job_return.hydra_cfg = None

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Write and print the leaderboard."""
        with one_line():
            board = Leaderboard.of(Path(config.hydra.sweep.dir))
            write(board)
            show(board)
        if any(row.metrics["status"] in ("failed", "interrupted") for row in board.rows):
            raise SystemExit(1)


@one_line()
def main() -> None:
    """Write everything anew from what is in a sweep's folder."""
    if len(sys.argv) != 2:
        raise ValueError("Give the folder of one sweep.")
    board = Leaderboard.of(Path(sys.argv[1]))
    write(board)
    show(board)


def _read(folder: Path) -> Row:
    """What a job's folder tells."""
    results = results_of(folder) or {"status": "interrupted"}
    metrics = {key: value for key, value in results.items() if not isinstance(value, list | dict)}
    try:
        overrides = yaml.load((folder / ".hydra" / "overrides.yaml").read_text(), FAST) or []
    except (OSError, yaml.YAMLError):
        overrides = []
    return Row(folder, tuple(str(override) for override in overrides), metrics)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


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
