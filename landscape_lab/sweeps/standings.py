"""How a race ended: `python -m landscape_lab.sweeps.standings DIR` writes its tables and its figure anew."""

import csv
import math
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from landscape_lab.errors import one_line
from landscape_lab.files import replacing
from landscape_lab.sweeps.curves import read_curves
from landscape_lab.sweeps.heats import read_heats
from landscape_lab.sweeps.leaderboard import LeaderboardCallback
from landscape_lab.sweeps.plan import results_of
from landscape_lab.sweeps.protocol import Protocol, label_of, name_of
from landscape_lab.sweeps.scoring import Times, band, score, time_of_each_study, times_to_target, typical
from landscape_lab.sweeps.tuned import Tuned

FIGURE = "standings.png"


@dataclass(frozen=True)
class Check:
    """Whether an optimizer did at least as well as a special case that it contains.

    Args:
        general: The one.
        special: The other.
        lead: The score of the first minus that of the second.
        low: The lower end of the lead's band.
        high: The upper end.
    """

    general: str
    special: str
    lead: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Whether the special case is not ahead by more than chance."""
        return self.high >= 0.0

    @property
    def words(self) -> str:
        """The verdict on one line."""
        verdict = "passed" if self.passed else "VIOLATED: the wider space was not tuned well enough"
        return f"{self.general} ⊇ {self.special}: {verdict} (lead {self.lead:+.2f}, {self.low:+.2f} to {self.high:+.2f})"


@dataclass(frozen=True)
class Standings:
    """The score of a race.

    Args:
        folder: The race's.
        tuned: What tuning found.
        times: Evaluations of each descent for the score.
        seconds: Of the batch in which it ran, until then.
        failed: How many jobs failed or were interrupted.
    """

    folder: Path
    tuned: Tuned
    times: Times
    seconds: Times
    failed: int

    @classmethod
    def of(cls, folder: Path) -> "Standings":
        """Read a race's folder.

        Raises:
            FileNotFoundError: There is no race in it.
            ValueError: What it holds cannot be read.
        """
        folder = folder.absolute()
        tuned, heats = Tuned.of(folder), read_heats(folder)
        protocol = tuned.protocol
        shape = (len(protocol.optimizers), len(protocol.landscapes), protocol.studies, protocol.starts, protocol.seeds)
        times, seconds = np.full(shape, np.inf), np.full(shape, np.inf)
        for heat in tuned.scoring_heats():
            place = (protocol.optimizers.index(heat.optimizer), protocol.landscapes.index(heat.landscape), heat.study)
            if heat in heats:
                target = tuned.targets[heat.landscape].loss
                times[place], seconds[place] = _times(folder / heats[heat], target, protocol)
        results = [(results_of(folder / name) or {}).get("status", "interrupted") for name in heats.values()]
        return cls(folder, tuned, times, seconds, sum(status in ("failed", "interrupted") for status in results))

    @property
    def protocol(self) -> Protocol:
        """What was declared."""
        return self.tuned.protocol

    @cached_property
    def scores(self) -> np.ndarray:
        """Of each optimizer, in the order of the protocol."""
        return _scored(self.times)

    @cached_property
    def bands(self) -> np.ndarray:
        """Where each score lies, `[2, optimizers]`."""
        return band(self.times, _scored)

    @cached_property
    def order(self) -> list[int]:
        """The optimizers' places in the protocol, the best first."""
        return sorted(range(len(self.scores)), key=lambda place: -self.scores[place])

    @cached_property
    def typical_times(self) -> np.ndarray:
        """Evaluations to the target, median over studies, `[optimizers, landscapes]`."""
        return typical(time_of_each_study(self.times))

    @cached_property
    def typical_seconds(self) -> np.ndarray:
        """The same in seconds."""
        return typical(time_of_each_study(self.seconds))

    @cached_property
    def checks(self) -> list[Check]:
        """Every optimizer against the special cases that it contains."""
        return [self._check(*pair) for pair in self.protocol.inclusions]

    def _check(self, general: str, special: str) -> Check:
        first, second = self.protocol.names.index(general), self.protocol.names.index(special)

        def lead(times: Times) -> np.ndarray:
            scores = _scored(times)
            return scores[first] - scores[second]

        low, high = band(self.times, lead)
        return Check(general, special, float(lead(self.times)), float(low), float(high))

    def rows(self) -> list[dict[str, Any]]:
        """A line for each optimizer, the best first."""
        reached = np.isfinite(self.times).mean(axis=(1, 2, 3, 4))
        labels = [label_of(landscape) for landscape in self.protocol.landscapes]
        return [
            {
                "rank": rank,
                "optimizer": self.protocol.names[place],
                "score": self.scores[place],
                "score_low": self.bands[0, place],
                "score_high": self.bands[1, place],
                "reached": reached[place],
                **{f"evaluations {label}": value for label, value in zip(labels, self.typical_times[place], strict=True)},
                **{f"seconds {label}": value for label, value in zip(labels, self.typical_seconds[place], strict=True)},
            }
            for rank, place in enumerate(self.order, start=1)
        ]


