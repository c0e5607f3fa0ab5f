"""What is around a descent: Lightning's trainer, the callbacks and the loggers."""

import pytorch_lightning as pl
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.loggers import Logger

from landscape_lab.assembly import about_of, label_of, plane_settings
from landscape_lab.callbacks import HParams, Products, RateCurve, Stops
from landscape_lab.callbacks.tensorboard import open_now, tensorboards
from landscape_lab.configuration.composed import compared_values, typed
from landscape_lab.instantiation import build
from landscape_lab.keeping import Keeper
from landscape_lab.reporting import ReportPage
from landscape_lab.resuming.going_on import Provenance, SealedFiles
from landscape_lab.resuming.own_state import OwnState


def trainer_of(
    cfg: DictConfig, names: dict[str, str], keeper: Keeper, provenance: Provenance, first: int
) -> pl.Trainer:
    """Lightning's trainer for a descent; nothing is written before all is accepted.

    Args:
        cfg: The composed configuration.
        names: What the landscape and the optimizer are called.
        keeper: Keeps the results.
        provenance: Keeps where checkpoints come from.
        first: The step from which the descent goes on.

    Raises:
        ValueError: A setting of the trainer, a callback or a logger is refused.
    """
    folder = keeper.run.folder
    loggers = [_logger(node, first) for node in cfg.logger.values() if node]
    parts = [build(node) for node in cfg.callbacks.values() if node]  # null: without
    parts = [*(one for part in parts if isinstance(part, ReportPage) for one in part.recorders()), *parts]
    if (search := keeper.search) is not None:
        label = label_of(cfg, names["optimizer"], names["landscape"], [search.chosen])
        parts.append(RateCurve(search, folder, label))
    products = Products.gathering(parts, plane_settings(cfg), folder, about_of(cfg, names["landscape"]))
    compared = compared_values(cfg, names, typed(keeper.hydra))
    callbacks = [
        keeper,
        *products,
        provenance,
        OwnState(),
        HParams(compared, OmegaConf.to_yaml(cfg)),
        Stops(),
    ]
    trainer = build(cfg.trainer, logger=loggers, callbacks=callbacks, default_root_dir=str(folder))
    trainer.strategy.checkpoint_io = SealedFiles()
    for logger in tensorboards(trainer):
        open_now(logger)
    return trainer


def _logger(node: DictConfig, first: int) -> Logger:
    """A logger; TensorBoard forgets what an earlier run in this folder wrote of the steps from `first` on."""
    purge = {"purge_step": first} if node._target_.endswith("TensorBoardLogger") else {}
    return build(node, **purge)
