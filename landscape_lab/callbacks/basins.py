"""A map of where descents from everywhere lead."""

from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.callbacks.looks import Drawing, OwnMap
from landscape_lab.descent import Descent
from landscape_lab.drawing.basin_map import basins_figure
from landscape_lab.outcomes.basins import CELLS, Settling, find_basins, grid_shape
from landscape_lab.staging import scene_of


class BasinMap(OwnMap, Drawing):
    """Draw `basins.png` at the end: each start in its attractor's colour, darker the later it came to rest.

    The ensemble begins on a grid over the bounds. `basins.csv` lists the attractors, `basins.npz` holds the
    map.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        grid_shape(pl_module.ensemble)
        low, high = _bounds(pl_module)
        self.settling = Settling(pl_module.landscape.flat().clone(), (high - low) / (2 * CELLS))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        self.settling.follow(int(outputs["steps"][0]), outputs["points"])

    @torch.no_grad()
    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        landscape, steps = pl_module.landscape, trainer.global_step
        ends = landscape.flat()
        self.settling.follow(steps, ends.unsqueeze(0).to(self.settling.rest))
        losses, bounds = landscape.evaluate(ends), _bounds(pl_module)
        basins = find_basins(pl_module.ensemble, ends, losses, self.settling, bounds, steps)
        basins.save(self.folder)
        rows, columns = basins.verdicts.shape
        title = f"{pl_module.trajectory.label} · {steps:,} steps from {columns:,} × {rows:,} starts"
        settings = replace(self.settings, directions="auto")
        scene = scene_of(landscape, [pl_module.trajectory], settings=settings, reach=0.0)
        self.draw(trainer, "basins", partial(basins_figure, basins, scene, title))


def _bounds(descent: Descent) -> torch.Tensor:
    """The corners of the map."""
    bounds = descent.landscape.bounds
    if bounds is None:
        raise ValueError("A map of basins should be of a landscape with bounds.")
    return bounds
