"""Curves of a descent, logged a chunk at a time."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from tensorboard.compat.proto.summary_pb2 import Summary

from landscape_lab.descent import Descent

POINTS_PER_DECADE = 400
"""How many steps of every tenfold a long curve keeps; a hundredth of it for very many members."""
RANKS = {"best": 0.0, "quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75}
"""Which of many members' losses have a curve, by their share of better members; who diverged is last."""
MANY = 10_000
"""So many members are very many."""


class Curves(pl.Callback):
    """Log loss, gradient norm, learning rate, position and distance to the minimum, a chunk at a time.

    TensorBoard gets one event a step with all the values; other loggers get `log_metrics`.
    """

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Descent, outputs: dict[str, Any], batch: Any, batch_idx: int
    ) -> None:
        steps = outputs["steps"].numpy()
        many = len(pl_module.ensemble) >= MANY
        kept = thinned(steps, pl_module.steps, *((POINTS_PER_DECADE // 100, 1) if many else ()))
        curves = _curves(pl_module, {name: values[torch.from_numpy(kept)] for name, values in outputs.items()})
        for logger in trainer.loggers:
            _log_curves(logger, steps[kept], curves)

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """The end point has a loss and a place, though no gradient."""
        point, losses = pl_module.landscape.flat(), torch.from_numpy(pl_module.trajectory.losses[-1:])
        end = _positions(pl_module, point.unsqueeze(0)) | _losses(losses)
        for logger in trainer.loggers:
            _log_curves(logger, np.array([trainer.global_step]), end)


def thinned(steps: np.ndarray, total: int, per_decade: int = POINTS_PER_DECADE, short: int = 1000) -> np.ndarray:
    """Which steps a curve of `total` steps keeps: all of a short one, else a logarithmic grid.

    >>> [int(thinned(np.arange(total), total).sum()) for total in (500, 20_000, 1_000_000)]
    [500, 999, 1678]
    """
    grid = np.floor(per_decade * np.log10(np.maximum(steps, 1)))
    before = np.floor(per_decade * np.log10(np.maximum(steps - 1, 1)))
    return (grid != before) | (steps <= 1) | (total <= short)


def _curves(descent: Descent, outputs: dict[str, Any]) -> dict[str, np.ndarray]:
    """Each curve over the steps of a chunk; for many members, their best and their quartiles."""
    norms = outputs["gradients"].norm(dim=-1).median(dim=-1).values.cpu().numpy()
    rates = outputs["lr"].numpy()
    known = {} if np.isnan(rates).all() else {"lr": rates}
    return _losses(outputs["losses"]) | {"gradient_norm": norms} | known | _positions(descent, outputs["points"])


def _losses(losses: torch.Tensor) -> dict[str, np.ndarray]:
    if losses.shape[1] == 1:
        return {"loss": losses[:, 0].cpu().numpy()}
    places = {name: int(share * (losses.shape[1] - 1)) for name, share in RANKS.items()}
    ranked = np.partition(losses.nan_to_num(nan=torch.inf).cpu().numpy(), list(set(places.values())), axis=1)
    return {f"loss/{name}": ranked[:, place] for name, place in places.items()}


def _positions(descent: Descent, points: torch.Tensor) -> dict[str, np.ndarray]:
    """Where the only member is, and how far every one is from the nearest known minimum."""
    curves: dict[str, np.ndarray] = {}
    if points.shape[1] == 1 and points.shape[2] == 2:
        curves |= {"position/x": points[:, 0, 0].cpu().numpy(), "position/y": points[:, 0, 1].cpu().numpy()}
    if (distances := descent.distances(points)) is not None:
        curves["distance_to_minimum"] = distances.nanmedian(dim=-1).values.cpu().numpy()
    return curves


def _log_curves(logger: Logger, steps: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    columns = {name: values.tolist() for name, values in curves.items()}
    if isinstance(logger, TensorBoardLogger):
        write = logger.experiment._get_file_writer().add_summary
        for row, step in enumerate(steps.tolist()):
            values = [Summary.Value(tag=name, simple_value=column[row]) for name, column in columns.items()]
            write(Summary(value=values), step)
    else:
        for row, step in enumerate(steps.tolist()):
            logger.log_metrics({name: column[row] for name, column in columns.items()}, step)
