"""The page of all runs and sweeps below a folder."""

import json
import os
import re
from pathlib import Path

import pytest
from PIL import Image

from landscape_lab.sweeps import index
from landscape_lab.sweeps.index import folders_in, write_index

CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)
HOSTILE = "<script>window.harm=1<!-- \"quoted\" 'too' 🙂 #?%"


def entries(file):
    """What an index tells, by the folders."""
    return {
        one["path"]: one
        for one in json.loads(CONTENT.search(file.read_text())[1])["sections"]["index"]["entries"]
    }


def run_in(folder: Path, **results: object) -> Path:
    """The folder of a run with these results."""
    (folder / ".hydra").mkdir(parents=True)
    (folder / ".hydra" / "overrides.yaml").write_text("- landscape=rosenbrock\n- hydra.run.dir=here\n")
    (folder / "results.json").write_text(
        json.dumps({"status": "completed", "objective": "final_loss"} | results)
    )
    return folder


@pytest.fixture
def outputs(tmp_path):
    """Two runs at different depths, a sweep of two jobs, and what is neither."""
    run_in(tmp_path / "runs" / "rosenbrock" / "first", final_loss=0.5, landscape="rosenbrock", steps=7)
    run_in(tmp_path / "alone", final_loss=None, status="diverged")
    sweep = tmp_path / "sweeps" / "some"
    for number, loss in enumerate((0.3, 0.2)):
        run_in(sweep / f"{number}_job", final_loss=loss, landscape="beale", optimizer="adam")
    (sweep / "multirun.yaml").write_text("hydra:\n  overrides:\n    task: [optimizer=adam, 'seed=0,1']\n")
    (tmp_path / ".git" / "x" / ".hydra").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "around").symlink_to(tmp_path)
    return tmp_path


def test_runs_and_sweeps_are_found_at_any_depth_and_jobs_are_not_listed(outputs):
    found = [str(one.relative_to(outputs)) for one in folders_in(outputs)]
    assert sorted(found) == ["alone", "runs/rosenbrock/first", "sweeps/some"]


def test_an_entry_tells_key_figures_links_and_the_command(outputs):
    Image.new("RGB", (300, 500), "red").save(outputs / "alone" / "path.png")
    (outputs / "alone" / "report.html").touch()
    (outputs / "alone" / "pa th.mp4").touch()
    told = entries(write_index(outputs))
    run, sweep = told["runs/rosenbrock/first"], told["sweeps/some"]
    values = dict(zip(index.COLUMNS, run["values"], strict=True))
    assert (values["landscape"], values["steps"], values["final loss"]) == ("rosenbrock", 7, 0.5)
    assert run["command"] == "python -m landscape_lab landscape=rosenbrock"
    values = dict(zip(index.COLUMNS, sweep["values"], strict=True))
    assert (values["kind"], values["final loss"], values["status"]) == ("sweep", 0.2, "2 completed")
    assert sweep["command"] == "python -m landscape_lab -m optimizer=adam seed=0,1"
    assert told["alone"]["files"] == ["pa%20th.mp4", "report.html"]
    assert told["alone"]["picture"].startswith("data:image/webp;base64,")
    assert run["picture"] is None


def test_what_did_not_change_is_not_read_again(outputs, monkeypatch):
    before = entries(write_index(outputs))
    read, entry = [], index._entry
    monkeypatch.setattr(
        index, "_entry", lambda folder, *rest: read.append(folder.name) or entry(folder, *rest)
    )
    assert entries(write_index(outputs)) == before
    assert read == []
    results = outputs / "alone" / "results.json"
    results.write_text(results.read_text().replace("diverged", "completed"))
    os.utime(results, (1, 1))
    (outputs / "sweeps" / "some" / "leaderboard.csv").touch()
    run_in(outputs / "new", final_loss=0.1)
    after = entries(write_index(outputs))
    assert sorted(read) == ["alone", "new", "some"]
    assert "completed" in after["alone"]["values"]


def test_a_job_that_ends_in_a_sweep_is_seen(outputs):
    write_index(outputs)
    job = outputs / "sweeps" / "some" / "1_job"
    (job / "unfinished").write_text(json.dumps({"status": "failed", "objective": "final_loss"}))
    (job / "unfinished").rename(job / "results.json")
    assert "1 completed, 1 failed" in entries(write_index(outputs))["sweeps/some"]["values"]


@pytest.mark.parametrize("page", ["", "<html>", '<script type="application/json" id="content">[1]</script>'])
def test_another_page_in_its_place_is_written_anew(outputs, page):
    (outputs / "index.html").write_text(page)
    assert len(entries(write_index(outputs))) == 3


def test_names_are_text_and_links_lead_where_they_should(tmp_path):
    folder = run_in(tmp_path / HOSTILE.replace("/", ""), landscape=HOSTILE, optimizer=HOSTILE, error=HOSTILE)
    page = write_index(tmp_path).read_text()
    assert "<script>window" not in page
    (told,) = entries(tmp_path / "index.html").values()
    assert HOSTILE in told["values"]
    assert told["link"].isascii()
    assert not set('<>"#?') & set(told["link"])
    assert folder.is_dir()


def test_only_the_newest_have_pictures_where_there_are_too_many(outputs, monkeypatch):
    for name in ("alone", "runs/rosenbrock/first"):
        Image.new("RGB", (30, 20)).save(outputs / name / "path.png")
    monkeypatch.setattr(index, "THUMBNAILS", 1)
    assert [one["picture"] for one in entries(write_index(outputs)).values()] == [None] * 3


def test_a_folder_without_runs_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no run in"):
        write_index(tmp_path)