def write(standings: Standings) -> None:
    """Write `standings.csv`, `.md` and `.png`, `times.csv`, `trials.csv` and `protocol.md` into the race's folder."""
    from landscape_lab.drawing.figures import save_figure
    from landscape_lab.drawing.standings import standings_figure  # matplotlib
    from landscape_lab.sweeps.reporting import report_of

    folder = standings.folder
    _write_table(folder / "standings.csv", standings.rows())
    _write_table(folder / "times.csv", _time_rows(standings))
    _write_table(folder / "trials.csv", _trial_rows(standings.tuned))
    _write_text(folder / "standings.md", _page(standings))
    _write_text(folder / "protocol.md", _protocol_page(standings))
    save_figure(standings_figure(report_of(standings)), folder / FIGURE)


def show(standings: Standings) -> None:
    """Print who won, whether the checks passed, and the folder on the last line."""
    console = Console() if sys.stdout.isatty() else Console(width=160)
    protocol = standings.protocol
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("", "optimizer", "score", "90 %", "reached", *map(label_of, protocol.landscapes)):
        table.add_column(name, justify="left" if name == "optimizer" else "right")
    for row, place in zip(standings.rows(), standings.order, strict=True):
        sure = f"{row['score_low']:.2f} to {row['score_high']:.2f}"
        times = [number(value) for value in standings.typical_times[place]]
        table.add_row(str(row["rank"]), row["optimizer"], f"{row['score']:.3f}", sure, f"{row['reached']:.0%}", *times)
    console.print("Evaluations to the target of each landscape; score: integral of the performance profile.", highlight=False)
    console.print(table)
    for check in standings.checks:
        console.print(check.words, highlight=False)
    if standings.failed:
        console.print(f"{standings.failed} jobs failed or were interrupted; they count as missed.")
    console.print(str(standings.folder), markup=False, highlight=False, soft_wrap=True)


class StandingsCallback(Callback):
    """Score a race when Hydra has run all of its jobs; exit status 1 tells that some failed."""

    def __init__(self) -> None:
        self.jobs = LeaderboardCallback()

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        """As in every sweep."""
        self.jobs.on_job_end(config, job_return, **kwargs)

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Write and print the standings."""
        with one_line():
            standings = Standings.of(Path(config.hydra.sweep.dir))
            write(standings)
            show(standings)
        if standings.failed:
            raise SystemExit(1)


@one_line()
def main() -> None:
    """Write everything anew from what is in a race's folder."""
    if len(sys.argv) != 2:
        raise ValueError("Give the folder of one race.")
    standings = Standings.of(Path(sys.argv[1]))
    write(standings)
    show(standings)


def number(value: float) -> str:
    """A time, as tables show it.

    >>> number(12.0), number(0.01234), number(float("inf"))
    ('12', '0.012', '∞')
    """
    if math.isinf(value):
        return "∞"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _scored(times: Times) -> np.ndarray:
    return score(time_of_each_study(times))


def _times(folder: Path, target: float, protocol: Protocol) -> tuple[np.ndarray, np.ndarray]:
    """Evaluations and seconds of the descents of a job, `[starts, seeds]`."""
    shape, curves = (protocol.starts, protocol.seeds), read_curves(folder, protocol.budget)
    results = cast(dict[str, Any], results_of(folder) or {})
    if curves is None or curves[1].shape[1] != math.prod(shape):
        return np.full(shape, np.inf), np.full(shape, np.inf)
    times = times_to_target(*curves, target).reshape(shape)
    return times, times * (float(results.get("seconds", math.inf)) / max(1, int(results.get("evaluations", 1))))


def _time_rows(standings: Standings) -> Iterable[dict[str, Any]]:
    """A line for each optimizer on each landscape in each study."""
    tuned, protocol = standings.tuned, standings.protocol
    times, seconds = time_of_each_study(standings.times), time_of_each_study(standings.seconds)
    for place in np.ndindex(*times.shape):
        optimizer, landscape, study = protocol.optimizers[place[0]], protocol.landscapes[place[1]], place[2]
        chosen = tuned.chosen.get((landscape, optimizer, study))
        yield {
            "landscape": label_of(landscape),
            "optimizer": name_of(optimizer),
            "study": study,
            "target": tuned.targets[landscape].loss,
            "lr": chosen.trial.rate if chosen else None,
            "settings": _settings(chosen.trial.settings) if chosen else None,
            "evaluations": times[place],
            "seconds": seconds[place],
            "reached": np.isfinite(standings.times[place]).mean(),
        }


