"""Damaged files: a line names the file and nothing is changed, or what comes out is as if they were whole."""

import random
import shutil
from functools import cache
from pathlib import Path

import pytest
from harm import check_same, check_told, command, state
from sweeping import leaderboard

QUIET = ["logger=none", "figures=[]", "threads=1"]
NETWORK = [
    *("landscape=network", "model=mlp", "data=moons", "data.samples=50", "landscape.batch_size=10"),
    *("steps=20", "steps_per_batch=10", "hydra.run.dir=run", *QUIET),
]
TUNED = ["landscape=beale", "optimizer.lr=auto", "steps=60", "hydra.run.dir=run", *QUIET]
GRID = ["-m", "landscape=turn", "optimizer=adam,sgd", "steps=10", "hydra.sweep.dir=run", *QUIET]
STUDY = [
    *("-m", "sweep=optuna", "landscape=turn", "steps=10", "optimizer.lr=tag(log,interval(1e-3,1))"),
    *("sweep.n_trials=2", "hydra.sweep.dir=run", *QUIET),
]
JOURNAL = [*STUDY, "sweep.storage=journal"]
FINISHED, LONGER = [*NETWORK, "resume=true"], [*NETWORK, "resume=true", "steps=30"]
AGAIN = ["sweep.resume=run"]
OTHER = [*NETWORK, "landscape.weights=run", "hydra.run.dir=other"]
CASES = {
    "run/checkpoints/last.ckpt": (NETWORK, LONGER, "other"),
    "run/results.json": (NETWORK, FINISHED, "same"),
    "run/trajectory.npz": (NETWORK, FINISHED, "same"),
    "run/weights.safetensors": (NETWORK, OTHER, "other"),
    "run/.hydra/config.yaml": (NETWORK, FINISHED, "same"),
    "run/.hydra/overrides.yaml": (NETWORK, FINISHED, "same"),
    "run/lr_search.json": (TUNED, [*TUNED, "resume=true", "steps=60"], "same"),
    "run/multirun.yaml": (GRID, AGAIN, "board"),
    "run/0_turn_adam/results.json": (GRID, AGAIN, "board"),
    "run/1_turn_sgd/.hydra/config.yaml": (GRID, AGAIN, "board"),
    "run/1_turn_sgd/trajectory.npz": (GRID, AGAIN, "board"),
    "run/leaderboard.csv": (GRID, AGAIN, "board"),
    "run/study.db": (STUDY, [*AGAIN, "sweep.n_trials=3"], "study"),
    "run/study.journal": (JOURNAL, [*AGAIN, "sweep.n_trials=3"], "study"),
}
"""Of each file the command that leaves it, the command that reads it, and what this is to give."""


def inverted(data: bytes, source: random.Random) -> bytes:
    """Up to 200 bytes, somewhere."""
    begin = source.randrange(len(data))
    return data[:begin] + bytes(255 - byte for byte in data[begin : begin + 200]) + data[begin + 200 :]


DAMAGES = {
    "inverted": inverted,
    "inverted again": inverted,
    "one bit": lambda data, source: _one_bit(data, source.randrange(len(data))),
    "cut": lambda data, source: data[: source.randrange(1, len(data))],
    "cut at its end": lambda data, source: data[:-1],
    "empty": lambda data, source: b"",
    "zeros": lambda data, source: bytes(len(data)),
    "text": lambda data, source: b"hello\n",
    "a list": lambda data, source: b"[1, 2]\n",
    "null": lambda data, source: b"null\n",
    "nested": lambda data, source: b"[" * 5000,
}


def _one_bit(data: bytes, at: int) -> bytes:
    """The highest bit of a byte, which makes no other number of a digit."""
    return data[:at] + bytes([data[at] ^ 128]) + data[at + 1 :]


def found_in(folder: Path, kind: str) -> object:
    """What a command gives."""
    if kind in ("same", "other"):
        return state(folder / ("other" if kind == "other" and (folder / "other").exists() else "run"))
    rows = leaderboard(folder / "run")
    return {row["job"]: row for row in rows} if kind == "board" else len(rows)


def contents(folder: Path) -> dict[Path, bytes]:
    """All files."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What a command leaves, and what a second one gives, where nothing is damaged."""

    @cache
    def made(first, second, kind):
        folder = tmp_path_factory.mktemp("left")
        begun = command(folder, *first)
        assert begun.status == 0, begun.err
        copy = folder / "copy"
        shutil.copytree(folder / "run", copy / "run")
        ended = command(copy, *second)
        assert ended.status == 0, ended.err
        return folder / "run", found_in(copy, kind)

    return lambda first, second, kind: made(tuple(first), tuple(second), kind)


@pytest.mark.parametrize(
    ("file", "damages"),
    [
        pytest.param("run/weights.safetensors", ["one bit"], id="a few"),
        *(pytest.param(file, list(DAMAGES), marks=pytest.mark.slow, id=file) for file in CASES),
    ],
)
def test_a_damaged_file(tried, left, tmp_path, file, damages):
    first, second, kind = CASES[file]
    source, wanted = left(first, second, kind)
    for number, damage in enumerate(damages):
        with tried(f"damaged: {Path(file).name}", damage):
            folder = tmp_path / str(number)
            shutil.copytree(source, folder / "run")
            data = DAMAGES[damage]((folder / file).read_bytes(), random.Random(number))
            (folder / file).write_bytes(data)
            before = contents(folder)
            ended = command(folder, *second)
            check_told(ended, lines=3)
            if ended.status == 0:
                check_equal(found_in(folder, kind), wanted, kind)
            else:
                assert Path(file).name in ended.err or "run" in ended.err, ended.err
                assert contents(folder) == before, "something was changed"


def check_equal(found: object, wanted: object, kind: str) -> None:
    """Fail unless what came out is what was to come out."""
    if kind in ("same", "other"):
        check_same(found, wanted)
    else:
        assert found == wanted
