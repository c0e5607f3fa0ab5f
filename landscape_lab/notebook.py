"""How results show themselves in a notebook: a small picture beside a table, all names as text."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from landscape_lab.escaping import visible
from landscape_lab.records import evenly
from landscape_lab.tables import short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT, POINTS = 320, 160, 300
"""Pixels of a curve, and the most points of it."""
LONGEST = 200
"""Characters of a value; longer ones are cut."""
WIDEST = 420
"""Pixels that a picture takes in a notebook."""
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
    """The markup of a picture, which it holds."""
    return f'<img style="max-width:{WIDEST}px" alt="" src="data:image/png;base64,{b64encode(png).decode()}">'


def figure_image(figure: "Figure") -> str:
    """The markup of a figure."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi=DOTS)
    return image(file.getvalue())


def curve(losses: np.ndarray) -> str:
    """The lowest loss of any member at each record, of `[records, members]`, as a line; none of one."""
    lowest = np.where(np.isfinite(losses), losses, np.inf).min(axis=1)
    some = evenly(len(lowest), POINTS)
    some = some[np.isfinite(lowest[some])]
    if len(some) < 2:
        return ""
    low, high = float(lowest[some].min()), float(lowest[some].max())
    x = WIDTH * some / (len(lowest) - 1)
    y = HEIGHT * (high - lowest[some]) / ((high - low) or 1.0)
    points = " ".join(f"{right:.1f},{down:.1f}" for right, down in zip(x, y, strict=True))
    box = f'viewBox="-4 -4 {WIDTH + 8} {HEIGHT + 8}" width="{WIDTH}"'
    line = f'<polyline fill="none" stroke="#0070b0" stroke-width="2" points="{points}"/>'
    return f'<svg {box} role="img" aria-label="the loss over the steps">{line}</svg>'


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
    return card(title, facts, line if figure is None else figure_image(figure))


def result_html(metrics: Mapping[str, object], folder: Path, trajectory: Told) -> str:
    """A run: its picture, or where it has none its loss, and its results."""
    file = folder / "path.png"
    picture = image(file.read_bytes()) if file.is_file() else curve(trajectory.losses)
    known = {name: value for name, value in metrics.items() if value is not None}
    return card(str(folder), known, picture)
