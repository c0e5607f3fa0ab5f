"""The page of a race: its standings to sort and filter, and the curves behind them."""

import math
from pathlib import Path

import numpy as np

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.drawing.report.content import finite
from landscape_lab.drawing.standings import Curves
from landscape_lab.escaping import visible
from landscape_lab.reporting import NAME
from landscape_lab.sweeps.race.charts import charts_of
from landscape_lab.sweeps.race.entries import label_of
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.sweeps.race.wording import sentences
from landscape_lab.sweeps.reports import sweep_command

CHARTS = (
    ("profiles", "Performance profile", "times the best one's evaluations", "share of problems solved"),
    ("sensitivity", "Sensitivity", "learning rate over the tuned one", "share of descents that arrive"),
    ("budget", "Budget", "trials of tuning", "gap to the best, share of the way"),
)
"""The curves of a race: their attribute, their heading, and what their axes are called."""
LOGARITHMIC = {"profiles", "sensitivity"}
"""The curves over ratios."""


def write_race_report(standings: Standings, path: Path | None = None) -> Path:
    """Write the page of a race.

    Args:
        standings: How it ended.
        path: The file; `report.html` in the race's folder if not given.
    """
    path = standings.folder / NAME if path is None else path
    write_page(report_of_race(standings), path)
    return path


def report_of_race(standings: Standings) -> Report:
    """What the page of a race tells."""
    names = [visible(one.name) for one in standings.ranking()]
    number = len(standings.protocol.landscapes)
    title = f"{len(names)} optimizers on {number} landscape{'s' * (number != 1)}: {names[0]} is first"
    section = {
        "names": names,
        "table": _table(standings),
        "charts": _charts(standings),
        "checks": [[visible(check.words), check.passed] for check in standings.checks],
        "words": [visible(sentence) for sentence in sentences(standings.protocol)],
    }
    command = sweep_command(standings.folder)
    return Report(title, sections={"ranking": section}, command=command)


def _table(standings: Standings) -> dict[str, object]:
    """A line for each optimizer: its scores, and its evaluations to each target."""
    labels = [visible(label_of(landscape)) for landscape in standings.protocol.landscapes]
    scores = ["rank", "optimizer", "score", "low", "high", "in seconds", "reached"]
    lines = [
        [
            *(one.rank, visible(one.name), one.score, one.low, one.high, one.seconds_score, one.reached),
            *("missed" if math.isinf(value) else float(value) for value in one.evaluations),
        ]
        for one in standings.ranking()
    ]
    return {"columns": [*scores, *labels], "lines": lines}


def _charts(standings: Standings) -> list[dict[str, object]]:
    """The curves, a line for each optimizer in the order of the ranking."""
    drawn = charts_of(standings)
    made = []
    for name, heading, across, up in CHARTS:
        curves: Curves = getattr(drawn, name)
        lines = [
            [finite(round(value, 6)) for value in line]
            for line in np.asarray(curves.values, dtype=float).tolist()
        ]
        at = [float(value) for value in curves.at]
        shape = {"logarithmic": name in LOGARITHMIC, "labels": [across, up]}
        made.append({"heading": heading, "at": at, "lines": lines, **shape})
    return made
