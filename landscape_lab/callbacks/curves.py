"""Curves of a descent, logged a chunk at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from tensorboard.compat.proto.summary_pb2 import Summary
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.landscapes.base import Landscape
from landscape_lab.outcomes.quantiles import quantiles
from landscape_lab.results import distances

POINTS_PER_DECADE = 400
"""How many steps of every tenfold a long curve keeps; a hundredth of it for very many members."""
SHARES = {"best": 0.0, "quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75}
"""Which quantiles of many members' losses have a curve; who diverged is last."""
MANY = 10_000
"""So many members are very many."""


class Curves(pl.Callback):
    """Log loss, gradient norm, learning rate, position and distance to the minimum, a chunk at a time.

    TensorBoard gets one event a step with all the values; other loggers get `log_metrics`.
    """

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Ask for the norm of large gradients, which a descent does not record."""
        pl_module.trajectory.open(pl_module.landscape.members, pl_module.landscape.dims)
        if not pl_module.trajectory.keeps_every_point and trainer.loggers:
            pl_module.quantities.append(GradientNorm(pl_module.steps))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        if not trainer.loggers:
            return
        many = len(pl_module.ensemble) >= MANY
        kept = thinned(
            outputs["steps"].numpy(), pl_module.steps, *((POINTS_PER_DECADE // 100, 1) if many else ())
        )
        for steps, curves in _curves(pl_module, outputs, torch.from_numpy(kept)):
            for logger in trainer.loggers:
                log_curves(logger, steps.numpy(), curves)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """The end point has a loss and a position, though no gradient."""
        point, losses = pl_module.landscape.flat(), torch.from_numpy(pl_module.trajectory.losses[-1:])
        end = _positions(pl_module, point.unsqueeze(0)) | _losses(losses)
        for logger in trainer.loggers:
            log_curves(logger, np.array([trainer.global_step]), end)


@dataclass(frozen=True)
class GradientNorm:
    """The Euclidean norm of each member's gradient, `[members]`, at the steps of a curve.

    Args:
        steps: How many the descent makes.
    """

    steps: int
    name: str = "gradient_norm"

    def wants(self, step: int) -> bool:
        """Whether the curve has a point there."""
        return bool(thinned(np.array([step]), self.steps)[0])

    def take(self, landscape: Landscape) -> torch.Tensor:
        """The norm, without a copy of the gradient."""
        parts = [parameter.grad for parameter in landscape.parameters() if parameter.grad is not None]
        rows = [
            torch.linalg.vector_norm(part.detach().reshape(landscape.members, -1), dim=1) for part in parts
        ]
        return torch.stack(rows).norm(dim=0) if rows else torch.zeros(landscape.members)


def thinned(
    steps: np.ndarray, total: int, per_decade: int = POINTS_PER_DECADE, short: int = 1000
) -> np.ndarray:
    """Which steps a curve of `total` steps keeps: all of a short one, else a logarithmic grid.

    >>> [int(thinned(np.arange(total), total).sum()) for total in (500, 20_000, 1_000_000)]
    [500, 999, 1678]
    """
    grid = np.floor(per_decade * np.log10(np.maximum(steps, 1)))
    before = np.floor(per_decade * np.log10(np.maximum(steps - 1, 1)))
    return (grid != before) | (steps <= 1) | (total <= short)


def _curves(
    descent: Descent, outputs: dict[str, torch.Tensor], kept: torch.Tensor
) -> list[tuple[torch.Tensor, dict[str, np.ndarray]]]:
    """Steps and the curves that have values there; for many members, their best and their quartiles."""
    rates = outputs["lr"][kept].numpy()
    curves = _losses(outputs["losses"][kept]) | ({} if np.isnan(rates).all() else {"lr": rates})
    if "gradients" not in outputs:
        norms = outputs.get("gradient_norm")
        more = [] if norms is None else [(outputs["gradient_norm_steps"], {"gradient_norm": _median(norms)})]
        return [(outputs["steps"][kept], curves), *more]
    curves |= {"gradient_norm": _median(outputs["gradients"][kept].norm(dim=-1))}
    return [(outputs["steps"][kept], curves | _positions(descent, outputs["points"][kept]))]


def _median(values: torch.Tensor) -> np.ndarray:
    """Over members."""
    return values.median(dim=-1).values.cpu().numpy()


def _losses(losses: torch.Tensor) -> dict[str, np.ndarray]:
    if losses.shape[1] == 1:
        return {"loss": losses[:, 0].cpu().numpy()}
    found = quantiles(losses.nan_to_num(nan=torch.inf).cpu().numpy(), list(SHARES.values()))
    return {f"loss/{name}": each for name, each in zip(SHARES, found, strict=True)}


def _positions(descent: Descent, points: torch.Tensor) -> dict[str, np.ndarray]:
    """Where the only member is, and how far every one is from the nearest known minimum."""
    curves: dict[str, np.ndarray] = {}
    if points.shape[1] == 1 and points.shape[2] == 2:
        curves |= {"position/x": points[:, 0, 0].cpu().numpy(), "position/y": points[:, 0, 1].cpu().numpy()}
    if (far := distances(descent, points)) is not None:
        curves["distance_to_minimum"] = far.nanmedian(dim=-1).values.cpu().numpy()
    return curves


def tag_of(name: str) -> str:
    """What TensorBoard calls a curve: it sorts capitals first, and one looks at the loss first.

    >>> tag_of("loss"), tag_of("loss/median"), tag_of("lr")
    ('Loss', 'Loss/median', 'lr')
    """
    return name.capitalize() if name.split("/")[0] == "loss" else name


def log_curves(logger: Logger, steps: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    """One event a step for TensorBoard, with all values; `log_metrics` for other loggers."""
    columns = {name: values.tolist() for name, values in curves.items()}
    log = _events(logger) if isinstance(logger, TensorBoardLogger) else logger.log_metrics
    for index, step in enumerate(steps.tolist()):
        log({name: column[index] for name, column in columns.items()}, step)


def _events(logger: TensorBoardLogger) -> Callable[[dict[str, float], int], None]:
    """What writes the values of a step as one event; `log_metrics` would write one for each value."""
    write = logger.experiment._get_file_writer().add_summary

    def log(values: dict[str, float], step: int) -> None:
        parts = [Summary.Value(tag=tag_of(name), simple_value=value) for name, value in values.items()]
        write(Summary(value=parts), step)

    return log
