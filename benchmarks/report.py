"""Reports: how large a page is and how long it takes to write and to open, from one step to 500 jobs.

Each case is a scene as a run leaves it, or the folder of a sweep; the page is opened in Chromium. The million
steps are those of a descent, of which a trajectory keeps 10,000 records. A page is shown when all but the
surface has been painted, and open when the surface has been drawn, too; what Chromium's processes took for
that is told beside it, since the clock depends on what else the machine does.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from shutil import copytree

import torch

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.lab import run
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.sweeps.reports import write_report
from landscape_lab.trajectory import Trajectory


def path(steps: int, members: int = 1, lost: bool = False, turned: float = 0.0) -> Trajectory:
    """A spiral into a well, in blocks, as a descent hands its records on."""
    kept = Trajectory(label=f"{steps:,} steps, from {turned:.2f}")
    phases = turned + torch.linspace(0, 6.28, members + 1)[:-1]
    for first in range(0, steps + 1, 10_000):
        at = torch.arange(first, min(first + 10_000, steps + 1))
        radius = 3.0 * torch.exp(-4.0 * at / max(1, steps))[:, None]
        angles = 40.0 * (at / max(1, steps))[:, None] + phases
        points = torch.stack([radius * angles.cos(), radius * angles.sin()], dim=-1)
        losses = (points**2).sum(dim=-1)
        kept.extend(at, points, losses, at)
    if lost:
        nothing = torch.full((members, 2), torch.nan)
        kept.end(steps + 1, nothing, nothing[:, 0], steps + 1)
    return kept


def scenes() -> Iterator[tuple[str, Scene]]:
    """What is written, by name."""
    formula = FunctionLandscape.named("himmelblau")
    flat = FunctionLandscape(lambda x, y: 0.0 * x + 2.0, bounds=[[-2.0, 3.0], [-1.0, 1.0]], start=[0.0, 0.0])
    yield "one step", scene_of(formula, [path(1)])
    yield "2,000 steps", scene_of(formula, [path(2_000)])
    yield "1,000,000 steps", scene_of(formula, [path(1_000_000)])
    yield "diverged in step 3", scene_of(formula, [path(2, lost=True)])
    yield "flat", scene_of(flat, [path(100)])
    yield "1,000 members", scene_of(formula, [path(300, members=1000)])
    yield "24 paths", scene_of(formula, [path(2_000, turned=0.26 * number) for number in range(24)])


def sweep(folder: Path, jobs: int) -> Leaderboard:
    """A sweep over learning rates: one job was run, the others are copies of it with rates of their own."""
    words = ["landscape=himmelblau", "optimizer=adam", "optimizer.lr=0.1", "steps=200"]
    first = folder / "0"
    run([*words, "callbacks=none", "logger=none", f"hydra.run.dir={first}"])
    (folder / "multirun.yaml").write_text("hydra:\n  overrides:\n    task: [landscape=himmelblau]\n")
    for job in range(jobs):
        copy = folder / str(job)
        if job:
            copytree(first, copy)
        told = [word.replace("lr=0.1", f"lr={10 ** (-3 + 3 * job / jobs):.5g}") for word in words]
        (copy / ".hydra" / "overrides.yaml").write_text("".join(f"- {word}\n" for word in told))
    return Leaderboard.of(folder)


def pages(folder: Path) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """What writes each page, by name."""
    for name, scene in scenes():
        yield name, partial(write_page, Report.of(scene))
    yield "500 jobs", partial(write_report, sweep(folder, 500))


def open_page(file: Path, browser: object) -> tuple[float, float, float]:
    """Seconds until a page is shown, until it is open, and of all of Chromium's processes."""
    page = browser.new_page()
    spent, begin = processors(), time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector('#page[aria-busy="false"]')
    page.wait_for_selector('.sight canvas[aria-busy="false"]')
    page.evaluate("new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    taken = time.perf_counter() - begin
    shown = page.evaluate("performance.getEntriesByName('shown')[0].startTime / 1000")
    spent = processors() - spent
    page.close()
    return shown, taken, spent


def processors() -> float:
    """CPU seconds of the processes below this one, as Linux tells them."""
    below: dict[int, list[tuple[int, float]]] = {}
    for told in Path("/proc").glob("[0-9]*/stat"):
        try:
            numbers = told.read_text().rpartition(")")[2].split()
        except OSError:  # it ended in the meantime
            continue
        seconds = sum(map(int, numbers[11:15])) / os.sysconf("SC_CLK_TCK")
        below.setdefault(int(numbers[1]), []).append((int(told.parent.name), seconds))
    found, waiting = 0.0, [os.getpid()]
    while waiting:
        for process, seconds in below.get(waiting.pop(), []):
            found += seconds
            waiting.append(process)
    return found


def main() -> None:
    """Print a line for each case."""
    from playwright.sync_api import sync_playwright

    torch.set_num_threads(1)
    chromium = sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        browser.new_page().close()  # Chromium's processes start
        print(f"{'page':22}{'MB':>6}{'CPU s to write':>16}{'s until shown':>15}{'s to open':>11}{'CPU s':>7}")
        for name, write in pages(Path(folder) / "sweep"):
            file = Path(folder) / "page.html"
            begin = time.process_time()
            write(file)
            wrote = time.process_time() - begin
            shown, opened, spent = open_page(file, browser)
            size = file.stat().st_size / 1e6
            print(f"{name:22}{size:6.2f}{wrote:16.2f}{shown:15.2f}{opened:11.2f}{spent:7.2f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
