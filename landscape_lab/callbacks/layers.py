"""What an optimizer does to each layer: gradients, weights, updates, and how noisy the gradients are."""

import math
from os import PathLike
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.callbacks.curves import log_curves
from landscape_lab.callbacks.tensorboard import show
from landscape_lab.descent import Descent
from landscape_lab.drawing.figures import save_figure
from landscape_lab.drawing.layers import QUANTITIES, LayerCurves, layers_figure
from landscape_lab.keys.callbacks import LAYERS
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.tables import write_csv

TIMES = 100
"""About how often a run measures."""
SELDOM = 20
"""Fewest steps from one measurement to the next by default: then it costs a few percent of a step."""
MEMORY = 0.9
"""What remains of older measurements of the noise at each new one."""


@LAYERS.checks_class
class Layers(pl.Callback):
    r"""Measure what the steps do to each parameter tensor: `layers.png` and `layers.csv` at the end.

    Of the step from w to w' with the gradient g, for each tensor by itself: the norms |g| and |w|, the
    ratio |w' - w| / |w|, the cosine of w' - w with -g, and the gradient noise scale tr Σ / |G|², with G
    the mean and Σ the covariance of the gradients of single samples: the batch size beyond which a
    gradient hardly gets better (McCandlish et al. 2018, "An Empirical Model of Large-Batch Training").

    It is estimated from the gradients g₁ and g₂ of two consecutive steps, whose minibatches of B samples
    are independent: :math:`B |g_1 - g_2|^2 / 2` has the mean tr Σ, and :math:`g_1 \cdot g_2` has the mean
    |G|², as far as the step between them changes no mean. Both are averaged over measurements, the older
    the less. Where all data are seen, it tells only what the step changed.

    Each layer has a row, each parameter group where there are several, and all layers together.

    Nothing is evaluated for it, and the steps stay the same to the bit. Of several members it is the
    first. An optimizer that evaluates several times in a step is measured by its last gradient.

    Args:
        folder: Where the files go.
        every: Steps from one measurement to the next; by default about 100 in a run, but at least 20 steps.

    Attributes:
        rows: What was measured: a step, and `[quantities, layers]`.
    """

    def __init__(self, folder: str | PathLike[str], every: int | None = None) -> None:
        self.folder = Path(folder)
        self.every = every
        self.rows: list[tuple[int, Tensor]] = []
        self.before: list[Tensor] = []
        self.noise: list[Tensor] = []
        self.made = 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        self.interval = self.every or max(SELDOM, math.ceil(pl_module.steps / TIMES))
        self.landscape = pl_module.landscape
        self.made = trainer.global_step
        self.names, self.belongs = _rows(pl_module.landscape, pl_module.layout.optimizers[0])
        pl_module.layout.optimizers[0].register_step_post_hook(self._after_step)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if not self.rows:
            return
        curves = self.curves()
        values = [curves.values[name] for name in QUANTITIES]
        lines = (
            (step, layer, *(each[record, place] for each in values))
            for record, step in enumerate(curves.steps.tolist())
            for place, layer in enumerate(curves.layers)
        )
        write_csv(self.folder / "layers.csv", ["step", "layer", *QUANTITIES], lines, digits=6)
        for logger in trainer.loggers:
            log_curves(logger, curves.steps, curves.named())
        file = self.folder / "layers.png"
        save_figure(layers_figure(curves, pl_module.trajectory.label), file)
        show(trainer, "layers", file.read_bytes())

    def curves(self) -> LayerCurves:
        """What was measured so far."""
        table = (
            torch.stack([row for _, row in self.rows]).double().cpu().numpy()
        )  # [records, quantities, layers]
        return LayerCurves(
            layers=self.names,
            steps=np.array([step for step, _ in self.rows]),
            values={name: table[:, number] for number, name in enumerate(QUANTITIES)},
        )

    @torch.no_grad()
    def _after_step(self, *_: object) -> None:
        """Called by the first member's optimizer: measure in every interval, and note what was before."""
        self.made += 1
        if self.made % self.interval == 0 and self.before:
            self.rows.append((self.made, self._measured(*self._now())))
            self.before = []
        if (self.made + 1) % self.interval == 0:
            self.before = [part.clone() for parts in self._now() for part in parts]

    def _now(self) -> tuple[list[Tensor], list[Tensor]]:
        """The weights of each layer, and its gradient."""
        first = 0 if self.landscape.stacked or self.landscape.members > 1 else ...
        parts = [part for _, part in _layers(self.landscape)]
        gradients = [torch.zeros_like(part) if part.grad is None else part.grad.detach() for part in parts]
        return [part.detach()[first] for part in parts], [part[first] for part in gradients]

    def _measured(self, weights: list[Tensor], gradients: list[Tensor]) -> Float[Tensor, "quantities rows"]:
        """All quantities of a step, from what was before it."""
        before, previous = self.before[: len(weights)], self.before[len(weights) :]
        updates = list(torch._foreach_sub(weights, before))
        changes = torch._foreach_sub(gradients, previous)
        squares = [
            torch.stack(torch._foreach_norm(parts)) ** 2 for parts in (gradients, before, updates, changes)
        ]
        products = [_products(updates, gradients), _products(gradients, previous)]
        sums = torch.stack([*squares, *products]) @ self.belongs.to(squares[0])  # [6, rows]
        gradient, weight, update, change = sums[:4].sqrt()
        cosine = -sums[4] / (update * gradient)
        new = [_batch_size(self.landscape) * change**2 / 2, sums[5]]
        if self.noise:
            new = [MEMORY * old + (1 - MEMORY) * one for old, one in zip(self.noise, new, strict=True)]
        self.noise = new
        scale = torch.where(new[1] > 0, new[0] / new[1], torch.nan)
        return torch.stack([gradient, weight, update / weight, cosine, scale]).cpu()

    def state_dict(self) -> dict[str, object]:
        return {"rows": self.rows, "before": self.before, "noise": self.noise}

    def load_state_dict(self, state_dict: dict[str, list]) -> None:
        self.rows, self.before, self.noise = (state_dict[name] for name in ("rows", "before", "noise"))


