"""The jobs of a sweep in the order of their objective."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from landscape_lab.configuration.composed import is_choice, key_of
from landscape_lab.keys.running import MEASURED
from landscape_lab.runs import Run
from landscape_lab.sweeps.goals import towards
from landscape_lab.sweeps.placing import Standing, names_ground, standings
from landscape_lab.sweeps.plan import RANKED, job_runs, kept_settings
from landscape_lab.tables import MISSING, short, unquoted

SHOWN = ("best_lr", "best_loss", *MEASURED, "distance_to_minimum", "evaluations", "seconds")
"""The results that people are shown beside the objectives, as far as there is room; the CSV has all."""
ENDS = (*RANKED, "pruned", "diverged", "failed", "interrupted")
"""How jobs end, in the order of the leaderboard."""
DAMAGED = "results.json is damaged"
"""What is told of a job whose results cannot be read."""


class Brief(NamedTuple):
    """A leaderboard to be read by people.

    Args:
        columns: Their names.
        lines: The texts of each job.
    """

    columns: list[str]
    lines: list[list[str]]


@dataclass(frozen=True)
class Job:
    """A job of a sweep, and what came of it.

    Args:
        run: Its files.
        overrides: What was chosen for it, in the order of the command line.
        metrics: The numbers and words of its results; its status is `interrupted` where it has none.
        objectives: The results that it was to make best.
    """

    run: Run
    overrides: tuple[str, ...]
    metrics: dict[str, Any]
    objectives: tuple[str, ...] = ()

    @classmethod
    def of(cls, run: Run) -> "Job":
        """Read a job's folder."""
        damaged = {"error": DAMAGED} if run.results_file.exists() else {}
        results = run.results() or {"status": "interrupted", **damaged}
        metrics = {key: value for key, value in results.items() if not isinstance(value, list | dict)}
        objectives = results.get("objective", ())
        names = (objectives,) if isinstance(objectives, str) else tuple(objectives)
        return cls(run, run.overrides(), metrics, names)

    @property
    def name(self) -> str:
        """What its folder is called."""
        return self.run.folder.name

    @cached_property
    def choices(self) -> dict[str, str]:
        """The overrides as keys and values, without the quotes that Hydra asks for: `my drawing.png`."""
        typed = (one.partition("=")[::2] for one in self.overrides)
        return {key_of(key): unquoted(value) for key, value in typed if is_choice(key_of(key))}

    @property
    def status(self) -> str:
        """How it ended."""
        return str(self.metrics.get("status", "interrupted"))

    @property
    def reason(self) -> str:
        """Why it was not completed."""
        if self.status in ("diverged", "pruned"):
            return f"{self.status} in step {self.metrics.get('steps')}"
        return ": ".join(part for part in (self.status, self.metrics.get("error")) if part)

    def loss(self, objective: str, direction: str) -> float:
        """The objective, or its negative where it is maximised; infinite where the job has none."""
        value = self.metrics.get(objective)
        if not isinstance(value, int | float):
            return math.inf
        return float(value) if direction == "minimize" else -float(value)