def _trial_rows(tuned: Tuned) -> Iterable[dict[str, Any]]:
    """A line for each trial."""
    for (landscape, optimizer, study), tried in tuned.tried.items():
        for one in tried:
            yield {
                "landscape": label_of(landscape),
                "optimizer": name_of(optimizer),
                "study": study,
                "lr": one.trial.rate,
                "settings": _settings(one.trial.settings),
                "loss": one.loss,
                "evaluations": one.time,
                "reached": one.reached,
            }


def _settings(overrides: Iterable[str]) -> str:
    return " ".join(override.lstrip("+").removeprefix("optimizer.") for override in overrides)


def _page(standings: Standings) -> str:
    """The tables to be read by people."""
    labels = [label_of(landscape) for landscape in standings.protocol.landscapes]
    rows, order = standings.rows(), standings.order

    def times(values: np.ndarray, shown: Callable[[float], str]) -> list[list[str]]:
        return [[row["optimizer"], *map(shown, values[place])] for row, place in zip(rows, order, strict=True)]

    ranking = []
    for row in rows:
        sure = f"{row['score_low']:.3f} to {row['score_high']:.3f}"
        ranking.append([str(row["rank"]), row["optimizer"], f"{row['score']:.3f}", sure, f"{row['reached']:.0%}"])
    targets = [f"{standings.tuned.targets[landscape].loss:.4g}" for landscape in standings.protocol.landscapes]
    return "\n".join(
        [
            "# Standings",
            "",
            f"![standings]({FIGURE})",
            "",
            *_markdown(["", "optimizer", "score", "90 % band", "descents that arrived"], ranking),
            "",
            "## Evaluations to the target, median",
            "",
            *_markdown(["", *labels], [*times(standings.typical_times, number), ["*target*", *targets]]),
            "",
            "## Seconds to the target, median",
            "",
            *_markdown(["", *labels], times(standings.typical_seconds, number)),
            "",
            "## Does tuning suffice?",
            "",
            *(f"* {check.words}" for check in standings.checks),
            "",
            "The protocol: [protocol.md](protocol.md). All numbers: `standings.csv`, `times.csv`, `trials.csv`.",
            "",
        ]
    )


def _protocol_page(standings: Standings) -> str:
    """The protocol, its spaces and its targets."""
    protocol = standings.protocol
    spaces = [[name_of(one), "<br>".join(_space(protocol.space(one))) or "nothing"] for one in protocol.optimizers]
    targets = [
        [label_of(one), f"{target.begin:.4g}", f"{target.lowest:.4g}", f"{target.loss:.6g}"]
        for one, target in standings.tuned.targets.items()
    ]
    folder = shlex.quote(str(standings.folder))
    return "\n".join(
        [
            "# Protocol",
            "",
            *(f"* {sentence}" for sentence in protocol.words),
            "",
            "## Spaces",
            "",
            *_markdown(["optimizer", "trials are drawn from"], spaces),
            "",
            "## Targets",
            "",
            *_markdown(["landscape", "median start", "best tuned baseline", "target"], targets),
            "",
            "## Does tuning suffice?",
            "",
            "Who contains another as a special case should not lose to it, if tuned enough. Lead: by how much it scores higher.",
            "",
            *(f"* {check.words}" for check in standings.checks),
            "",
            "## Again",
            "",
            f"`python -m landscape_lab sweep.resume={folder}` runs what is missing, in another folder the same command anew "
            f"(`multirun.yaml`); `python -m landscape_lab.sweeps.standings {folder}` writes tables and figure anew.",
            "",
        ]
    )


def _space(space: dict[str, Any], condition: str = "") -> list[str]:
    lines = []
    for key, value in space.items():
        if isinstance(value, dict):
            lines += _space(value, f"{key}: ")
        else:
            text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
            lines.append(f"{condition}`{key}: {text}`")
    return lines


def _markdown(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (names, ["---"] * len(names), *rows)]


def _write_table(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """A table; what is infinite is `inf`."""
    lines = list(rows)
    with replacing(path) as unfinished, unfinished.open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in line.items()} for line in lines
        )


def _write_text(path: Path, text: str) -> None:
    with replacing(path) as unfinished:
        unfinished.write_text(text)


if __name__ == "__main__":
    main()
