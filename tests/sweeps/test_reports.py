"""The page of a sweep, as data."""

import json
import re

import numpy as np
import pytest
from networks import linear
from scenes import function_scene
from sweeping import HARM, swept

from landscape_lab.drawing.report.page import page
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.sweeps import reports
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.sweeps.reports import (
    cell,
    coarser,
    leaderboard_of,
    rates_of,
    report_of_sweep,
    resolution_of,
    write_report,
)

CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The leaderboard of a sweep over two landscapes."""
    return Leaderboard.of(swept(tmp_path_factory.mktemp("sweep")))


def content(file):
    """What a page tells."""
    return json.loads(CONTENT.search(file.read_text())[1])


def test_the_paths_are_on_their_landscapes_and_one_name_has_one_colour(board, tmp_path):
    told = content(write_report(board, tmp_path / "page.html"))
    assert [ground["ground"] for ground in told["grounds"]] == ["rosenbrock", "beale"]
    colors = {}
    for ground in told["grounds"]:
        for path in ground["paths"]:
            assert colors.setdefault(path["label"], path["colors"][0]) == path["colors"][0]
    assert len(set(colors.values())) == len(colors) == 4
    assert told["title"] == "7 jobs on 2 landscapes by final_loss: 5 completed, 1 diverged, 1 failed"
    assert {"race", "leaderboard", "rates"} == told["sections"].keys()


def test_a_leaderboard_tells_every_job_and_why_it_has_no_rank(board):
    jobs = leaderboard_of(board, board.folder)["jobs"]
    assert len(jobs["lines"]) == len(jobs["ends"]) == len(jobs["links"]["job"]) == 7
    assert jobs["ends"][-2:] == ["diverged", "failed"]
    assert jobs["lines"][-1][-1] == f"failed: {HARM}"
    assert jobs["lines"][-2][-1].startswith("diverged in step")
    assert jobs["lines"][-1][0] is None  # no rank
    lr = jobs["columns"].index("optimizer.lr")
    assert {line[lr] for line in jobs["lines"]} == {0.001, 0.01, 0.1, None}  # numbers, not their texts
    assert jobs["links"]["job"][-1] == "6_failed/"
    beside = leaderboard_of(board, board.folder.parent)["jobs"]["links"]["job"][-1]
    assert beside == f"{board.folder.name}/6_failed/"


def test_mean_ranks_stand_beside_the_results_on_each_landscape(board):
    standings = leaderboard_of(board, board.folder)["standings"]
    assert standings["columns"][:2] == ["mean rank", "configuration"]
    assert sorted(standings["columns"][2:]) == ["beale", "rosenbrock"]
    best = standings["lines"][0]
    expected = {job.metrics["final_loss"] for job in board.jobs if board.label(job) == best[1]}
    assert expected >= {loss for loss in best[2:] if loss is not None}


def test_learning_rates_have_the_losses_of_their_jobs(board):
    found = {(line["ground"], line["label"]): line for line in rates_of(board)}
    assert set(found) == {("rosenbrock", "adam"), ("beale", "adam")}  # of others there is one rate
    ends = {job.name: job.metrics["final_loss"] for job in board.jobs if job.status == "completed"}
    line = found["rosenbrock", "adam"]
    assert line["rates"] == [0.01, 0.1]
    assert line["losses"] == [ends["0_rosenbrock"], ends["1_rosenbrock"]]


def test_members_of_one_rate_count_by_their_median_and_what_diverged_has_none(lab, tmp_path):
    words = ["landscape=rosenbrock", "optimizer=sgd", "steps=9"]
    ensemble = ["ensemble.lr=[0.0001,0.001,0.1]", "ensemble.starts={random:3}"]
    result = lab(*words, *ensemble, name="sweep/0_job")
    (line,) = rates_of(Leaderboard.of(tmp_path / "sweep"))
    last, rates = result.trajectory.losses[-1], np.asarray(result.trajectory.rates)
    for rate, loss in zip([0.0001, 0.001], line["losses"], strict=False):
        assert loss == pytest.approx(sorted(last[np.isclose(rates, rate)])[1])
    assert line["losses"][2] is None


def test_of_many_jobs_the_best_are_drawn_and_the_page_says_so(board, monkeypatch):
    monkeypatch.setattr(reports, "PATHS", 2)
    made = report_of_sweep(board, board.folder, {"resolution": 10})
    assert [len(scene.traces) for scene in made.grounds.values()] == [2, 2]
    assert made.about == "drawn: the best 2 of each landscape"
    assert next(iter(made.grounds.values())).losses.shape[1] == 10
    assert HARM not in page(made)


def test_many_landscapes_share_the_room_of_a_page(board, monkeypatch):
    monkeypatch.setattr(reports, "CELLS", 2 * 12**2)
    made = report_of_sweep(board, board.folder, {"resolution": 500})
    assert [max(scene.losses.shape) for scene in made.grounds.values()] == [12, 12]


def test_a_map_that_cannot_be_made_leaves_the_rest(board, monkeypatch, capsys):
    def refuse(*_: object) -> None:
        raise ValueError("no such plane")

    monkeypatch.setattr(reports, "stage_paths", refuse)
    made = report_of_sweep(board, board.folder, {})
    assert made.scene is None
    assert made.grounds == {}
    assert {"leaderboard", "rates"} == made.sections.keys()
    assert "rosenbrock has no map in report.html: no such plane" in capsys.readouterr().err


def test_a_sweep_writes_one_page_and_its_jobs_have_none(quiet_command, tmp_path):
    words = ["landscape=rosenbrock", "steps=3", "plane.resolution=20", "hydra.sweep.dir=sweep"]
    done = quiet_command("-m", *words, "optimizer.lr=0.01,0.1", "report=page")
    assert done.status == 0
    told = content(tmp_path / "sweep" / "report.html")
    assert {path["label"] for path in told["paths"]} == {"lr 0.01", "lr 0.1"}
    assert "report=page" in told["command"]
    assert not list(tmp_path.glob("sweep/*/report.html"))


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, None), (np.inf, None), ("inf", "inf"), ("1e-2", 0.01), (True, "True"), ("\x1b[31m", "\\x1b[31m")],
)
def test_cells_are_numbers_where_they_read_as_such(value, told):
    assert cell(value) == told


@pytest.mark.parametrize(
    ("asked", "of_formula", "of_network"), [(None, 100, None), (1000, 100, 100), (20, 20, 20)]
)
def test_only_who_asks_for_cells_waits_for_them(asked, of_formula, of_network):
    assert resolution_of(asked, FunctionLandscape.named("beale"), 100) == of_formula
    assert resolution_of(asked, linear(), 100) == of_network


def test_a_coarser_map_has_the_cells_of_the_middles():
    _, made = function_scene("quadratic")
    rows, columns = made.losses.shape
    losses = coarser(made, 7).losses
    assert losses.shape == (7, 7)
    assert losses[3, 3] == made.losses[rows // 2, columns // 2]
    assert losses[0, 6] == made.losses[rows // 14, columns * 13 // 14]
    assert (coarser(made, 10_000).losses == made.losses).all()
