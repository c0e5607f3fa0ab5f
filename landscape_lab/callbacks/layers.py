"""What an optimizer does to each layer of a network."""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.callbacks.curves import log_curves
from landscape_lab.callbacks.looks import Drawing
from landscape_lab.descent import Descent
from landscape_lab.drawing.layers import layers_figure
from landscape_lab.errors import tell
from landscape_lab.keys.callbacks import LAYERS
from landscape_lab.landscapes import Landscape
from landscape_lab.landscapes.networks.weights import own_name
from landscape_lab.records.layer_curves import AVERAGED, QUANTITIES, SUMS, LayerCurves
from landscape_lab.records.layer_sums import LayerSums
from landscape_lab.tables import write_csv

TIMES = 100
"""About how often a run measures."""
APART = 40
"""Steps between two measurements, at least, by default: one costs 1.3 steps, so 3 to 4 % of the descent."""
WHOLE = "all"
"""What all tensors together are called."""


@LAYERS.checks_class
class Layers(pl.Callback, Drawing):
    r"""Measure what steps do to each parameter tensor: `layers.png` and `layers.csv` at the end.

    Of a step from w to w' with gradient g and update u = w' - w: the norms |g| and |w|, the ratio
    |u| / |w|, the cosine of u with -g, and of a network that sees minibatches the simple noise scale
    tr Σ / |G|² (`landscape_lab.records.layer_sums` has the estimate,
    `landscape_lab.records.layer_curves` the average). Each tensor has a row; where there are
    several, one is of all together, and each of the optimizer's parameter groups has one. Loggers get
    them as `layers/<quantity>/<row>`. Of an ensemble, all is of the first member.

    Steps are the same to the bit with it and without. A step that evaluates no gradient where it
    begins is not measured.

    Args:
        folder: Where they go.
        every: Steps from one measurement to the next; by default about 100 in a run, and at least
            40 steps apart, so that it costs at most a twentieth of the descent.
    """

    def __init__(self, folder: str | PathLike[str], every: int | None = None) -> None:
        self.folder = Path(folder)
        self.every = every
        self.steps: list[Tensor] = []
        self.sums: list[Tensor] = []
        self.names: list[str] = []
        self.groups: dict[str, list[int]] = {}

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Ask for the sums of some steps."""
        every = self.every or max(APART, math.ceil(pl_module.steps / TIMES))
        pl_module.quantities.append(LayerSums(every))

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """The landscape and the optimizers are what they will be."""
        self.names = list(_names(pl_module.landscape))
        self.groups = dict(_groups(pl_module.landscape, pl_module.layout.optimizers[0]))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        if LayerSums.name not in outputs:
            return
        self.sums.append(outputs[LayerSums.name].cpu())
        self.steps.append(outputs[f"{LayerSums.name}_steps"])
        if trainer.loggers:
            self._log(trainer, new=len(self.steps[-1]))

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.steps:
            tell("There is no layers.png: no measured step evaluated a gradient where it began.")
            return
        curves = self.curves()
        self._write(curves)
        trajectory = pl_module.trajectory
        losses = (trajectory.steps, trajectory.losses[:, 0])
        self.draw(trainer, "layers", partial(layers_figure, curves, losses, trajectory.label))

    def curves(self) -> LayerCurves:
        """What was measured so far."""
        steps, sums = torch.cat(self.steps).numpy(), torch.cat(self.sums).numpy()
        return LayerCurves.of_tensors(steps, sums, self.names, self.groups)

    def _log(self, trainer: pl.Trainer, new: int) -> None:
        """Log the last measurements, so many; the average of the noise needs some before them."""
        self.steps, self.sums = [torch.cat(self.steps)], [torch.cat(self.sums)]
        recent = slice(-(new + AVERAGED - 1), None)
        steps, sums = self.steps[0][recent].numpy(), self.sums[0][recent].numpy()
        curves = LayerCurves.of_tensors(steps, sums, self.names, self.groups)
        values = {
            f"layers/{quantity}/{name}": column[-new:]
            for quantity, table in curves.values().items()
            for name, column in zip(curves.names, table.T, strict=True)
        }
        for index, step in enumerate(curves.steps[-new:]):
            known = {tag: column[[index]] for tag, column in values.items() if np.isfinite(column[index])}
            for logger in trainer.loggers:
                log_curves(logger, np.array([step]), known)

    def _write(self, curves: LayerCurves) -> None:
        """`layers.csv`: a line for each step and row, with the quantities, and the sums of the noise."""
        values = curves.values()
        noise = [curves.sums[:, :, SUMS.index(name)] for name in ("variance", "signal")]
        columns = {name: values.get(name, np.full(curves.sums.shape[:2], np.nan)) for name in QUANTITIES}
        columns |= dict(zip(("gradient_variance", "squared_gradient"), noise, strict=True))
        lines = (
            [step, name, *(table[at, row] for table in columns.values())]
            for at, step in enumerate(curves.steps.tolist())
            for row, name in enumerate(curves.names)
        )
        write_csv(self.folder / "layers.csv", ["step", "layer", *columns], lines, digits=6)

    def state_dict(self) -> dict[str, object]:
        """What a resumed descent goes on with."""
        return {"steps": list(self.steps), "sums": list(self.sums)}

    def load_state_dict(self, state_dict: Mapping[str, object]) -> None:
        """Go on from what `state_dict` returned."""
        steps, sums = state_dict["steps"], state_dict["sums"]
        assert isinstance(steps, list)
        assert isinstance(sums, list)
        self.steps, self.sums = list(steps), list(sums)


def _names(landscape: Landscape) -> Iterator[str]:
    """Of each tensor, as the model calls it; the point of a picture or a formula is `points`."""
    for name, parameter in landscape.named_parameters():
        if parameter.requires_grad:
            yield own_name(name)


def _groups(landscape: Landscape, optimizer: Optimizer) -> Iterator[tuple[str, list[int]]]:
    """All tensors where there are several, and the tensors of each of several parameter groups."""
    # An optimizer of one member has parameters of its own, whose numbers are the landscape's.
    where = [part.data_ptr() for part in landscape.parameters() if part.requires_grad]
    if len(where) > 1:
        yield WHOLE, list(range(len(where)))
    if len(optimizer.param_groups) > 1:
        for number, group in enumerate(optimizer.param_groups):
            inside = {part.data_ptr() for part in group["params"]}
            yield f"group_{number}", [at for at, address in enumerate(where) if address in inside]
