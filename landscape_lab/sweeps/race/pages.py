"""What is left of a race: its tables, its pages to read, its figure, and a summary on the terminal."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from landscape_lab.escaping import Markup, in_terminal
from landscape_lab.files.writing import replacing
from landscape_lab.sweeps.race.entries import label_of, name_of
from landscape_lab.sweeps.race.scored import Ranked, Standings
from landscape_lab.sweeps.race.scoring import time_of_each_study
from landscape_lab.sweeps.race.tuned import Entry, Tuned
from landscape_lab.sweeps.race.wording import protocol_page, verdicts
from landscape_lab.tables import markdown, write_csv

FIGURE = "standings.png"
DIGITS = 6
"""Significant digits of the numbers in the tables."""
TIME = ("landscape", "optimizer", "study", "target", "lr", "settings", "evaluations", "seconds", "reached")
"""The columns of `times.csv`."""
TRIAL = ("landscape", "optimizer", "study", "lr", "settings", "loss", "evaluations", "reached", "pruned")
"""The columns of `trials.csv`."""


def write(standings: Standings) -> None:
    """Write `standings.csv`, `.md`, `.png`, `times.csv`, `trials.csv` and `protocol.md` into the folder."""
    from landscape_lab.drawing.figures import save_figure  # matplotlib
    from landscape_lab.drawing.standings import standings_figure
    from landscape_lab.sweeps.race.charts import charts_of

    folder = standings.folder
    labels = [label_of(landscape) for landscape in standings.protocol.landscapes]
    each = [f"{what} {label}" for what in ("evaluations", "seconds", "loss") for label in labels]
    names = ["rank", "optimizer", "score", "score_low", "score_high", "seconds_score", "reached", *each]
    lines = (
        [*one[:5], one.seconds_score, one.reached, *one.evaluations, *one.seconds, *one.losses]
        for one in standings.ranking()
    )
    write_csv(folder / "standings.csv", names, lines, DIGITS)
    write_csv(folder / "times.csv", TIME, _times(standings), DIGITS)
    write_csv(folder / "trials.csv", TRIAL, _trials(standings.tuned), DIGITS)
    _write_text(folder / "standings.md", _page(standings))
    _write_text(folder / "protocol.md", protocol_page(standings))
    save_figure(standings_figure(charts_of(standings)), folder / FIGURE)


def show(standings: Standings) -> None:
    """Print who won, whether the checks passed, and the folder on the last line."""
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(
        "Evaluations to the target of each landscape; score: integral of the performance profile.",
        highlight=False,
    )
    console.print(_table(standings))
    for check in standings.checks:
        console.print(in_terminal(check.words))
    if standings.failed:
        console.print(f"{standings.failed} jobs failed or were interrupted; they count as missed.")
    console.print(in_terminal(str(standings.folder)), soft_wrap=True)


def _table(standings: Standings) -> Table:
    """The optimizers by their rank, each with its evaluations to the target of each landscape."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    scores = ("score", "90 %", "in seconds", "reached")
    for name in ("", "optimizer", *scores, *map(label_of, standings.protocol.landscapes)):
        table.add_column(in_terminal(name), justify="left" if name == "optimizer" else "right")
    for one in standings.ranking():
        texts = *_scores(one, "{:.2f} to {:.2f}"), *map(number, one.evaluations)
        table.add_row(*map(in_terminal, texts))
    return table


def _scores(one: Ranked, band: str) -> list[str]:
    """Rank, name and scores of an optimizer, as tables show them."""
    scores = [f"{one.score:.3f}", band.format(one.low, one.high), f"{one.seconds_score:.3f}"]
    return [str(one.rank), one.name, *scores, f"{one.reached:.0%}"]


def number(value: float) -> str:
    """A time or a loss, as tables show it.

    >>> number(12.0), number(0.01234), number(float("inf"))
    ('12', '0.0123', 'missed')
    """
    if math.isinf(value):
        return "missed"
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"


def _times(standings: Standings) -> Iterator[tuple[object, ...]]:
    """The lines of `times.csv`: each optimizer on each landscape in each study."""
    tuned, protocol = standings.tuned, standings.protocol
    times, seconds = time_of_each_study(standings.times), time_of_each_study(standings.seconds)
    for index in np.ndindex(*times.shape):
        optimizer, landscape, study = protocol.optimizers[index[0]], protocol.landscapes[index[1]], index[2]
        chosen = tuned.chosen.get(Entry(landscape, optimizer, study))
        yield (
            label_of(landscape),
            name_of(optimizer),
            study,
            tuned.targets[landscape].loss,
            chosen.trial.rate if chosen else None,
            _settings(chosen.trial.settings) if chosen else None,
            times[index],
            seconds[index],
            np.isfinite(standings.times[index]).mean(),
        )


def _trials(tuned: Tuned) -> Iterator[tuple[object, ...]]:
    """The lines of `trials.csv`: each trial of each optimizer."""
    for (landscape, optimizer, study), tried in tuned.tried.items():
        for one in tried:
            settings = _settings(one.trial.settings)
            yield (
                label_of(landscape),
                name_of(optimizer),
                study,
                one.trial.rate,
                settings,
                one.loss,
                one.time,
                one.reached,
                one.pruned,
            )


def _settings(overrides: Iterable[str]) -> str:
    """Overrides of the optimizer, in one cell."""
    return " ".join(override.lstrip("+").removeprefix("optimizer.") for override in overrides)


def _page(standings: Standings) -> str:
    """The tables to be read by people."""
    labels = [label_of(landscape) for landscape in standings.protocol.landscapes]
    ranking = standings.ranking()
    targets = [Markup("*target*")] + [
        f"{standings.tuned.targets[landscape].loss:.4g}" for landscape in standings.protocol.landscapes
    ]
    return "\n".join(
        [
            "# Standings",
            "",
            f"![standings]({FIGURE})",
            "",
            *markdown(
                ["", "optimizer", "score", "90 % band", "score by seconds", "descents that arrived"],
                [_scores(one, "{:.3f} to {:.3f}") for one in ranking],
            ),
            "",
            "## Evaluations to the target, median",
            "",
            *markdown(["", *labels], _numbers(ranking, lambda one: one.evaluations)),
            "",
            "## Seconds to the target, median",
            "",
            *markdown(["", *labels], _numbers(ranking, lambda one: one.seconds)),
            "",
            "## Lowest loss, median",
            "",
            *markdown(["", *labels], [*_numbers(ranking, lambda one: one.losses), targets]),
            "",
            "## Does tuning suffice?",
            "",
            *verdicts(standings),
            "",
            "The protocol: [protocol.md](protocol.md). "
            "All numbers: `standings.csv`, `times.csv`, `trials.csv`.",
            "",
        ]
    )


def _numbers(ranking: Iterable[Ranked], values: Callable[[Ranked], np.ndarray]) -> list[list[str]]:
    """A line for each optimizer with a number for each landscape; the lowest of each is bold."""
    table = np.array([values(one) for one in ranking])
    best = (table == table.min(axis=0)) & np.isfinite(table)
    bold = [
        [
            Markup(f"**{number(value)}**" if first else number(value))
            for value, first in zip(*line, strict=True)
        ]
        for line in zip(table, best, strict=True)
    ]
    return [[one.name, *line] for one, line in zip(ranking, bold, strict=True)]


def _write_text(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    with replacing(path) as unfinished:
        unfinished.write_text(text)
