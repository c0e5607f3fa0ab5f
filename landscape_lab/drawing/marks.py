"""The marks on a map: known minima, starts and ends."""

import numpy as np
from matplotlib.axes import Axes

from landscape_lab.scene import Scene

MINIMUM_COLOR, EDGE_COLOR, END_COLOR = "#00e5ff", "#202124", "#00c853"


def mark_ends(axes: Axes, scene: Scene, *, small: bool = False) -> None:
    """Known minima, starts and ends, each with its own mark."""
    if len(scene.minima):
        axes.plot(
            *scene.minima.T,
            "x",
            color=MINIMUM_COLOR,
            markersize=5 if small else 9,
            markeredgewidth=1.8,
            zorder=4,
            label="minimum",
        )
    if scene.traces:
        _mark_starts_and_ends(axes, scene, small=small)
    if not small:
        axes.legend(
            loc="upper right",
            bbox_to_anchor=(1.01, -0.045),
            ncols=3,
            frameon=False,
            fontsize=9,
            columnspacing=1.2,
            borderpad=0.2,
        )


def _mark_starts_and_ends(axes: Axes, scene: Scene, *, small: bool) -> None:
    """White discs and green stars, the smaller the more there are; a trace of one record has no end."""
    starts = np.concatenate([trace.places[0] for trace in scene.traces])
    ends = np.concatenate([trace.places[-1] for trace in scene.traces])
    size = 16 if small else 90 if len(starts) < 20 else 26 if len(starts) < 200 else 7
    axes.scatter(
        starts[:, 0],
        starts[:, 1],
        s=size,
        c="white",
        edgecolors=EDGE_COLOR,
        linewidths=0.8 if small else 1.6 if size > 50 else 0.6,
        zorder=5,
        label="start",
    )
    if any(len(trace.steps) > 1 for trace in scene.traces):
        axes.scatter(
            ends[:, 0],
            ends[:, 1],
            s=1.6 * size,
            c=END_COLOR,
            edgecolors="white",
            linewidths=1.2 if size > 50 else 0.4,
            marker="*",
            zorder=6,
            label="end",
        )
