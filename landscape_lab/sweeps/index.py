"""All runs and sweeps below a folder on one page: `index.html`."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from os.path import relpath
from pathlib import Path
from typing import TypeGuard
from urllib.parse import quote

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.escaping import visible
from landscape_lab.reporting import NAME, command_of
from landscape_lab.runs import Run
from landscape_lab.sweeps.plan import SETTINGS, job_runs
from landscape_lab.sweeps.race.heats import FILE as HEATS
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.sweeps.reports import cell, sweep_command
from landscape_lab.thumbnails import thumbnail

INDEX = "index.html"
"""In the folder above the runs."""
PICTURES = ("path.png", "race.png", "standings.png", "surface.png", "loss.png", "approximation.png")
"""What an entry shows: the first of these that its folder holds."""
FILMS = (".mp4", ".gif")
THUMBNAILS = 4_000_000
"""The most characters of small pictures on a page: the newest entries have them."""
COLUMNS = ("name", "kind", "landscape", "optimizer", "steps", "final loss", "best loss", "status", "ended")
"""What an entry tells, in the order of the page."""
CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)
"""Where a page holds what an earlier call read."""
NAMED = 3
"""The most landscapes of a sweep that are named."""


def write_index(folder: Path, path: Path | None = None) -> Path:
    """Write the page of all runs and sweeps below a folder, the newest first.

    What an earlier call read stands in its page: only folders that changed since are read again.

    Args:
        folder: That above them.
        path: The file; `index.html` in the folder if not given.

    Raises:
        FileNotFoundError: There are none.
    """
    path = folder / INDEX if path is None else path
    known = {} if not path.is_file() else _known(path.read_text("utf-8", errors="replace"))
    entries = [_fresh(found, relpath(found, folder), known) for found in folders_in(folder)]
    if not entries:
        raise FileNotFoundError(f"There is no run in {folder}.")
    entries.sort(key=lambda entry: str(entry["ended"]), reverse=True)
    title = f"{len(entries)} runs and sweeps in {visible(folder.absolute().name)}"
    content = {"columns": COLUMNS, "to": quote(relpath(folder, path.parent)), "entries": _with_room(entries)}
    write_page(Report(title, sections={"index": content}), path)
    return path


def _fresh(found: Path, name: str, known: Mapping[str, dict[str, object]]) -> dict[str, object]:
    """The entry of a folder: the known one, unless the folder has changed since."""
    before, stamp = known.get(name), _stamp(found)
    return before if before is not None and before["stamp"] == stamp else _entry(found, name, stamp)


def folders_in(folder: Path) -> Iterator[Path]:
    """The folders of runs and of sweeps below a folder, but not those of a sweep's jobs."""
    try:
        below = sorted(one.path for one in os.scandir(folder) if one.is_dir(follow_symlinks=False))
    except OSError:
        return
    for one in map(Path, below):
        if (one / ".hydra").is_dir() or (one / SETTINGS).is_file() or (one / HEATS).is_file():
            yield one
        elif not one.name.startswith("."):
            yield from folders_in(one)


def _stamp(folder: Path) -> list[int]:
    """What changes when something in a folder is written: files appear by being renamed.

    Jobs of a sweep that goes on write into folders of their own.
    """
    results = Run(folder).results_file
    jobs = os.scandir(folder) if (folder / SETTINGS).is_file() else ()
    newest = max([folder.stat().st_mtime_ns, *(one.stat().st_mtime_ns for one in jobs if one.is_dir())])
    return [newest, results.stat().st_mtime_ns if results.is_file() else 0]


def _known(page: str) -> dict[str, dict[str, object]]:
    """The entries of an earlier page, by their folders; none where it is another page."""
    written = CONTENT.search(page)
    try:
        content = json.loads(written[1]) if written else {}
        entries = content["sections"]["index"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    found = entries if isinstance(entries, list) else []
    return {str(entry["path"]): entry for entry in found if _is_entry(entry)}


def _is_entry(found: object) -> TypeGuard[dict[str, object]]:
    """Whether something in a page is an entry."""
    return isinstance(found, dict) and {"path", "stamp", "values", "ended"} <= found.keys()


def _entry(folder: Path, path: str, stamp: list[int]) -> dict[str, object]:
    """What a folder tells.

    Args:
        folder: Of a run, of a sweep or of a race.
        path: How it is called in the page.
        stamp: By which a later call knows whether it changed.
    """
    is_run = (folder / ".hydra").is_dir() and not (folder / SETTINGS).is_file()
    told = _of_run(Run(folder)) if is_run else _of_sweep(folder)
    files = sorted(one.name for one in os.scandir(folder) if one.is_file())
    picture = next((name for name in PICTURES if name in files), None)
    links = [name for name in files if name == NAME or name.endswith(FILMS)]
    ended = datetime.fromtimestamp((stamp[1] or stamp[0]) / 1e9).isoformat(" ", "seconds")
    told |= {"name": folder.name, "ended": ended}
    return {
        "path": path,
        "stamp": stamp,
        "ended": ended,
        "values": [cell(told.get(name)) for name in COLUMNS],
        "command": told["command"],
        "files": [quote(name) for name in links],
        "link": quote(path),
        "picture": None if picture is None else thumbnail(folder / picture),
    }


def _of_run(run: Run) -> dict[str, object]:
    """What a run tells."""
    results = run.results() or {"status": "interrupted"}
    named = {"kind": "run", "final loss": results.get("final_loss"), "best loss": results.get("best_loss")}
    own = {name: results.get(name) for name in ("landscape", "optimizer", "steps", "status")}
    return {**named, **own, "command": command_of(run)}


def _of_sweep(folder: Path) -> dict[str, object]:
    """What a sweep tells: of its best job, and how many ended how."""
    kind = "race" if (folder / HEATS).is_file() else "sweep"
    told: dict[str, object] = {"kind": kind, "command": sweep_command(folder), "status": "interrupted"}
    if not job_runs(folder):
        return told
    board = Leaderboard.of(folder)
    landscapes = list(dict.fromkeys(str(job.metrics.get("landscape", "")) for job in board.jobs))
    more = [f"and {len(landscapes) - NAMED} more"] if len(landscapes) > NAMED else []
    best: Mapping[str, object] = board.best[0].metrics if board.best else {}
    return told | {
        "landscape": ", ".join(landscapes[:NAMED] + more),
        "optimizer": best.get("optimizer") if kind == "sweep" else None,
        "final loss": best.get("final_loss") if len(landscapes) == 1 else None,
        "best loss": best.get("best_loss") if len(landscapes) == 1 else None,
        "status": board.title.rpartition(": ")[2],
    }


def _with_room(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """The entries, of which the last ones have no picture where there are too many."""
    room, shown = THUMBNAILS, []
    for entry in entries:
        room -= len(str(entry["picture"] or ""))
        shown.append(entry if room >= 0 else {**entry, "picture": None})
    return shown
