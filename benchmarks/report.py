"""Reports: how large a page is and how long it takes to write and to open, from one step to a million.

Each case is a scene as a run leaves it; the page is opened in Chromium where there is one. The million
steps are those of a descent, of which a trajectory keeps 10,000 records.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.trajectory import Trajectory


def path(steps: int, members: int = 1, lost: bool = False) -> Trajectory:
    """A spiral into a well, in blocks, as a descent hands its records on."""
    kept = Trajectory(label=f"{steps:,} steps")
    phases = torch.linspace(0, 6.28, members + 1)[:-1]
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
    yield "24 paths", scene_of(formula, [path(2_000) for _ in range(24)])


def seconds_to_open(file: Path, browser: object) -> float:
    """From the address to a page that has drawn all it shows."""
    page = browser.new_page()
    begin = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector('#page[aria-busy="false"]')
    taken = time.perf_counter() - begin
    page.close()
    return taken


def main() -> None:
    """Print a line for each case."""
    from playwright.sync_api import sync_playwright

    torch.set_num_threads(1)
    chromium = sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(f"{'page':22}{'MB':>6}{'CPU s to write':>16}{'s to open':>11}")
        for name, scene in scenes():
            file = Path(folder) / "page.html"
            begin = time.process_time()
            write_page(Report.of(scene), file)
            wrote = time.process_time() - begin
            size, opened = file.stat().st_size / 1e6, seconds_to_open(file, browser)
            print(f"{name:22}{size:6.2f}{wrote:16.2f}{opened:11.2f}")
        browser.close()


if __name__ == "__main__":
    main()
