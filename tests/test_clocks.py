"""Clocks count from anywhere, from zero too: a machine that has just started up gives the same results."""

import ast
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from foreign_modules import WithLoaders
from training import fit

from landscape_lab import Descent, TrajectoryRecorder, results
from landscape_lab.augmentations import MapImage
from landscape_lab.callbacks import Checkpoints, ProgressBar
from landscape_lab.chunk import Chunk
from landscape_lab.curvature import HessianProducts, Spectrum, spectrum
from landscape_lab.ending import Ending
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import Plane, Window
from landscape_lab.planes.departure import departure_of
from landscape_lab.planes.grid import _seconds
from landscape_lab.planes.grid_file import GridFile
from landscape_lab.planes.progress import Progress
from landscape_lab.planes.slopes import slopes_of
from landscape_lab.playing.asked import Descents
from landscape_lab.playing.descents import descend
from landscape_lab.playing.ground import Ground, Landscaped, Own
from landscape_lab.playing.players import player
from landscape_lab.process import stopping, threads
from landscape_lab.staging import bending
from landscape_lab.staging.bending import ratios_of
from landscape_lab.sweeps.progress import PLAIN_SECONDS, Watch
from landscape_lab.sweeps.race.loss_curves import LossCurves, read_curves
from landscape_lab.sweeps.study import servers

PACKAGE = Path(__file__).parents[1] / "landscape_lab"
CLOCKS = ("monotonic", "perf_counter", "thread_time", "time", "process_time")


