"""What is asked of a prediction: losses and metrics, each a mean over the samples of a batch."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from landscape_lab.validation import check_choice

Measure: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""`measure(prediction, target)`: one number, a mean over the samples of a batch."""


def cross_entropy(prediction: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of logits against whole numbers.

    Args:
        prediction: Logits with the classes on the last axis, `[n, …, classes]`, or on axis 1 as
            torch has them.
        target: Classes from 0, `[n, …]`.

    >>> cross_entropy(torch.zeros(4, 2), torch.tensor([0, 1, 1, 0]))
    tensor(0.6931)
    """
    if _classes_axis(prediction, target) == -1:
        prediction, target = prediction.flatten(0, -2), target.flatten()
    return F.cross_entropy(prediction, target.long())


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean of squared differences; a single output needs no axis of its own in the target."""
    return F.mse_loss(*_alike(prediction, target))


def accuracy(prediction: Tensor, target: Tensor) -> Tensor:
    """The share of samples whose class has the highest logit."""
    return (prediction.argmax(_classes_axis(prediction, target)) == target).to(prediction.dtype).mean()


def threshold_accuracy(prediction: Tensor, target: Tensor) -> Tensor:
    """The share of samples on the same side of ½ as the target, which is 0 or 1."""
    prediction, target = _alike(prediction, target)
    return ((prediction > 0.5) == (target > 0.5)).to(prediction.dtype).mean()


LOSSES: dict[str, Measure] = {"cross_entropy": cross_entropy, "mean_squared_error": mean_squared_error}
METRICS: dict[str, Measure] = {
    "accuracy": accuracy,
    "threshold_accuracy": threshold_accuracy,
    "mean_squared_error": mean_squared_error,
}


def named_loss(loss: str | Measure) -> Measure:
    """A loss by its name; a function is itself."""
    if not isinstance(loss, str):
        return loss
    check_choice("loss", loss, LOSSES)
    return LOSSES[loss]


def named_metrics(metrics: Mapping[str, Measure] | Sequence[str]) -> dict[str, Measure]:
    """Metrics by their names; functions come with a name of their own."""
    if isinstance(metrics, Mapping):
        return dict(metrics)
    for name in metrics:
        check_choice("metrics", name, METRICS)
    return {name.removeprefix("threshold_"): METRICS[name] for name in metrics}


def loss_for(targets: Tensor) -> Measure:
    """The loss that fits the targets: cross-entropy for whole numbers, else the mean squared error."""
    return mean_squared_error if targets.is_floating_point() else cross_entropy


def metrics_for(loss: Measure, targets: Tensor) -> dict[str, Measure]:
    """The metrics that fit a loss: accuracy where targets are classes, or the numbers 0 and 1."""
    if loss is cross_entropy:
        return {"accuracy": accuracy}
    two_classes = loss is mean_squared_error and bool(((targets == 0) | (targets == 1)).all())
    return {"accuracy": threshold_accuracy} if two_classes else {}


def check_cross_entropy(prediction: Tensor, target: Tensor, labels: tuple[float, float]) -> None:
    """Raise `ValueError` unless logits and classes fit each other.

    Args:
        prediction: Of some samples.
        target: Of the same samples.
        labels: The lowest and the highest of all samples.
    """
    if target.is_floating_point():
        raise ValueError(
            f"Parameter `loss` should not be cross_entropy for targets that are floats ({target.dtype})."
        )
    if target.numel() == prediction.numel():
        raise ValueError(
            "Parameter `loss` should not be cross_entropy for a model with one output: "
            "it is 0 whatever the weights. Use loss=mean_squared_error, or a model with an output "
            "for each class."
        )
    if prediction.shape[:-1] != target.shape and prediction.shape[:1] + prediction.shape[2:] != target.shape:
        raise ValueError(
            f"Parameter `model` should have logits `[samples, classes]` for targets `{list(target.shape)}`. "
            f"Found `{list(prediction.shape)}`."
        )
    _check_labels(labels, prediction.shape[_classes_axis(prediction, target)])


def _check_labels(labels: tuple[float, float], classes: int) -> None:
    """Raise `ValueError` unless a model has an output for each label."""
    lowest, highest = labels
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"Parameter `data` should have labels from 0 to {classes - 1}, "
            f"as the model has {classes} outputs. Found labels from {lowest:.0f} to {highest:.0f}."
        )


def check_squared_error(prediction: Tensor, target: Tensor) -> None:
    """Raise `ValueError` unless there is an output for each number of the target."""
    if prediction.shape != target.shape and prediction.shape != (*target.shape, 1):
        raise ValueError(
            f"Parameter `model` should have outputs like the targets, `{list(target.shape)}`. "
            f"Found `{list(prediction.shape)}`."
        )


def _classes_axis(prediction: Tensor, target: Tensor) -> int:
    """The axis of the classes: the last if the others are the target's, else axis 1, as torch has it."""
    return -1 if prediction.shape[:-1] == target.shape else 1


def _alike(prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Prediction and target in one shape: `[n, 1]` against `[n]` would compare all with all."""
    if prediction.shape != target.shape:
        target = target.reshape(prediction.shape)
    return prediction, target.to(prediction.dtype)


def samples_last(measure: Measure, own: bool = False) -> Measure:
    """The same measure of many members at once, with the samples on the last axis.

    Args:
        measure: One of ours, or any other.
        own: Whether targets are each member's own.

    Returns:
        A function of predictions `[members, outputs, n]` and of targets `[n, …]` for all, or
        each member's own `[members, n, …]`, that gives `[members]`.
    """
    return SAMPLES_LAST.get(measure) or partial(_mapped, measure, own)


def _mapped(measure: Measure, own: bool, prediction: Tensor, target: Tensor) -> Tensor:
    """A user's measure, mapped over the members."""
    return torch.vmap(measure, in_dims=(0, 0 if own else None))(prediction.mT, target)


def _classes(prediction: Tensor, target: Tensor) -> Tensor:
    """Classes for each member, `[members, n]`."""
    return target.expand(len(prediction), prediction.shape[2])


def _numbers(prediction: Tensor, target: Tensor) -> Tensor:
    """Targets with the samples last: `[outputs, n]`, or `[members, outputs, n]`."""
    with_outputs = target.ndim == 3 or prediction.shape[1] > 1
    with_outputs |= target.shape[-1] == 1 and prediction.shape[2] > 1
    return (target.mT if with_outputs else target.unsqueeze(-2)).to(prediction.dtype)


def _cross_entropies(prediction: Tensor, target: Tensor) -> Tensor:
    # The classes lie on a middle axis: there, log_softmax is 8 times as fast as over a short last axis.
    target = _classes(prediction, target).long().unsqueeze(1)
    return -prediction.log_softmax(1).gather(1, target).mean((1, 2))


def _accuracies(prediction: Tensor, target: Tensor) -> Tensor:
    best = prediction.max(1).indices  # over a middle axis, `argmax` takes 10 times as long
    return (best == _classes(prediction, target)).to(prediction.dtype).mean(-1)


def _squared_errors(prediction: Tensor, target: Tensor) -> Tensor:
    return (prediction - _numbers(prediction, target)).square().mean((1, 2))


def _threshold_accuracies(prediction: Tensor, target: Tensor) -> Tensor:
    right = (prediction > 0.5) == (_numbers(prediction, target) > 0.5)
    return right.to(prediction.dtype).mean((1, 2))


SAMPLES_LAST: dict[Measure, Measure] = {
    cross_entropy: _cross_entropies,
    accuracy: _accuracies,
    mean_squared_error: _squared_errors,
    threshold_accuracy: _threshold_accuracies,
}
