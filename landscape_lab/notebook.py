"""How results show themselves in a notebook: a small picture beside a table, all names as text."""

from collections.abc import Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image, ImageDraw

from landscape_lab.escaping import visible
from landscape_lab.records.known import evenly
from landscape_lab.tables import short
from landscape_lab.thumbnails import webp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT, EDGE, POINTS = 320, 160, 4, 300
"""Pixels of a curve and around it, and the most points of it."""
COLOR = "#0070b0"
"""Of a curve."""
LONGEST = 200
"""Characters of a value; longer ones are cut."""
WIDEST = 420
"""Pixels that a picture takes in a notebook."""
PICTURE = "path.png"
"""What a run shows of itself."""
QUALITY = 85
"""Of WebP: letters stay sharp."""
DOTS = 100
"""Of a figure, an inch."""


class Told(Protocol):
    """What a trajectory tells of itself."""

    label: str

    @property
    def steps(self) -> np.ndarray: ...
    @property
    def losses(self) -> np.ndarray: ...
    @property
    def best(self) -> tuple[int, float]: ...


def card(title: str, facts: Mapping[str, object], picture: str = "") -> str:
    """HTML of a picture beside a table.

    Args:
        title: A name, as text.
        facts: Values by their names, both as text.
        picture: Markup: `image` or `curve`.
    """
    lines = "".join(
        f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in facts.items()
    )
    table = f"<div><b>{_text(title)}</b><table>{lines}</table></div>"
    return f'<div style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start">{picture}{table}</div>'


def _text(value: object) -> str:
    """A value as text of HTML."""
    told = visible(short(value))
    return escape(told if len(told) <= LONGEST else f"{told[:LONGEST]}…")


def image(png: bytes) -> str:
    """The markup of a picture, which it holds, no larger than it is shown: notebooks are kept and sent."""
    size = 2 * WIDEST, 4 * WIDEST  # screens may have two pixels where a page has one
    with Image.open(BytesIO(png)) as picture:
        address = webp(picture.convert("RGB"), size, QUALITY)
    return f'<img style="max-width:{WIDEST}px" alt="" src="{address}">'


def figure_png(figure: "Figure") -> bytes:
    """A figure as a file."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi=DOTS)
    return file.getvalue()


def curve(losses: np.ndarray) -> str:
    """The lowest loss of any member at each record, of `[records, members]`, as a line; none of one."""
    if not len(line := _line(losses)):
        return ""
    points = " ".join(f"{right:.1f},{down:.1f}" for right, down in line)
    box = f'viewBox="{-EDGE} {-EDGE} {WIDTH + 2 * EDGE} {HEIGHT + 2 * EDGE}" width="{WIDTH}"'
    drawn = f'<polyline fill="none" stroke="{COLOR}" stroke-width="2" points="{points}"/>'
    return f'<svg {box} role="img" aria-label="the loss over the steps">{drawn}</svg>'


def curve_png(losses: np.ndarray) -> bytes | None:
    """The same line as a file."""
    if not len(line := _line(losses)):
        return None
    picture = Image.new("RGB", (WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE), "white")
    ImageDraw.Draw(picture).line([*map(tuple, (line + EDGE).tolist())], COLOR, 2, "curve")
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _line(losses: np.ndarray) -> np.ndarray:
    """The places of a curve in pixels, right and down, `[n, 2]`; none where fewer than two are finite."""
    lowest = np.where(np.isfinite(losses), losses, np.inf).min(axis=1)
    some = evenly(len(lowest), POINTS)
    some = some[np.isfinite(lowest[some])]
    if len(some) < 2:
        return np.empty((0, 2))
    low, high = float(lowest[some].min()), float(lowest[some].max())
    x = WIDTH * some / (len(lowest) - 1)
    y = HEIGHT * (high - lowest[some]) / ((high - low) or 1.0)
    return np.column_stack([x, y])


def facts_of(trajectory: Told) -> dict[str, object]:
    """What a table tells of a trajectory."""
    step, loss = trajectory.best
    records, members = trajectory.losses.shape
    many = {"members": members} if members > 1 else {}
    return {
        "steps": int(trajectory.steps[-1]),
        "records": records,
        **many,
        "best loss": loss,
        "in step": step,
    }


def trajectory_html(trajectory: Told, figure: "Figure | None" = None) -> str:
    """A trajectory: a figure of it, or else its loss as a line; its numbers as a table."""
    title = trajectory.label or "trajectory"
    try:
        facts, line = facts_of(trajectory), curve(trajectory.losses)
    except ValueError as empty:
        return card(title, {"records": str(empty)})
    return card(title, facts, line if figure is None else image(figure_png(figure)))


def trajectory_png(trajectory: Told) -> bytes | None:
    """The loss of a trajectory as a picture; `None` where there is nothing to draw yet."""
    try:
        return curve_png(trajectory.losses)
    except ValueError:  # nothing has been recorded
        return None


class Ran(Protocol):
    """What a run gave."""

    @property
    def metrics(self) -> Mapping[str, object]: ...
    @property
    def folder(self) -> Path: ...
    @property
    def trajectory(self) -> Told: ...


def result_html(result: Ran) -> str:
    """A run: its picture, or where it has none its loss, and its results."""
    file = result.folder / PICTURE
    picture = image(file.read_bytes()) if file.is_file() else curve(result.trajectory.losses)
    known = {name: value for name, value in result.metrics.items() if value is not None}
    return card(str(result.folder), known, picture)


def result_png(result: Ran) -> bytes | None:
    """The picture of a run, or where it has none its loss."""
    file = result.folder / PICTURE
    return file.read_bytes() if file.is_file() else trajectory_png(result.trajectory)
