"""The page of a sweep: its leaderboard, its learning rates, and its paths as a race on their landscape."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

import numpy as np
from omegaconf import OmegaConf

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.errors import tell
from landscape_lab.escaping import visible
from landscape_lab.landscapes import Landscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.planes import PlaneSettings
from landscape_lab.reporting import NAME, command
from landscape_lab.scene import Scene
from landscape_lab.sweeps.paths import Entrant, grounds_of, readable, stage_paths
from landscape_lab.sweeps.plan import kept_settings
from landscape_lab.sweeps.ranking import Job, Leaderboard
from landscape_lab.trust import pass_refusal

PATHS = 24
"""The most jobs of a landscape whose paths are on the page: the best ones."""
MEMBERS = 96
"""The most members of all jobs of a landscape."""
MAPS = 24
"""The most landscapes that have a map."""
CELLS = 400_000
"""Of all maps together: several landscapes have coarser ones."""
READ = 500
"""The most jobs of many members that are read for their learning rates."""
RATE = "optimizer.lr"
"""The key whose values the curves of learning rates compare."""


def write_report(
    board: Leaderboard, path: Path | None = None, changes: Mapping[str, object] | None = None
) -> Path:
    """Write the page of a sweep.

    Args:
        board: Its jobs.
        path: The file; `report.html` in the sweep's folder if not given.
        changes: Keys of `plane` whose values replace the jobs' own.
    """
    path = board.folder / NAME if path is None else path
    write_page(report_of_sweep(board, path.parent, changes or {}), path)
    return path


def report_of_sweep(board: Leaderboard, beside: Path, changes: Mapping[str, object]) -> Report:
    """What the page of a sweep tells.

    Args:
        board: Its jobs.
        beside: The folder of the page, for the links in it.
        changes: Keys of `plane` whose values replace the jobs' own.
    """
    scenes = _scenes(board, lambda own: replace(own, **changes))  # type: ignore[arg-type]
    alone = next(iter(scenes.values())) if len(scenes) == 1 else None
    rates = rates_of(board)
    sections = {
        **({"race": {}} if scenes else {}),
        "leaderboard": leaderboard_of(board, beside),
        **({"rates": rates} if rates else {}),
    }
    settings = {name: value for name, value in kept_settings(board.folder).items() if name != "hydra"}
    return Report(
        visible(board.title),
        _about(board, scenes),
        alone,
        sections=sections,
        grounds={} if alone else scenes,
        configuration=OmegaConf.to_yaml(settings) if settings else "",
        command=sweep_command(board.folder),
    )


def _scenes(board: Leaderboard, changed: Callable[[PlaneSettings], PlaneSettings]) -> dict[str, Scene]:
    """The best paths on each landscape, by its name; none where that is not possible."""
    entrants = [
        Entrant(job.run, visible(board.landscape(job)), visible(board.label(job))) for job in board.jobs
    ]
    groups = [group[:PATHS] for group in grounds_of(entrants)[:MAPS]]
    most = round(math.sqrt(CELLS / max(1, len(groups))))

    def coarse(own: PlaneSettings, landscape: Landscape) -> PlaneSettings:
        settings = changed(own)
        return replace(settings, resolution=resolution_of(settings.resolution, landscape, most))

    scenes: dict[str, Scene] = {}
    for group in groups:
        try:
            if seen := readable(group, max(1, MEMBERS // len(group))):
                scene = stage_paths(group[0], seen, board.folder, coarse)
                scenes[_free(group[0].landscape, scenes)] = coarser(scene, most)
        except (ValueError, OSError, KeyError) as error:
            pass_refusal(error)
            tell(f"{group[0].landscape} has no map in {NAME}: {error}")
    return scenes


def resolution_of(asked: int | None, landscape: Landscape, most: int) -> int | None:
    """The resolution of one of several maps.

    Of a network or of shapes `None`, if nobody asked for another: then the map takes some seconds,
    where one with a resolution takes as long as it takes.

    Args:
        asked: What the job has.
        landscape: Whose map it is.
        most: Cells along a side.
    """
    if asked is None and not isinstance(landscape, PointLandscape):
        return None
    return min(asked or most, most)


def coarser(scene: Scene, most: int) -> Scene:
    """The scene with at most so many cells along a side: those in which the middles of fewer cells lie."""
    rows, columns = (
        ((np.arange(min(cells, most)) + 0.5) * cells / min(cells, most)).astype(int)
        for cells in scene.losses.shape
    )
    return replace(scene, losses=scene.losses[np.ix_(rows, columns)])


def _free(name: str, taken: Mapping[str, Scene]) -> str:
    """A name that is not taken, with a number where it would be."""
    names = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 2)))
    return next(one for one in names if one not in taken)


def _about(board: Leaderboard, scenes: Mapping[str, Scene]) -> str:
    """What explains the pictures, and which of the paths they show."""
    about = next(iter(scenes.values())).about if len(scenes) == 1 else ""
    drawn = sum(len(scene.traces) for scene in scenes.values())
    each = " of each landscape" if len(scenes) > 1 else ""
    some = f"drawn: the best {PATHS}{each}" if drawn < len(board.jobs) and drawn >= PATHS else ""
    return " · ".join(filter(None, (about, some)))


def sweep_command(folder: Path) -> str:
    """What repeats a sweep: the words it was called with, but not its folder."""
    words: object = kept_settings(folder)
    for name in ("hydra", "overrides", "task"):
        words = words.get(name) if isinstance(words, dict) else None
    typed = map(str, words) if isinstance(words, list) else ()
    return command(["-m", *typed])


def leaderboard_of(board: Leaderboard, beside: str | PathLike[str]) -> dict[str, object]:
    """The leaderboard as data: values that a reader sorts and filters, and why jobs have no rank."""
    columns = board.brief().columns
    table = board.table([*columns[:-1], "reason"])
    jobs = {
        "columns": [visible(name) for name in columns],
        "lines": [[cell(value) for value in line.values()] for line in table],
        "links": {"job": [_link(job.run.folder, beside) for job in board.jobs]},
        "ends": [job.status for job in board.jobs],
    }
    sign = 1.0 if next(iter(board.goals.values())) == "minimize" else -1.0
    standings = [
        [one.mean, visible(one.label), *(cell(sign * loss) for loss in one.losses.values())]
        for one in board.standings
    ]
    if not standings:
        return {"jobs": jobs}
    named = ["mean rank", "configuration", *map(visible, board.grounds)]
    return {"jobs": jobs, "standings": {"columns": named, "lines": standings}}


def _link(folder: Path, beside: str | PathLike[str]) -> str:
    """Where a job's own page is, or else its folder, as seen from a folder."""
    target = folder / NAME if (folder / NAME).is_file() else folder
    return quote(relpath(target, beside)) + ("/" if target is folder else "")