def _layers(landscape: Landscape) -> list[tuple[str, Tensor]]:
    """The parameters by the names that the user's model gives them."""
    return [
        (name.removeprefix("objective.").removeprefix("model."), part)
        for name, part in landscape.named_parameters()
        if part.requires_grad
    ]


def _rows(landscape: Landscape, optimizer: Optimizer) -> tuple[list[str], Float[Tensor, "layers rows"]]:
    """What is measured: each layer, each of several parameter groups, and all; and who belongs there."""
    layers, groups = _layers(landscape), optimizer.param_groups
    of = {part.data_ptr(): number for number, group in enumerate(groups) for part in group["params"]}
    numbers = torch.tensor([of.get(part.data_ptr(), 0) for _, part in layers])
    names, columns = [name for name, _ in layers], list(torch.eye(len(layers)))
    if len(groups) > 1:
        names += [f"group {number}" for number in range(len(groups))]
        columns += [(numbers == number).float() for number in range(len(groups))]
    if len(layers) > 1:
        names, columns = [*names, "all"], [*columns, torch.ones(len(layers))]
    return names, torch.stack(columns, dim=1)


def _products(ones: list[Tensor], others: list[Tensor]) -> Float[Tensor, " layers"]:
    """The inner product of each pair."""
    return torch.stack([(one * other).sum() for one, other in zip(ones, others, strict=True)])


def _batch_size(landscape: Landscape) -> float:
    """Samples in a minibatch; 1 where there are none."""
    if not isinstance(landscape, NetworkLandscape):
        return 1.0
    return landscape.batches.samples / landscape.batches.per_epoch