class Clock:
    """A clock that shows what it was set to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=[0.0, 1e6], ids=["from zero", "from long ago"])
def clock(request, monkeypatch) -> Clock:
    """All clocks of the standard library, as on a machine that started just now or long ago."""
    clock = Clock(request.param)
    for name in CLOCKS[:3]:
        monkeypatch.setattr(time, name, clock)
    return clock


def descent(steps: int = 20) -> Descent:
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(-1.0, -0.9))
    return Descent(landscape, partial(torch.optim.SGD, lr=0.01), steps=steps, steps_per_batch=5)


def progress_bar(clock: Clock, folder: Path, monkeypatch) -> None:
    """The first chunk is drawn at once, the next ones only after a while."""
    drawn = Mock()
    monkeypatch.setattr("rich.progress.Progress.update", drawn)
    fit(descent(), ProgressBar(seconds=1000))
    assert [entry.kwargs["completed"] for entry in drawn.call_args_list] == [5]


def checkpoints(clock: Clock, folder: Path, monkeypatch) -> None:
    """The first one is written when its time has passed, the second one as long after the first."""
    trainer, module = Mock(), Mock(ending=Ending("completed"))
    trainer.save_checkpoint.side_effect = lambda path: Path(path).write_text("state")
    written, callback = [], Checkpoints(folder, seconds=20)
    callback.on_train_start(trainer, module)
    for _ in range(6):
        callback.on_train_batch_end(trainer, module, {}, None, 0)
        written.append(trainer.save_checkpoint.call_count)
        clock.now += 10
    assert written == [0, 0, 1, 1, 2, 2]


def watch(clock: Clock, folder: Path, monkeypatch) -> None:
    """Without a terminal, a line is written when its time has passed, and the time left is of this sweep."""
    done: Iterator[int] = iter([0, 1, 2, 3, 4])
    watch = Watch(10, lambda: next(done), "jobs")
    looks = iter([PLAIN_SECONDS / 2, PLAIN_SECONDS, 1.5 * PLAIN_SECONDS, 2 * PLAIN_SECONDS])
    began, watch.stream = clock.now, Mock()

    def wait(pause: float) -> bool:
        clock.now = began + next(looks, 0.0)
        return clock.now == began

    watch.over = Mock(wait=wait)
    watch._watch()
    lines = [entry.args[0] for entry in watch.stream.write.call_args_list]
    assert lines == ["2 of 10 jobs, 0:02:00 left\n", "4 of 10 jobs, 0:01:30 left\n"]


def metrics(clock: Clock, folder: Path, monkeypatch) -> None:
    """A clock too coarse to see the descent gives no speed, and no division by zero."""
    found = results.metrics(fit(descent()))
    assert (found["seconds"], found["steps_per_second"]) == (0.0, None)
    json.dumps(found, allow_nan=False)


def recorder(clock: Clock, folder: Path, monkeypatch) -> None:
    """A training takes as long as it takes, whenever it began."""

    class Slow(pl.Callback):
        def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
            clock.now += 0.5

    recorder = TrajectoryRecorder(every=1)
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = pl.Trainer(**quiet, enable_model_summary=False, max_steps=2, callbacks=[Slow(), recorder])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(WithLoaders())
    assert recorder.trajectory.clock.moments[-1] == (2, 1.0)


def chunk(clock: Clock, folder: Path, monkeypatch) -> None:
    """A chunk ends about a second after it began, whenever that was."""
    sizes = []

    class Slow(torch.optim.SGD):
        def step(self, closure=None):
            clock.now += 0.4
            return super().step(closure)

    class Sizes(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            sizes.append(len(outputs["steps"]))

    module = descent(12)
    module.make_optimizer = partial(Slow, lr=0.01)
    fit(module, Sizes())
    assert sizes == [3, 2, 3, 2, 2]
    seconds_of_a_race(clock, folder, monkeypatch)


def seconds_of_a_race(clock: Clock, folder: Path, monkeypatch) -> None:
    """Seconds are those of the median step: not of the first ones, nor of what other callbacks do."""

    class Slow(torch.optim.SGD):
        def step(self, closure=None):
            clock.now += 0.5 if module.global_step else 30.0
            return super().step(closure)

    class Measuring(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            clock.now += 100.0

    module = descent()
    module.make_optimizer = partial(Slow, lr=0.01)
    monkeypatch.setattr("landscape_lab.chunk.SECONDS", 1e9)
    fit(module, Measuring(), LossCurves(folder))
    assert read_curves(folder, 21).seconds.tolist() == [0.5 * made for made in range(1, 22)]


def number_of_threads(clock: Clock, folder: Path, monkeypatch) -> None:
    """The faster number is chosen by differences of two readings."""
    before = torch.get_num_threads()
    with threads.using(2):

        def work() -> None:
            clock.now += 1.0 / torch.get_num_threads()

        assert threads.faster(work, clock) == 2
    assert torch.get_num_threads() == before


def slow_augmentation(clock: Clock, folder: Path, monkeypatch) -> None:
    """What a step costs is a difference of two readings."""

    def slowly(pixels: torch.Tensor) -> torch.Tensor:
        clock.now += 0.25
        return pixels

    with pytest.warns(UserWarning, match=r"2\.5e\+02 ms a step"):
        MapImage(slowly).warn(torch.rand(5, 7), seed=0)


def grid(clock: Clock, folder: Path, monkeypatch) -> None:
    """How many losses a picture gets depends on what one takes: a difference of two readings."""

    def slowly(places: torch.Tensor) -> np.ndarray:
        clock.now += 0.25
        return places.square().sum(dim=-1).numpy()

    assert _seconds(slowly) == 0.25


def slow_sphere(clock: Clock, monkeypatch) -> tuple[FunctionLandscape, Plane]:
    """A sphere of which an evaluation takes an eighth of a second, and a plane through it."""
    landscape = FunctionLandscape.named("sphere", dims=3)
    evaluate = landscape.evaluate

    def slowly(points: torch.Tensor) -> torch.Tensor:
        clock.now += 0.125
        return evaluate(points)

    monkeypatch.setattr(landscape, "evaluate", slowly)
    return landscape, Plane(torch.zeros(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[:2])


def departure(clock: Clock, folder: Path, monkeypatch) -> None:
    """How many points of a path are compared depends on what one takes."""
    landscape, plane = slow_sphere(clock, monkeypatch)
    monkeypatch.setattr("landscape_lab.planes.departure.FEWEST", 2)
    monkeypatch.setattr(landscape, "slice", lambda *_: lambda places: {"loss": places.sum(dim=1)})
    assert len(departure_of(landscape, plane, np.ones((500, 1, 3)), seconds=2.0).places) == 16


def slopes(clock: Clock, folder: Path, monkeypatch) -> None:
    """How many gradients are taken depends on what one takes."""
    landscape, plane = slow_sphere(clock, monkeypatch)
    assert len(slopes_of(landscape, plane, np.ones((500, 1, 3)), [0], seconds=2.0).places) == 16


def grid_file(clock: Clock, folder: Path, monkeypatch) -> None:
    """A grid is written as soon as a second has passed since it was begun or last written."""
    file, written = GridFile(folder / "grid.npz"), []

    def slowly(places: torch.Tensor) -> dict[str, np.ndarray]:
        clock.now += 0.5
        written.append((folder / "grid.npz").exists())
        return {"loss": places.sum(dim=-1).numpy()}

    file.measured(slowly, 1, lambda known, made: None)(torch.zeros(4, 2))
    assert written == [False, False, True, True]


def grid_progress(clock: Clock, folder: Path, monkeypatch) -> None:
    """The first line comes after five seconds."""
    lines: list[str] = []
    progress = Progress(lines.append, 100)
    for _ in range(6):
        clock.now += 1.0
        progress(10, 10)
    assert len(lines) == 1


def ratio_places(clock: Clock, folder: Path, monkeypatch) -> None:
    """How many places a map of curvatures has depends on what a product takes."""
    monkeypatch.setattr(bending, "_product", lambda landscape: setattr(clock, "now", clock.now + 0.0625))
    monkeypatch.setattr(bending, "COARSER", (9, 8, 2))  # 30 products of 1/16 s, 1.875 s a place
    sphere = FunctionLandscape.named("sphere", dims=3)
    plane = Plane(torch.zeros(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[:2])
    assert ratios_of(sphere, plane, Window(-1.0, 1.0, -1.0, 1.0)).ratio.shape == (8, 8)


def spectrum_products(clock: Clock, folder: Path, monkeypatch) -> None:
    """How many products a spectrum is made of depends on what one takes."""
    made, heard = HessianProducts.__call__, []

    def slowly(self: HessianProducts, vectors: torch.Tensor) -> torch.Tensor:
        clock.now += 0.25
        return made(self, vectors)

    monkeypatch.setattr(HessianProducts, "__call__", slowly)
    monkeypatch.setattr(sys.modules[Spectrum.__module__], "WHOLE", 0)
    sphere = FunctionLandscape.named("sphere", dims=12)
    spectrum(sphere, torch.ones(12), seconds=60.0, heard=heard.append)
    assert set(heard) == {60 + 2 * 60 + 2 * 30}  # of 240 products a quarter, a half, a quarter


def second_signal(clock: Clock, folder: Path, monkeypatch) -> None:
    """A Ctrl-C that follows at once is the same one; a later one ends the process."""
    left = Mock()
    monkeypatch.setattr(stopping, "_leave", left)
    signals = stopping.Signals()
    signals._manner = stopping.Manner.NOTE
    for later in (0.0, 0.01):
        clock.now += later
        signals._hear(2, None)
    assert not left.called
    clock.now += 1.0
    signals._hear(2, None)
    assert left.called


def database_away(clock: Clock, folder: Path, monkeypatch) -> None:
    """It is asked again for a minute from when it ceased to answer."""
    storage = Mock(away_since=None, url="postgresql://somewhere/study")
    answers = []
    for later in (0.0, 59.0, 2.0):
        clock.now += later
        answers.append(servers._may_come_back(storage))
    assert answers == [True, True, False]


def short_descents(clock: Clock, folder: Path, monkeypatch) -> None:
    """A descent ends with the chunk in which its time is up."""
    monkeypatch.setattr(Chunk, "run", taking(clock, 2.0))
    landscape = FunctionLandscape.named("sphere")
    kept = np.array([0, 2500, 10_000])
    ways = descend(landscape, Ensemble(landscape.flat()), player("sgd"), kept, until=clock.now + 5.0)
    assert ways.ended == "stopped after 3,000 steps: time is up"


def clicked(clock: Clock, folder: Path, monkeypatch) -> None:
    """All descents of a click share their seconds."""
    monkeypatch.setattr(Chunk, "run", taking(clock, 5.0))
    sphere = Landscaped(FunctionLandscape.named("sphere"), ())
    ground = Ground(sphere, Own(player("sgd"), ()))
    asked = Descents(None, (0.5, 0.5), ("sgd", "adam"), 1e-3, 5000)
    told = [member["ended"] for member in ground.descend(asked)["members"]]  # 12 seconds, 6 for each
    assert told == ["stopped after 2,000 steps: time is up"] * 2


def taking(clock: Clock, seconds: float) -> Callable[..., Exception | None]:
    """Let the clock go on with each chunk."""
    made = Chunk.run

    def run(chunk: Chunk, *args: object) -> Exception | None:
        clock.now += seconds
        return made(chunk, *args)

    return run


USERS: dict[str, Callable[[Clock, Path, pytest.MonkeyPatch], None]] = {
    "callbacks/progress.py": progress_bar,
    "callbacks/checkpoints.py": checkpoints,
    "sweeps/progress.py": watch,
    "chunk.py": chunk,
    "recording/recorder.py": recorder,
    "descent.py": metrics,
    "process/stopping.py": second_signal,
    "sweeps/study/servers.py": database_away,
    "process/threads.py": number_of_threads,
    "staging/bending.py": ratio_places,
    "curvature/spectrum.py": spectrum_products,
    "planes/departure.py": departure,
    "planes/slopes.py": slopes,
    "planes/grid.py": grid,
    "planes/grid_file.py": grid_file,
    "planes/progress.py": grid_progress,
    "augmentations/functions.py": slow_augmentation,
    "playing/descents.py": short_descents,
    "playing/ground.py": clicked,
}
"""What reads a clock, and how it should behave whenever the clock began."""


@pytest.mark.parametrize("user", USERS)
def test_clock_may_count_from_anywhere(user, clock, tmp_path, monkeypatch):
    USERS[user](clock, tmp_path, monkeypatch)


def test_every_module_that_reads_a_clock_has_its_case():
    found = {file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py") if reads_a_clock(file)}
    assert found == set(USERS), "a module that reads a clock wants a case in USERS, tests/test_clocks.py"


def reads_a_clock(file: Path) -> bool:
    readings = {f"time.{name}" for name in CLOCKS}
    nodes = list(ast.walk(ast.parse(file.read_text())))
    read = any(isinstance(node, ast.Attribute) and ast.unparse(node) in readings for node in nodes)
    return read or any(isinstance(node, ast.ImportFrom) and node.module == "time" for node in nodes)