def cell(value: object) -> float | str | None:
    """A value as JSON takes it: a number where it reads as one, `null` where there is none.

    >>> cell("1e-3"), cell("adam"), cell(float("nan")), cell("nan")
    (0.001, 'adam', None, 'nan')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    try:
        number = float(str(value))
    except ValueError:
        return visible(str(value))
    return number if math.isfinite(number) else str(value)


def rates_of(board: Leaderboard) -> list[dict[str, object]]:
    """Final losses over learning rates, a line for each configuration on each landscape.

    Where several jobs or members have the same rate, it counts by their median; `null` where it diverged.
    """
    found: dict[tuple[str, str], dict[float, list[float]]] = {}
    for job in board.jobs[:READ]:
        label = board.label(replace(job, overrides=tuple(one for one in job.overrides if not _is_rate(one))))
        ends = found.setdefault((visible(board.landscape(job)), visible(label)), {})
        for rate, loss in _ends(job):
            ends.setdefault(rate, []).append(loss)
    return [
        {"ground": ground, "label": label, "rates": sorted(ends), "losses": _typical(ends)}
        for (ground, label), ends in found.items()
        if len(ends) > 1
    ]


def _is_rate(override: str) -> bool:
    """Whether an override chooses the learning rate."""
    return override.lstrip("+").startswith(f"{RATE}=")


def _typical(ends: Mapping[float, Sequence[float]]) -> list[float | str | None]:
    """The median of what each rate, in rising order, ended with."""
    return [cell(float(typical(np.array(ends[rate])))) for rate in sorted(ends)]


def _ends(job: Job) -> list[tuple[float, float]]:
    """The learning rates of a job with their final losses, infinite where it diverged."""
    if job.metrics.get("best_lr") is None:
        rate, loss = cell(job.choices.get(RATE)), job.metrics.get("final_loss")
        ended = isinstance(loss, int | float) and job.status in ("completed", "stopped")
        return [(rate, float(loss) if ended else math.inf)] if isinstance(rate, float) else []  # type: ignore[arg-type]
    try:
        whole = job.run.trajectory()
    except (ValueError, OSError):
        return []
    last = np.where(np.isfinite(whole.losses[-1]), whole.losses[-1], np.inf)
    return [] if whole.rates is None else list(zip(map(float, whole.rates), map(float, last), strict=True))