@dataclass(frozen=True)
class Leaderboard:
    """The jobs of a sweep, the best first.

    Args:
        folder: The sweep's folder.
        goals: Each objective with its direction, `minimize` or `maximize`; the first decides the order.
        jobs: All of them; those without a result to compare come last and have no rank.
    """

    folder: Path
    goals: dict[str, str]
    jobs: tuple[Job, ...]

    @classmethod
    def of(cls, folder: Path) -> "Leaderboard":
        """Read the folders of a sweep's jobs.

        Raises:
            FileNotFoundError: There are none.
        """
        folder = folder.absolute()
        jobs = [Job.of(run) for run in job_runs(folder)]
        if not jobs:
            raise FileNotFoundError(f"There are no jobs in {folder}.")
        objectives = Counter(job.objectives for job in jobs if job.objectives)
        goals = _goals(objectives.most_common(1)[0][0] if objectives else ("final_loss",), folder)
        first = next(iter(goals.items()))
        found = cls(folder, goals, tuple(jobs))
        place = {ground: number for number, ground in enumerate(found.grounds)}
        ordered = sorted(jobs, key=lambda job: (_end(job), place[found.ground(job)], job.loss(*first)))
        return cls(folder, goals, tuple(ordered))

    def ground(self, job: Job) -> str:
        """The landscape of a job, in words; empty where all jobs are on the same."""
        return ", ".join(
            job.choices.get(key, "") if key == "landscape" else f"{key.rpartition('.')[2]} {job.choices[key]}"
            for key in self.compared
            if names_ground(key) and key in job.choices
        )

    def landscape(self, job: Job) -> str:
        """What the landscape of a job is called, also where there is only one."""
        return self.ground(job) or str(job.metrics.get("landscape", ""))

    @cached_property
    def grounds(self) -> list[str]:
        """The landscapes; where there are several, jobs are ranked on each of them."""
        return list(dict.fromkeys(map(self.ground, self.jobs)))

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Configurations by their mean rank over several landscapes; none where there is only one."""
        if len(self.grounds) == 1:
            return ()
        first = next(iter(self.goals.items()))
        losses: dict[tuple[str, str], list[float]] = {}
        for number, job in enumerate(self.jobs):
            loss = job.loss(*first) if number < self.ranked else math.inf
            losses.setdefault((self.label(job), self.ground(job)), []).append(loss)
        return standings(losses, self.grounds)

    @cached_property
    def ranked(self) -> int:
        """How many jobs have a rank."""
        first = next(iter(self.goals.items()))
        return sum(job.status in RANKED and math.isfinite(job.loss(*first)) for job in self.jobs)

    @property
    def best(self) -> list[Job]:
        """The first job; of several objectives, all that no other beats in one without losing in another.

        Of a sweep over several landscapes these are jobs of the configuration of the best mean rank.
        """
        ranked = self.jobs[: self.ranked]
        if self.standings:
            ranked = tuple(job for job in ranked if self.label(job) == self.standings[0].label)
        if len(self.goals) == 1:
            return list(ranked[:1])
        losses = [[job.loss(*goal) for goal in self.goals.items()] for job in ranked]
        return [
            job
            for job, mine in zip(ranked, losses, strict=True)
            if not any(_beats(other, mine) for other in losses)
        ]

    @cached_property
    def compared(self) -> list[str]:
        """The keys in which the jobs differ."""
        keys = dict.fromkeys(key for job in self.jobs for key in job.choices)
        return [key for key in keys if len({job.choices.get(key) for job in self.jobs}) > 1]

    @property
    def title(self) -> str:
        """What is ranked, and how it went."""
        ends = Counter(job.status for job in self.jobs)
        words = " and ".join(self.goals)
        highest = ", the highest first" if next(iter(self.goals.values())) == "maximize" else ""
        jobs = f"{len(self.jobs)} job{'s' * (len(self.jobs) != 1)}"
        on = f" on {len(self.grounds)} landscapes" if self.standings else ""
        return f"{jobs}{on} by {words}{highest}: " + ", ".join(
            f"{number} {end}" for end, number in ends.items()
        )

    def table(self, columns: Sequence[str]) -> list[dict[str, Any]]:
        """The values of each job."""
        table, before = [], Counter[str]()
        for number, job in enumerate(self.jobs):
            before[self.ground(job)] += 1
            values = {"rank": before[self.ground(job)] if number < self.ranked else None, "job": job.name}
            values |= job.metrics | job.choices | {"reason": job.reason}
            table.append({column: values.get(column) for column in columns})
        return table

    def brief(self, left_out: Sequence[str] = ()) -> Brief:
        """What people read, without some of the columns of `SHOWN`."""
        shown = [*self.goals, *(name for name in SHOWN if name not in (*self.goals, *left_out))]
        shown = [name for name in shown if any(job.metrics.get(name) is not None for job in self.jobs)]
        columns = ["rank", "job", *(key for key in self.compared if key not in shown), *shown, "reason"]
        lines = [
            [one if key == "job" else short(one) or MISSING * (key in shown) for key, one in values.items()]
            for values in self.table(columns)
        ]
        return Brief([*columns[:-1], "status"], lines)

    def label(self, job: Job) -> str:
        """A job's configuration in few words; jobs that differ only in seed or landscape share them."""
        keys = [key for key in self.compared if key not in ("seed", "start") and not names_ground(key)]
        words = [
            f"{key.rpartition('.')[2]} {short(job.choices[key])}"
            for key in keys
            if key in job.choices and key != "optimizer"
        ]
        name = [str(job.metrics.get("optimizer", ""))] if "optimizer" in keys or not words else []
        return ", ".join(name + words)


def _goals(objectives: Sequence[str], folder: Path) -> dict[str, str]:
    """Each objective with the direction that the sweep's settings give."""
    sweep = kept_settings(folder).get("sweep")
    found = sweep.get("direction", "auto") if isinstance(sweep, Mapping) else "auto"
    directions = found if isinstance(found, list) else [found] * len(objectives)
    return {name: towards(name, word) for name, word in zip(objectives, directions, strict=False)}


def _end(job: Job) -> int:
    """Where jobs that ended so stand: those whose results are compared stand first, together."""
    if job.status in RANKED:
        return 0
    return ENDS.index(job.status) if job.status in ENDS else len(ENDS)


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether losses are nowhere higher than others, and somewhere lower."""
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))
