"""What the terminal tells of a run when it has ended."""

from rich.console import Console
from rich.table import Table

from landscape_lab.escaping import in_terminal
from landscape_lab.keys.running import NEARNESS
from landscape_lab.lab import Result

ALWAYS = (
    "landscape",
    "optimizer",
    "status",
    "steps",
    "evaluations",
    "steps_per_second",
    "final_loss",
    "best_loss",
)
WHERE_KNOWN = ("converged_after", "ended_by", "members", "best_lr", "diverged_fraction", "layout")


def print_summary(result: Result) -> None:
    """A table of the results, and the run's folder on the last line."""
    console = Console()
    table = Table("", "", show_header=False, box=None, padding=(0, 2, 0, 0))
    known = [name for name in (*NEARNESS, *WHERE_KNOWN) if result.metrics.get(name) is not None]
    for name in (*ALWAYS, *known):
        table.add_row(
            _name(name, result),
            in_terminal(_text(result.metrics[name]) + " steps" * (name == "converged_after")),
        )
    if (spacing := result.trajectory.spacing) > 1:
        table.add_row("recorded", f"every {spacing:,} steps, {len(result.trajectory.steps):,} in all")
    console.print(table)
    console.print(in_terminal(str(result.folder)), soft_wrap=True)


def _name(key: str, result: Result) -> str:
    """What a result is called: of many members losses are medians, at the best of several learning rates."""
    words = key.replace("_", " ")
    if key not in ("final_loss", "best_loss"):
        return words
    rates = result.trajectory.rates
    number = len(set(rates)) if rates else 1
    several = (result.metrics.get("members") or 1) > number
    return "median " * several + words + " at the best lr" * (number > 1)


def _text(value: object) -> str:
    """A value for people: thousands apart, six digits; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
