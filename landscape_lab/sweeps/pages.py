"""The files that a sweep leaves (tables, best job, picture), and its summary on the terminal."""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from landscape_lab.errors import tell
from landscape_lab.escaping import in_markdown, in_terminal, visible
from landscape_lab.files.writing import replacing
from landscape_lab.sweeps.plan import kept_settings
from landscape_lab.sweeps.ranking import DAMAGED, SHOWN, Brief, Leaderboard
from landscape_lab.tables import MISSING, markdown, short, write_csv
from landscape_lab.trust import pass_refusal

RANKED = 20
"""The most jobs with a rank that the terminal shows."""
OTHERS = 5
"""The most jobs of each other kind that the terminal shows."""
STATUS = 20
"""The narrowest column, in characters, that tells how a job ended."""
NO_RESULTS = ("job", "landscape", "optimizer", "objective", "error", "config_hash")
"""Keys of `results.json` that are no results, or stand elsewhere in the table."""
COORDINATES = "Distances are in coordinates, as in `results.json`; across a picture they run from -1 to 1."
"""What `leaderboard.md` says of its distances."""
MEAN = "Mean rank, and on each landscape rank: result"
"""What the table of configurations tells."""
BEST = re.compile(r"best(_\d+)?\.yaml")
"""The files that hold the best jobs."""
WORDS = {"job", "configuration", "optimizer", "landscape", "status"}
"""Columns of words, which begin at the left; numbers end at the right."""


def conclude(folder: Path) -> Leaderboard:
    """Write and print what came of the jobs in a sweep's folder.

    Raises:
        FileNotFoundError: There are none.
    """
    board = Leaderboard.of(folder)
    for job in board.jobs:
        if job.metrics.get("error") == DAMAGED:
            tell(f"{job.run.results_file} is damaged: its job is left out.")
    write(board)
    show(board)
    return board


def write(board: Leaderboard) -> None:
    """Write leaderboard.csv and .md, best.yaml, TensorBoard's table and race.png into the sweep's folder."""
    from landscape_lab.sweeps.hparams import write_events  # torch and TensorBoard

    _write_tables(board)
    _write_best(board)
    _draw(board)
    _report(board)
    write_events(board.folder, [job.run for job in board.jobs])


def show(board: Leaderboard) -> None:
    """Print the best jobs and some of those without a rank, and the sweep's folder on the last line."""
    console = Console() if sys.stdout.isatty() else Console(width=240)
    brief, widths = _fitting(board, console.width)
    console.width = max(console.width, sum(widths) + 2 * len(widths))  # a narrower terminal breaks the lines
    shown = _shown(board, brief.lines)
    if board.standings:
        overall = _overall(board)
        wide = [_width(texts) for texts in zip(overall.columns, *overall.lines, strict=True)]
        console.width = max(console.width, sum(wide) + 2 * len(wide))
        console.print(_table(MEAN, overall.columns, wide, overall.lines))
    console.print(_table(board.title, brief.columns, widths, shown))
    if len(brief.lines) > len(shown):
        console.print(f"… and {len(brief.lines) - len(shown)} more in leaderboard.md")
    console.print(in_terminal(str(board.folder)), soft_wrap=True)


def _table(
    title: str, columns: Sequence[str], widths: Sequence[int], lines: Iterable[Sequence[str]]
) -> Table:
    """Lines under their columns, which are as wide as their texts; the status is cut where it is longer."""
    table = Table(title_justify="left", title_style="bold", box=None, header_style="dim")
    table.title = in_terminal(title)
    for name, width in zip(columns, widths, strict=True):
        side: Literal["left", "right"] = "left" if name in WORDS else "right"
        least = width if name != "status" else None
        table.add_column(in_terminal(name), justify=side, no_wrap=True, min_width=least, max_width=width)
    for line in lines:
        table.add_row(*map(in_terminal, line))
    return table


def _fitting(board: Leaderboard, room: int) -> tuple[Brief, list[int]]:
    """As many columns as there is room for, and their widths; the status gets what the others leave."""
    for number in range(len(SHOWN) + 1):
        brief = board.brief(left_out=SHOWN[len(SHOWN) - number :])
        columns = zip(brief.columns, *brief.lines, strict=True)
        widths = [_width(texts) for texts in columns]
        widths[-1] = max(STATUS, room - sum(widths[:-1]) - 2 * len(widths))
        if widths[-1] > STATUS:
            break
    return brief, widths


def _width(texts: Iterable[str]) -> int:
    """The characters of the longest of some texts, as the terminal shows them."""
    return max(len(visible(text)) for text in texts)


