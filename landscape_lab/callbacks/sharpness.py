"""Sharpness along the path: whether a descent lives at the edge of stability."""

import math
from collections.abc import Mapping
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor

from landscape_lab.callbacks.curves import log_curves
from landscape_lab.callbacks.looks import Drawing
from landscape_lab.curvature import HessianProducts, Sharpnesses, sharpness
from landscape_lab.descent import Descent
from landscape_lab.drawing.sharpness import sharpness_figure
from landscape_lab.keys.callbacks import SHARPNESS
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.landscapes.pixels import PixelGradient
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.optimizers.stability import Stability, preconditioner_of, stability_of
from landscape_lab.tables import write_csv

TIMES = 100
"""About how often a run measures."""
KINDS = ("sharpness", "preconditioned_sharpness", "lowest_curvature")
"""The curves, those that there are."""
NAMES = (*KINDS, "sharpness_threshold")
"""What a row holds after its step, by the names that loggers and `results.json` use."""


@SHARPNESS.checks_class
class Sharpness(pl.Callback, Drawing):
    r"""Measure λmax of the Hessian along the path: `sharpness.png` and `sharpness.csv` at the end.

    Gradient descent with all data sharpens until λmax reaches the highest curvature that its steps
    bear, and stays there, at the edge of stability (Cohen et al., ICLR 2021). That line is drawn
    where it is known: 2/lr for gradient descent, (2 + 2β)/lr with momentum, and for Adam, whose
    preconditioned sharpness is measured too, 38/lr at :math:`β_1 = 0.9`. Of two dimensions the whole
    Hessian is taken, and its lowest eigenvalue has a curve.

    Args:
        folder: Where they go.
        every: Steps from one measurement to the next; by default about 100 in a run.

    Attributes:
        rows: What was measured: the step, and the values of `NAMES`.
    """

    def __init__(self, folder: str | PathLike[str], every: int | None = None) -> None:
        self.folder = Path(folder)
        self.every = every
        self.rows: list[list[float]] = []
        self.near: dict[str, Tensor] = {}
        self.interval = 1

    @staticmethod
    def told(trainer: pl.Trainer) -> dict[str, float | None]:
        """What `results.json` tells of the last measurement; nothing where there is none."""
        made: list[pl.Callback] = getattr(trainer, "callbacks", [])
        rows = [part.rows[-1] for part in made if isinstance(part, Sharpness) and part.rows]
        if not rows:
            return {}
        found = dict(zip(NAMES, rows[0][1:], strict=True))
        return {
            name: value if math.isfinite(value) else None
            for name, value in found.items()
            if name == "sharpness" or not math.isnan(value)
        }

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Refuse what has no sharpness; a chunk ends where something is measured."""
        check_whole(pl_module.landscape)
        self.interval = self.every or max(1, math.ceil(pl_module.steps / TIMES))
        pl_module.pauses.append(self.interval)

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._measure_if_due(trainer, pl_module)  # a checkpoint may be older than the measurement there

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        self._measure_if_due(trainer, pl_module)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self._measure_if_due(trainer, pl_module, every=1)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        curve, trajectory = self.curve(pl_module), pl_module.trajectory
        columns = [*(name for name in KINDS if name in curve.values), "threshold"]
        lines = zip(curve.steps.tolist(), *curve.values.values(), curve.thresholds, strict=True)
        write_csv(self.folder / "sharpness.csv", ["step", *columns], lines, digits=9)
        losses = (trajectory.steps, trajectory.losses[:, 0])
        self.draw(trainer, "sharpness", partial(sharpness_figure, curve, losses, trajectory.label))

    def curve(self, descent: Descent) -> Sharpnesses:
        """What was measured so far."""
        table = np.array(self.rows, dtype=np.float64).reshape(-1, 1 + len(NAMES))
        stability = _stability(descent)
        kinds = {
            name: column
            for name, column in zip(KINDS, table.T[1:-1], strict=True)
            if name == "sharpness" or not np.isnan(column).all()
        }
        formula, preconditioned = ("", False) if stability is None else stability[1:]
        return Sharpnesses(table[:, 0].astype(np.int64), kinds, table[:, -1], formula, preconditioned)

    def _measure_if_due(self, trainer: pl.Trainer, descent: Descent, every: int | None = None) -> None:
        """Measure in steps that are a multiple of the interval, each once."""
        step = trainer.global_step
        if step % (every or self.interval) == 0 and not (self.rows and self.rows[-1][0] == step):
            self._measure(trainer, descent)

    def _measure(self, trainer: pl.Trainer, descent: Descent) -> None:
        """Add a row, and log its values."""
        step, stability = trainer.global_step, _stability(descent)
        products = HessianProducts(descent.landscape)
        found = sharpness(products, near=self.near.get("plain"))
        self.near["plain"] = found.vector
        values = dict.fromkeys(NAMES, math.nan)
        values |= {"sharpness": found.highest, "lowest_curvature": found.lowest}
        if stability is not None:
            values["sharpness_threshold"] = stability.threshold
            if stability.preconditioned:
                values["preconditioned_sharpness"] = self._preconditioned(descent, products)
        self.rows.append([step, *values.values()])
        curves = {name: np.array([value]) for name, value in values.items() if math.isfinite(value)}
        for logger in trainer.loggers:
            log_curves(logger, np.array([step]), curves)

    def _preconditioned(self, descent: Descent, products: HessianProducts) -> float:
        """The sharpness in Adam's units; NaN before its first step."""
        parameters = [part for part in descent.landscape.parameters() if part.requires_grad]
        scale = preconditioner_of(descent.layout.optimizers[0], parameters)
        if scale is None:
            return math.nan
        found = sharpness(products, scale, self.near.get("preconditioned"))
        self.near["preconditioned"] = found.vector
        return found.highest

    def state_dict(self) -> dict[str, object]:
        """What a resumed descent goes on with."""
        return {"rows": torch.tensor(self.rows, dtype=torch.float64), "near": dict(self.near)}

    def load_state_dict(self, state_dict: Mapping[str, object]) -> None:
        """Go on from what `state_dict` returned."""
        rows, near = state_dict["rows"], state_dict["near"]
        assert isinstance(rows, Tensor)
        assert isinstance(near, dict)
        self.rows, self.near = rows.tolist(), dict(near)


def check_whole(landscape: Landscape) -> None:
    """Raise `ValueError` unless one descent sees the loss whose curvature is measured."""
    if landscape.members > 1:
        raise ValueError(
            "Parameter `callbacks` may have sharpness for one member only. "
            f"Found {landscape.members} members."
        )
    if not landscape.stochastic:
        return
    if isinstance(landscape, NetworkLandscape):
        wanted = "where each step sees all data, without dropout and BatchNorm: landscape.batch_size=null"
    else:
        wanted = "where no step sees augmentations: augmentation=none"
    raise ValueError(
        f"Parameter `callbacks` may have sharpness only {wanted}. Found steps that see another loss."
    )


def _stability(descent: Descent) -> Stability | None:
    """The highest curvature that the optimizer bears, where its gradient is the loss's derivative."""
    landscape, (optimizer, *others) = descent.landscape, descent.layout.optimizers
    if others or (isinstance(landscape, PointLandscape) and isinstance(landscape.gradient, PixelGradient)):
        return None
    return stability_of(optimizer)
