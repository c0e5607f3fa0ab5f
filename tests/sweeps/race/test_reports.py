"""The page of a race, as data."""

import json
import re
from pathlib import Path

import pytest
from sweeping import HARM

from landscape_lab import report
from landscape_lab.sweeps.race.reports import report_of_race
from landscape_lab.sweeps.race.scored import Standings

CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)
SMALL = [
    "sweep=race",
    "sweep.optimizers=[sgd,lion]",
    "sweep.baselines=[sgd]",
    "sweep.trials=2",
    "sweep.starts=2",
    "sweep.seeds=1",
    "steps=8",
]


def test_a_race_has_a_page_of_its_ranking_and_its_curves(command_line, monkeypatch):
    done = command_line("-m", *SMALL, "sweep.landscapes=[booth]", "hydra.sweep.dir=race", "report=page")
    assert done.status == 0
    told = json.loads(CONTENT.search(Path("race/report.html").read_text())[1])
    standings, ranking = told["sections"]["ranking"], Standings.of(Path("race")).ranking()
    assert told["title"] == f"2 optimizers on 1 landscape: {ranking[0].name} is first"
    columns = standings["table"]["columns"]
    for line, one in zip(standings["table"]["lines"], ranking, strict=True):
        values = dict(zip(columns, line, strict=True))
        assert (values["rank"], values["optimizer"]) == (one.rank, one.name)
        assert values["score"] == pytest.approx(one.score)
        assert values["booth"] in ("missed", one.evaluations[0])
    for chart in standings["charts"]:
        assert {len(line) for line in chart["lines"]} == {len(chart["at"])}
    assert not list(Path("race").glob("*/report.html"))
    made = command_line("race", "again.html", main=report.main)
    assert made.status == 0
    assert CONTENT.search(Path("again.html").read_text())[1] == json.dumps(told, separators=(",", ":"))
    monkeypatch.setattr("landscape_lab.sweeps.race.reports.label_of", lambda _: HARM)
    assert HARM in report_of_race(Standings.of(Path("race"))).sections["ranking"]["table"]["columns"]
