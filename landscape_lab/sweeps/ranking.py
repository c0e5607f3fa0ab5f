"""The jobs of a sweep in the order of their objective."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from landscape_lab.configuration import is_choice, key_of
from landscape_lab.sweeps.plan import FAST, SETTINGS, job_folders, results_of

SHOWN = ("best_lr", "best_loss", "distance_to_minimum", "evaluations", "seconds")
"""What is told of a job beside its objectives, as far as there is room; all other results are in the CSV."""
ENDS = ("completed", "pruned", "diverged", "failed", "interrupted")
"""How jobs end, in the order of the table."""

LONG = re.compile(r"-?\d+\.\d{4,}(e[+-]?\d+)?")
"""A number of more digits than anybody reads."""


@dataclass(frozen=True)
class Row:
    """One job.

    Args:
        folder: Its folder.
        overrides: What was chosen for it, in the order of the command line.
        metrics: The numbers and words of its `results.json`; `interrupted` where it has none.
        objectives: What it was to make best.
    """

    folder: Path
    overrides: tuple[str, ...]
    metrics: dict[str, Any]
    objectives: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: Path) -> "Row":
        """Read a job's folder."""
        results = results_of(folder) or {"status": "interrupted"}
        metrics = {key: value for key, value in results.items() if not isinstance(value, list | dict)}
        objectives = results.get("objective", ())
        try:
            overrides = yaml.load((folder / ".hydra" / "overrides.yaml").read_text(), FAST) or []
        except (OSError, yaml.YAMLError):
            overrides = []
        names = (objectives,) if isinstance(objectives, str) else tuple(objectives)  # type: ignore[arg-type]
        return cls(folder, tuple(str(override) for override in overrides), metrics, names)

    @cached_property
    def choices(self) -> dict[str, str]:
        """The overrides as keys and values."""
        return {key_of(one): one.partition("=")[2] for one in self.overrides if is_choice(key_of(one))}

    @property
    def status(self) -> str:
        """How it ended."""
        return str(self.metrics["status"])

    @property
    def reason(self) -> str:
        """Why it was not completed."""
        if self.status in ("diverged", "pruned"):
            return f"{self.status} in step {self.metrics.get('steps')}"
        return ": ".join(part for part in (self.status, self.metrics.get("error")) if part)

    def loss(self, objective: str, direction: str) -> float:
        """The objective, or its negative where it is maximised; infinite where there is none."""
        value = self.metrics.get(objective)
        if not isinstance(value, int | float):
            return math.inf
        return float(value) if direction == "minimize" else -float(value)


@dataclass(frozen=True)
class Leaderboard:
    """The jobs of a sweep, the best first.

    Args:
        folder: The sweep's.
        goals: Each objective with its direction, `minimize` or `maximize`; the first decides the order.
        rows: Those that did not complete, and those without the objective, are last and have no rank.
    """

    folder: Path
    goals: dict[str, str]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, folder: Path) -> "Leaderboard":
        """Read the folders of a sweep's jobs.

        Raises:
            FileNotFoundError: There are none.
        """
        folder = folder.absolute()
        rows = [Row.of(path) for path in job_folders(folder)]
        if not rows:
            raise FileNotFoundError(f"There are no jobs in {folder}.")
        objectives = Counter(row.objectives for row in rows if row.objectives)
        goals = _goals(objectives.most_common(1)[0][0] if objectives else ("final_loss",), folder)
        first = next(iter(goals.items()))
        return cls(folder, goals, tuple(sorted(rows, key=lambda row: (_end(row), row.loss(*first)))))

    @cached_property
    def ranked(self) -> int:
        """How many jobs have a rank."""
        first = next(iter(self.goals.items()))
        return sum(row.status == "completed" and math.isfinite(row.loss(*first)) for row in self.rows)

    @property
    def best(self) -> list[Row]:
        """The first job; of several objectives, all that no other beats in one without losing in another."""
        ranked = self.rows[: self.ranked]
        if len(self.goals) == 1:
            return list(ranked[:1])
        losses = [[row.loss(*goal) for goal in self.goals.items()] for row in ranked]
        return [row for row, mine in zip(ranked, losses, strict=True) if not any(_beats(other, mine) for other in losses)]

    @cached_property
    def compared(self) -> list[str]:
        """The keys in which the jobs differ."""
        keys = dict.fromkeys(key for row in self.rows for key in row.choices)
        return [key for key in keys if len({row.choices.get(key) for row in self.rows}) > 1]

    @property
    def title(self) -> str:
        """What is ranked, and how it went."""
        ends = Counter(row.status for row in self.rows)
        words = " and ".join(self.goals)
        highest = ", the highest first" if next(iter(self.goals.values())) == "maximize" else ""
        jobs = f"{len(self.rows)} job{'s' * (len(self.rows) != 1)}"
        return f"{jobs} by {words}{highest}: " + ", ".join(f"{number} {end}" for end, number in ends.items())

    def table(self, columns: Sequence[str]) -> list[dict[str, Any]]:
        """The values of each job."""
        lines = []
        for place, row in enumerate(self.rows, start=1):
            values = {"rank": place if place <= self.ranked else None, "job": row.folder.name}
            values |= row.metrics | row.choices | {"reason": row.reason}
            lines.append({column: values.get(column) for column in columns})
        return lines

    def brief(self, left_out: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
        """The columns to be read by people, and their texts."""
        shown = [*self.goals, *(name for name in SHOWN if name not in (*self.goals, *left_out))]
        shown = [name for name in shown if any(row.metrics.get(name) is not None for row in self.rows)]
        columns = ["rank", "job", *(key for key in self.compared if key not in shown), *shown, "reason"]
        texts = [[value if key == "job" else short(value) for key, value in line.items()] for line in self.table(columns)]
        return [*columns[:-1], "status"], texts

    def label(self, row: Row) -> str:
        """A job's configuration in few words; jobs that differ in their seed or landscape only share it."""
        keys = [key for key in self.compared if key not in ("seed", "landscape", "start")]
        words = [
            f"{key.rpartition('.')[2]} {short(row.choices[key])}" for key in keys if key in row.choices and key != "optimizer"
        ]
        name = [str(row.metrics.get("optimizer", ""))] if "optimizer" in keys or not words else []
        return ", ".join(name + words)


def short(value: Any) -> str:
    """A value as people read it; of a long number, four digits.

    >>> short(None), short(12345), short(0.123456), short("[0.123456,0.9]"), short("adam")
    ('', '12,345', '0.1235', '[0.1235,0.9]', 'adam')
    """
    if isinstance(value, str):
        return LONG.sub(lambda number: f"{float(number[0]):.4g}", value)
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _goals(objectives: Sequence[str], folder: Path) -> dict[str, str]:
    """Each objective with the direction that the sweep's settings give."""
    try:
        settings = yaml.load((folder / SETTINGS).read_text(), FAST)
    except (OSError, yaml.YAMLError):
        settings = None
    sweep = settings.get("sweep") if isinstance(settings, Mapping) else None
    found = sweep.get("direction", "minimize") if isinstance(sweep, Mapping) else "minimize"
    directions = found if isinstance(found, list) else [found] * len(objectives)
    return dict(zip(objectives, directions, strict=False))


def _end(row: Row) -> int:
    return ENDS.index(row.status) if row.status in ENDS else len(ENDS)


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether losses are nowhere higher than others, and somewhere lower."""
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))
