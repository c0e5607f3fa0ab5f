"""The clean measures of many points at once, for stacks of linear and elementwise layers."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.networks.classes import Classes
from landscape_lab.landscapes.networks.feedforward import Feedforward
from landscape_lab.landscapes.networks.losses import Measure, accuracy, cross_entropy, samples_last
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.trees import Batch, count_samples

ACTIVATIONS_AT_ONCE = 2**18
"""Numbers in one layer of all points that go through it together: they stay in the processor's cache."""
GROUPS = 8
"""Predictions of so many such groups are measured together: they are small, so calls cost more than work."""

BY_CLASSES: dict[Measure, Callable[[Classes, Tensor], Tensor]] = {
    cross_entropy: Classes.cross_entropies,
    accuracy: Classes.accuracies,
}
"""Measures for which the classes of a batch are prepared once."""
EXACT = (torch.float32, torch.float64)
"""What counts samples without rounding."""


class Together:
    """Measures points of a network together: a grid has thousands, and each alone is mostly overhead.

    The means are over all samples. What does not depend on the points is made once: the layers in
    their order, the inputs with samples on the last axis, and the measures of such predictions.

    Args:
        network: The layers.
        objective: What is asked of their answers: a loss, and metrics by name.
        batches: All samples, as pairs of inputs and targets.
    """

    def __init__(self, network: Feedforward, objective: Objective, batches: Sequence[Batch]) -> None:
        self.network = network
        measures = {"loss": objective.loss} | objective.metrics
        self.measures = {name: part for name, part in measures.items() if part is not None}
        self.classes: dict[int, Classes] = {}
        samples = [count_samples(batch) for batch in batches]
        self.shares = [number / sum(samples) for number in samples]
        self.batches = [(network.lines(inputs), target) for inputs, target in batches]
        self.at_once = max(1, ACTIVATIONS_AT_ONCE // (max(samples) * network.width))

    def __call__(self, weights: Mapping[str, Tensor], measured: bool) -> dict[str, Float[Tensor, " n"]]:
        """The measures of some points; autograd follows their weights.

        Args:
            weights: `[n, *shape]` each, by name.
            measured: Whether the metrics are wanted beside the loss.
        """
        merged = self.network.merged(weights)
        followed = torch.is_grad_enabled() and any(part.requires_grad for part in merged.values())
        room = None if followed else self._room(next(iter(merged.values())))
        groups = _split(merged, GROUPS * self.at_once)
        return joined([self._of(group, measured, room) for group in groups])

    def _room(self, like: Tensor) -> Tensor | None:
        """Memory for the first layer of the points that go through it together, unless it is the last one."""
        if not self.network.deep:
            return None
        samples = max(lines.shape[1] for lines, _ in self.batches)
        return like.new_empty(min(self.at_once, len(like)) * samples * self.network.width)

    def _of(self, merged: Mapping[str, Tensor], measured: bool, room: Tensor | None) -> dict[str, Tensor]:
        """The measures of a few groups of points."""
        parts, total = _split(merged, self.at_once), dict[str, Tensor]()
        for number, (share, (lines, _)) in enumerate(zip(self.shares, self.batches, strict=True)):
            predictions = [self.network.through(part, lines, room) for part in parts]
            prediction = predictions[0] if len(parts) == 1 else torch.cat(predictions)
            for name in self.measures if measured else ("loss",):
                value = self._value(name, prediction, number)
                value = value if share == 1 else share * value
                total[name] = total[name] + value if name in total else value
        return total

    def _value(
        self, name: str, prediction: Float[Tensor, "n outputs samples"], number: int
    ) -> Float[Tensor, " n"]:
        """One measure of the predictions for a batch, by its number."""
        measure, target = self.measures[name], self.batches[number][1]
        if target.ndim > 1 or measure not in BY_CLASSES or prediction.dtype not in EXACT:
            return samples_last(measure)(prediction, target)
        if number not in self.classes:
            self.classes[number] = Classes(target, prediction.detach())
        return BY_CLASSES[measure](self.classes[number], prediction)


def joined(parts: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The measures of several groups of points as one tensor each."""
    return parts[0] if len(parts) == 1 else {name: torch.cat([p[name] for p in parts]) for name in parts[0]}


def _split(weights: Mapping[str, Tensor], size: int) -> list[dict[str, Tensor]]:
    """The weights of many points in groups of so many."""
    parts = zip(*(part.split(size) for part in weights.values()), strict=True)
    return [dict(zip(weights, part, strict=True)) for part in parts]
