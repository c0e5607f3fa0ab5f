"""What a landscape is made of, where a LightningModule is brought: a model, its data, its loss."""

import copy
import warnings
from typing import Protocol, TypeVar, runtime_checkable

from torch import nn

from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.foreign import ModuleStep, StandIn, lend
from landscape_lab.landscapes.networks.loading import has_own, parts_of, validation_loader
from landscape_lab.landscapes.networks.objective import Objective

UNCALLED = (
    *("on_fit_start", "on_train_start", "on_train_epoch_start", "on_train_epoch_end", "on_train_batch_end"),
    *("on_before_backward", "backward", "on_after_backward", "on_before_zero_grad", "optimizer_zero_grad"),
    *("on_before_optimizer_step", "optimizer_step"),
)
"""Hooks that a descent has no place for."""
PREPARING = {"prepare_data": (), "setup": ("fit",), "configure_model": ()}
"""Hooks that come before the data are asked for, in Lightning's order, and their arguments."""
WITH_OWN = ("configure_gradient_clipping", "lr_scheduler_step")
"""Hooks that belong to the module's own optimizer."""
Arguments = dict[str, object]
"""Of a `NetworkLandscape`, by their names."""


@runtime_checkable
class Parts(Protocol):
    """What of a landscape is settled here."""

    objective: Objective
    batches: Batches


Network = TypeVar("Network", bound=Parts)


def adopt(module: nn.Module, loader: object, settings: Arguments) -> Arguments:
    """The arguments of the landscape of a module.

    Args:
        module: A LightningModule, which stays as it is.
        loader: A DataLoader, a LightningDataModule, or `None` for the module's own.
        settings: What the user gives of these arguments.

    Raises:
        ValueError: It is no such module, has no data, or optimizes by hand and there is no loss.
    """
    _check(module, settings)
    model = copy.deepcopy(module)
    trainer = StandIn()
    lend(model, trainer)
    training, held_out = _data_of(model, trainer, loader)
    adopted = {"model": model, "data": training, "validation": held_out} | settings
    if _asks_itself(settings):
        step = adopted["batch_loss"] = ModuleStep(model, "training_step", trainer)
        if has_own(module, "validation_step"):
            step.validation = ModuleStep(model, "validation_step", trainer, otherwise=step)
        _warn(module)
    return adopted


def settled(landscape: Network) -> Network:
    """A landscape with what its module showed when it was tried: an epoch's length, logged metrics."""
    step = landscape.objective.batch_loss
    if isinstance(step, ModuleStep):
        step.trainer.num_training_batches = landscape.batches.per_epoch
        landscape.objective.metrics = step.metrics | landscape.objective.metrics
    return landscape


def _check(module: nn.Module, settings: Arguments) -> None:
    """Raise `ValueError` for what is no LightningModule, and for one whose loss has to be given."""
    name = type(module).__name__
    if not callable(getattr(module, "training_step", None)):
        raise ValueError(
            "Parameter `module` should be a LightningModule, with a `training_step`. "
            f"Found a {name}: for a plain model, landscape=network."
        )
    if not _asks_itself(settings):
        return
    by_hand = not getattr(module, "automatic_optimization", True)
    why = "optimizes by hand (automatic_optimization = False)" if by_hand else "has no `training_step`"
    if by_hand or not has_own(module, "training_step"):
        raise ValueError(
            f"Parameter `loss` (prediction, target) or `batch_loss` (model, batch) should be given, "
            f"as {name} {why}."
        )


def _asks_itself(settings: Arguments) -> bool:
    """Whether the loss is the module's own."""
    return settings.get("loss") is None and settings.get("batch_loss") is None


def _data_of(model: nn.Module, trainer: StandIn, loader: object) -> tuple[object, object]:
    """Data for training and for validation; the module is prepared after its data, as Lightning does it."""
    training = held_out = None
    if loader is not None:
        trainer.datamodule = loader
        training, held_out = parts_of(loader)
    for hook, arguments in PREPARING.items():
        if has_own(model, hook):
            getattr(model, hook)(*arguments)
    trainer.datamodule = None  # it holds data, of which each member would get a copy
    held_out = validation_loader(model) if held_out is None else held_out
    return _own_loader(model) if training is None else training, held_out


def _own_loader(model: nn.Module) -> object:
    """The loader that a module itself has for training.

    Raises:
        ValueError: It has none.
    """
    if not has_own(model, "train_dataloader"):
        raise ValueError(
            "Parameter `datamodule` should be given (in Python `loader`), "
            f"as {type(model).__name__} has no `train_dataloader` of its own. Found none."
        )
    return model.train_dataloader()  # type: ignore[operator]


def _warn(module: nn.Module) -> None:
    """Say which hooks of a module are not called."""
    uncalled = [name for name in UNCALLED if has_own(module, name)]
    with_own = [name for name in WITH_OWN if has_own(module, name)]
    told = [f"{', '.join(uncalled)} at no time"] if uncalled else []
    told += [f"{', '.join(with_own)} with optimizer=own only"] if with_own else []
    if told:
        warnings.warn(
            f"Of {type(module).__name__}'s hooks a descent calls {', and '.join(told)}.", stacklevel=4
        )
