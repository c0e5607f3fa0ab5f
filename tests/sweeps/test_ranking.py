"""The order of jobs."""

import json

import pytest

from landscape_lab.sweeps.pages import _write_tables, conclude
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.tables import short


def sweep(folder, **jobs):
    """The folder of a sweep with these results."""
    for number, (name, results) in enumerate(jobs.items()):
        job = folder / f"{number}_{name}"
        job.mkdir()
        (job / "results.json").write_text(json.dumps({"objective": "final_loss"} | results))
    return folder


def test_jobs_that_stopped_as_planned_are_ranked_with_those_that_completed(tmp_path):
    board = Leaderboard.of(
        sweep(
            tmp_path,
            worse={"status": "completed", "final_loss": 2.0},
            failed={"status": "failed", "error": "no"},
            best={"status": "stopped", "final_loss": 1.0},
            pruned={"status": "pruned", "final_loss": 0.5, "steps": 7},
            diverged={"status": "diverged", "final_loss": None, "steps": 3},
            nothing={"status": "completed", "final_loss": None},
        )
    )
    assert [job.name[2:] for job in board.jobs] == [
        "best",
        "worse",
        "nothing",
        "pruned",
        "diverged",
        "failed",
    ]
    assert board.ranked == 2
    assert [job.name for job in board.best] == ["2_best"]
    assert [job.reason for job in board.jobs[3:]] == ["pruned in step 7", "diverged in step 3", "failed: no"]


@pytest.mark.parametrize(
    "content",
    [
        b"[1, 2]",
        b"null",
        b"5",
        b"[" * 100_000,
        b"\xff\xfe{}",
        b"",
        b'{"objective": null, "status": "completed", "final_loss": 0.1}',
        b'{"objective": [5], "status": "completed", "final_loss": 0.1}',
        b'{"threads": "abc", "status": "completed", "final_loss": 0.1}',
    ],
)
def test_a_job_whose_results_are_damaged_is_named_and_left_out(tmp_path, content, capsys):
    folder = sweep(tmp_path, **{name: {"status": "completed", "final_loss": 1.0} for name in "abc"})
    (folder / "1_b" / "results.json").write_bytes(content)
    board = conclude(folder)
    assert board.ranked == 2
    assert [job.name for job in board.jobs] == ["0_a", "2_c", "1_b"]
    assert board.jobs[2].reason == "interrupted: results.json is damaged"
    told = capsys.readouterr().err
    assert told == f"landscape_lab: {folder}/1_b/results.json is damaged: its job is left out.\n"


def test_of_several_objectives_all_are_best_that_nothing_beats(tmp_path):
    results = {"a": (1.0, 9.0), "b": (2.0, 3.0), "c": (2.0, 4.0), "d": (3.0, 1.0)}
    values = {
        name: {
            "status": "completed",
            "objective": ["final_loss", "seconds"],
            "final_loss": loss,
            "seconds": time,
        }
        for name, (loss, time) in results.items()
    }
    assert [job.name[2:] for job in Leaderboard.of(sweep(tmp_path, **values)).best] == ["a", "b", "d"]


def test_a_folder_without_jobs_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="There are no jobs in"):
        Leaderboard.of(tmp_path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("'my drawing.png'", "my drawing.png"),
        ('"my drawing.png"', "my drawing.png"),
        (r"my\ drawing\,2.png", "my drawing,2.png"),
        (r"'it\'s.png'", "it's.png"),
        ("[0.9,0.99]", "[0.9,0.99]"),
        ("'", "'"),
    ],
)
def test_values_are_shown_without_the_quotes_of_the_grammar(tmp_path, written, read):
    sweep(tmp_path, a={"final_loss": 1.0})
    (tmp_path / "0_a" / ".hydra").mkdir()
    (tmp_path / "0_a" / ".hydra" / "overrides.yaml").write_text(json.dumps([f"landscape.image={written}"]))
    assert Leaderboard.of(tmp_path).jobs[0].choices == {"landscape.image": read}


def test_numbers_are_shortened_also_within_words():
    assert short("lr 0.1234567, betas [0.9,0.99999]") == "lr 0.1235, betas [0.9,1]"


@pytest.fixture
def on_two_landscapes(tmp_path):
    """Losses of another size on each; sgd diverges on the hard one."""
    losses = {
        ("adam", "easy"): 1e-11,
        ("lion", "easy"): 1e-3,
        ("sgd", "easy"): 1e-12,
        ("adam", "hard"): 3.0,
        ("lion", "hard"): 4.0,
        ("sgd", "hard"): None,
    }
    results = {
        f"{ground}_{optimizer}": {
            "status": "completed" if loss else "diverged",
            "landscape": ground,
            "optimizer": optimizer,
            "final_loss": loss,
            "steps": 3,
        }
        for (optimizer, ground), loss in losses.items()
    }
    folder = sweep(tmp_path, **results)
    for number, (optimizer, ground) in enumerate(losses):
        hydra = folder / f"{number}_{ground}_{optimizer}" / ".hydra"
        hydra.mkdir()
        (hydra / "overrides.yaml").write_text(f"[landscape={ground}, optimizer={optimizer}]")
    return Leaderboard.of(folder)


def test_jobs_are_ranked_on_their_landscape_and_configurations_by_their_mean_rank(on_two_landscapes):
    board = on_two_landscapes
    assert [job.name[2:] for job in board.jobs] == [
        *("easy_sgd", "easy_adam", "easy_lion"),
        *("hard_adam", "hard_lion", "hard_sgd"),
    ]
    assert [line["rank"] for line in board.table(["rank"])] == [1, 2, 3, 1, 2, None]
    assert [(one.label, one.mean) for one in board.standings] == [("adam", 1.5), ("sgd", 2.0), ("lion", 2.5)]
    assert [job.name[2:] for job in board.best] == ["easy_adam"]
    assert board.title.startswith("6 jobs on 2 landscapes by final_loss: 5 completed")


def test_the_page_tells_mean_ranks_and_a_dash_where_there_is_no_loss(on_two_landscapes):
    _write_tables(on_two_landscapes)
    page = (on_two_landscapes.folder / "leaderboard.md").read_text().splitlines()
    assert "| mean rank | configuration | easy | hard |" in page
    assert "| 1.5 | adam | 2: 1e-11 | 1: 3 |" in page
    assert "| 2 | sgd | 1: 1e-12 | 3: – |" in page
    (diverged,) = (line for line in page if "5_hard_sgd" in line)
    assert diverged == "|  | 5_hard_sgd | hard | sgd | – | diverged in step 3 |"


def test_a_sweep_on_one_landscape_has_no_mean_ranks(tmp_path):
    board = Leaderboard.of(sweep(tmp_path, a={"status": "completed", "final_loss": 2.0, "landscape": "x"}))
    assert (board.standings, board.grounds) == ((), [""])