def _overall(board: Leaderboard) -> Brief:
    """A line for each configuration: its mean rank, and on each landscape its rank and its result."""
    sign = 1.0 if next(iter(board.goals.values())) == "minimize" else -1.0
    lines = [
        [
            f"{one.mean:.3g}",
            one.label,
            *(
                f"{one.ranks[ground]:g}: {short(sign * loss) if math.isfinite(loss) else MISSING}"
                for ground, loss in one.losses.items()
            ),
        ]
        for one in board.standings
    ]
    return Brief(["mean rank", "configuration", *board.grounds], lines)


def _shown(board: Leaderboard, lines: Sequence[list[str]]) -> list[list[str]]:
    """The lines of the best jobs, and of some of each kind without a rank."""
    shown = list(lines[: min(RANKED, board.ranked)])
    number_of: Counter[str] = Counter()
    for job, line in zip(board.jobs[board.ranked :], lines[board.ranked :], strict=True):
        number_of[job.status] += 1
        if number_of[job.status] <= OTHERS:
            shown.append(line)
    return shown


def _write_tables(board: Leaderboard) -> None:
    """Write every result as `leaderboard.csv`, and what people read as `leaderboard.md`."""
    results = dict.fromkeys(
        key for job in board.jobs for key in job.metrics if key not in (*NO_RESULTS, *board.compared)
    )
    names = ["rank", "job", "landscape", "optimizer", *board.compared, *board.goals, *results]
    columns = list(dict.fromkeys([*names, "error", "config_hash"]))
    lines = ([values[name] for name in columns] for values in board.table(columns))
    write_csv(board.folder / "leaderboard.csv", columns, lines)
    brief = board.brief()
    page = [f"# {in_markdown(board.title)}", ""]
    if board.standings:
        page += [f"{MEAN}.", "", *markdown(*_overall(board)), "", "## Jobs", ""]
    page += markdown(*brief)
    page += ["", COORDINATES] if "distance_to_minimum" in brief.columns else []
    with replacing(board.folder / "leaderboard.md") as unfinished:
        unfinished.write_text("\n".join(page) + "\n")


def _write_best(board: Leaderboard) -> None:
    """Write `best.yaml`; of several objectives `best_N.yaml` for each job N that no other beats."""
    from landscape_lab.sweeps.best import write_best  # Hydra's grammar

    names = set()
    for job in board.best:
        scores = ", ".join(f"{name} {short(job.metrics.get(name))}" for name in board.goals)
        name = "best.yaml" if len(board.goals) == 1 else f"best_{job.name.partition('_')[0]}.yaml"
        title = f"The best of {len(board.jobs)} jobs: {job.name}, {scores}"
        write_best(board.folder / name, job.overrides, title, job.run.files())
        names.add(name)
    _remove_older(board.folder, names)


def _remove_older(folder: Path, names: set[str]) -> None:
    """Remove files of best jobs that are not among these."""
    for path in folder.glob("best*.yaml"):
        if BEST.fullmatch(path.name) and path.name not in names:
            path.unlink()


def _draw(board: Leaderboard) -> None:
    """Draw `race.png`; where that is not possible, the rest is written all the same."""
    from landscape_lab.sweeps.paths import Entrant, draw_paths  # torch and matplotlib

    entrants = []
    for job in board.jobs:
        names = board.landscape(job), board.label(job)
        entrants.append(Entrant(job.run, *map(visible, names)))
    asked = kept_settings(board.folder).get("sweep") or {}
    try:
        ranked, against = next(iter(board.goals)), asked.get("against", "steps")
        standing = {visible(one.label): f"mean rank {one.mean:.3g}" for one in board.standings}
        draw_paths(entrants, board.folder / "race.png", visible(board.title), against, ranked, standing)
    except (ValueError, OSError, KeyError) as error:
        pass_refusal(error)
        tell(f"race.png was not drawn: {error}")
    centres, connectivity = asked.get("centres", []), asked.get("connectivity", False)
    if centres or connectivity:
        _compare(board.folder, centres, connectivity=connectivity)


def _report(board: Leaderboard) -> None:
    """Write `report.html` where it is asked for; if that is not possible, the rest is there all the same."""
    if kept_settings(board.folder).get("report", "none") == "none":
        return
    from landscape_lab.sweeps.reports import write_report  # torch and matplotlib

    try:
        write_report(board)
    except (ValueError, OSError) as error:
        pass_refusal(error)
        tell(f"report.html was not written: {error}")


def _compare(folder: Path, centres: Sequence[str], *, connectivity: bool) -> None:
    """Draw what compares the jobs; where that is not possible, the rest is there all the same."""
    from landscape_lab.sweeps.comparing import draw_comparisons  # torch and matplotlib

    try:
        draw_comparisons(folder, centres, connectivity=connectivity)
    except (ValueError, OSError) as error:
        pass_refusal(error)
        tell(f"The jobs were not compared: {error}")
