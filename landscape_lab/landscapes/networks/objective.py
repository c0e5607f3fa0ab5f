"""A network and what is asked of it, as one module: batch in, loss out."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from landscape_lab.landscapes.networks.foreign import ModuleStep
from landscape_lab.landscapes.networks.losses import (
    Measure,
    check_cross_entropy,
    check_squared_error,
    cross_entropy,
    loss_for,
    mean_squared_error,
    metrics_for,
    named_loss,
    named_metrics,
)
from landscape_lab.landscapes.networks.trees import Batch

BatchMeasure = Callable[[nn.Module, Batch], Tensor]
"""`measure(model, batch)`: one number, a mean over the samples of a batch of any structure."""


class Objective(nn.Module):
    """The loss of a model on a batch, and in the same pass its metrics.

    Args:
        model: Any module.
        loss: Of a prediction and its target; then batches are pairs of inputs and targets.
        batch_loss: Of a model and a batch of any structure, instead of `loss`.
        metrics: More measures of the same kind, by name.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Measure | None = None,
        batch_loss: BatchMeasure | None = None,
        metrics: Mapping[str, Callable[..., Tensor]] | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.loss = loss
        self.batch_loss = batch_loss
        self.metrics = dict(metrics or {})

    @classmethod
    def fitting(
        cls,
        model: nn.Module,
        batches: Sequence[Batch],
        loss: str | Measure | None = None,
        batch_loss: BatchMeasure | None = None,
        metrics: Mapping[str, Callable[..., Tensor]] | Sequence[str] | None = None,
    ) -> "Objective":
        """What is not given is chosen by the targets, and all is tried on the first batch.

        Args:
            model: Any module.
            batches: The whole data.
            loss: A function, or a name of `LOSSES`.
            batch_loss: Instead of `loss`.
            metrics: Functions by name, or names of `METRICS`; an empty list for none.

        Raises:
            ValueError: Both losses are given, or model, data and loss do not fit.
        """
        if batch_loss is not None:
            if loss is not None:
                raise ValueError("Parameter `loss` or `batch_loss` should be given, not both. Found both.")
            if metrics is not None and not isinstance(metrics, Mapping):
                raise ValueError(
                    "Parameter `metrics` should be functions of (model, batch), by name, beside `batch_loss`."
                )
            objective = cls(model, batch_loss=batch_loss, metrics=metrics)
        else:
            targets = _targets(batches)
            loss = loss_for(targets[0]) if loss is None else named_loss(loss)
            given = None if metrics is None else named_metrics(metrics)
            chosen = (
                metrics_for(loss, torch.cat([part.flatten() for part in targets])) if given is None else given
            )
            objective = cls(model, loss, metrics=chosen)
        return objective

    def forward(self, batch: Batch, measured: bool = False) -> Tensor | dict[str, Tensor]:
        """The loss, or all measures by name."""
        arguments: tuple[Any, Any]  # what the loss and the metrics are functions of
        ask: Callable[..., Tensor] | None
        if self.loss is None:
            arguments, ask = (self.model, batch), self.batch_loss
        else:
            inputs, target = batch
            arguments, ask = (self.model(inputs), target), self.loss
        assert ask is not None  # one of them is given
        loss = ask(*arguments)
        if not measured:
            return loss
        return {"loss": loss} | {name: metric(*arguments) for name, metric in self.metrics.items()}

    def see(self, step: int) -> None:
        """Tell the step of a LightningModule at which step of the descent it is asked."""
        if isinstance(self.batch_loss, ModuleStep):
            self.batch_loss.see(step)

    def validating(self) -> "Objective":
        """The same model as it is asked on data held out: a LightningModule by its `validation_step`."""
        own = self.batch_loss.validation if isinstance(self.batch_loss, ModuleStep) else None
        if own is None:
            return self
        objective = copy.copy(self)
        objective.batch_loss, objective.metrics = own, dict(own.metrics)
        return objective

    def check(self, batches: Sequence[Batch]) -> None:
        """Raise `ValueError` unless the model takes the batches and its outputs fit the loss."""
        if self.batch_loss is None:
            inputs, target = batches[0]
            with explained("Parameter `model` should take the data's inputs", inputs):
                prediction = self.model(inputs)
            _check_outputs(self.loss, prediction, target, _targets(batches))
            with explained("Parameter `loss` should take the model's outputs", prediction, target):
                loss = self(batches[0])
        else:
            loss = self(batches[0])
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            found = f"`{list(loss.shape)}`" if isinstance(loss, Tensor) else type(loss).__name__
            raise ValueError(
                f"Parameter `{self._name()}` should give one number, a mean over the batch. Found {found}."
            )

    def _name(self) -> str:
        return "loss" if self.batch_loss is None else "batch_loss"


class explained:
    """An error in a user's function becomes one line that says what went in."""

    def __init__(self, wanted: str, *tensors: object) -> None:
        self.wanted = wanted
        self.tensors = tensors

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Exception):
            found = " and ".join(
                str(list(t.shape)) if isinstance(t, Tensor) else type(t).__name__ for t in self.tensors
            )
            reason = " ".join(str(error).split())
            raise ValueError(f"{self.wanted}. Found{f' {found}' if found else ''}: {reason}") from error


def _targets(batches: Iterable[Batch]) -> list[Tensor]:
    """The targets of all batches.

    Raises:
        ValueError: Batches are no pairs.
    """
    targets = []
    for batch in batches:
        if not (isinstance(batch, tuple | list) and len(batch) == 2 and isinstance(batch[1], Tensor)):
            raise ValueError(
                "Parameter `data` should give pairs of inputs and targets, "
                f"unless `batch_loss(model, batch)` is given. Found {_structure(batch)}."
            )
        targets.append(batch[1])
    return targets


def _structure(batch: Batch) -> str:
    """What a batch is, in words."""
    if isinstance(batch, Mapping):
        return f"a dictionary of {', '.join(map(str, batch))}"
    return f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, tuple | list) else "")


def _check_outputs(
    loss: Measure | None, prediction: object, target: Tensor, targets: Sequence[Tensor]
) -> None:
    """Raise `ValueError` where outputs do not fit one of our losses; a user's loss knows what it takes."""
    if loss not in (cross_entropy, mean_squared_error):
        return
    if not isinstance(prediction, Tensor):
        raise ValueError(
            f"Parameter `model` should return a tensor. "
            f"Found a {type(prediction).__name__}: give `batch_loss`."
        )
    if loss is cross_entropy:
        labels = min(float(part.min()) for part in targets), max(float(part.max()) for part in targets)
        check_cross_entropy(prediction, target, labels)
    else:
        check_squared_error(prediction, target)
