"""Pictures that compare finished runs: on planes through the ends of some, and the barriers between all."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from landscape_lab.drawing.connectivity import connectivity_figure
from landscape_lab.drawing.figures import path_figure, save_figure
from landscape_lab.drawing.look import Look, draw_with_card
from landscape_lab.sweeps.plan import kept_settings
from landscape_lab.sweeps.together import Together, bring_together

SEPARATORS = re.compile(r"[/\\\0]")
"""What in a run's name would lead to another folder."""


def draw_comparisons(folder: Path, centres: Sequence[str], *, connectivity: bool) -> None:
    """Draw what a sweep is asked for beside its race.

    Args:
        folder: The sweep's, with its jobs, which are of one landscape.
        centres: For each of these runs the plane through its end: `plane_adam.png`.
        connectivity: Whether the barriers between all ends are wanted.
    """
    together, look = bring_together([folder]), Look.of_configuration(kept_settings(folder))
    for centre in centres:
        scene = together.scene(together.settings_with({"centre": centre}), folder)
        draw_with_card(partial(path_figure, scene), folder / f"plane_{SEPARATORS.sub('_', centre)}.png", look)
    if connectivity:
        write_connectivity(together, folder)


def write_connectivity(together: Together, folder: Path) -> list[Path]:
    """Write `connectivity.csv` and `connectivity.png`: the straight lines between the ends of runs."""
    table, picture = (folder / f"connectivity.{kind}" for kind in ("csv", "png"))
    found = together.connectivity()
    found.save(table)
    save_figure(connectivity_figure(found), picture)
    return [table, picture]
