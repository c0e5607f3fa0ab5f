"""How near shapes come to their picture, over what it cost."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib import rc_context
from matplotlib.figure import Figure

from landscape_lab.drawing.narrow import asked_width
from landscape_lab.drawing.palette import GRID, PATH_COLORS
from landscape_lab.drawing.style import STYLE, label_cost

NAMES = {"psnr": "PSNR in dB", "ssim": "SSIM"}
"""What is drawn, from above."""


def nearness_figure(
    values: Mapping[str, Float[np.ndarray, " n"]], costs: Mapping[str, Float[np.ndarray, " n"]], title: str
) -> Figure:
    """PSNR and SSIM over each cost; in a column of a paper over the first.

    Args:
        values: `psnr` and `ssim` where they were measured.
        costs: What had been spent by then, by the name of the axis: `evaluations`, `seconds`.
        title: Whose they are.
    """
    if asked_width() is not None:  # of a column, which has room for one cost
        costs = dict([*costs.items()][:1])
    with rc_context(STYLE):
        figure = Figure(figsize=(4.2 * len(costs), 5.4), layout="constrained")
        grid = figure.subplots(len(NAMES), len(costs), squeeze=False, sharey="row", sharex="col")
        for row, (name, words) in zip(grid, NAMES.items(), strict=True):
            for axes, (cost, spent) in zip(row, costs.items(), strict=True):
                axes.plot(spent, values[name], color=PATH_COLORS[0], linewidth=1.6)
                axes.grid(color=GRID, linewidth=0.8)
                axes.set_axisbelow(True)
                label_cost(axes.xaxis, whole=cost != "seconds")
            row[0].set_ylabel(words)
        for axes, cost in zip(grid[-1], costs, strict=True):
            axes.set_xlabel(cost)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure
