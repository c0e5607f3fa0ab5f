"""The clean loss and metrics of a network: all samples, in evaluation mode, at any weights."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.batchnorm import recalibrate, tracking_layers
from landscape_lab.landscapes.networks.feedforward import Feedforward
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.together import GROUPS, Together, joined
from landscape_lab.landscapes.networks.trees import Batch, count_samples
from landscape_lab.landscapes.networks.weights import Modes, Weights

NUMBERS = 2**18
"""Numbers in the weight vectors that are made at once: they, too, stay in the cache."""


class Clean:
    """Evaluates a network on whole data and leaves the model as it was, to the bit.

    Args:
        objective: The network and what is asked of it.
        weights: Its weights, as points.
        batches: The data.
        calibration: The data whose statistics BatchNorm takes at each point: those of training;
            `None`: its own running statistics.
    """

    def __init__(
        self, objective: Objective, weights: Weights, batches: Batches, calibration: Batches | None = None
    ) -> None:
        self.objective = objective
        self.weights = weights
        self.batches = batches
        self.calibration = calibration

    def fast(self) -> Feedforward | None:
        """The layers through which points go together, where all are linear or elementwise."""
        if self.objective.batch_loss is not None:
            return None
        network = Feedforward.of(self.objective.model, "model.")
        return network if network is not None and network.takes(self.batches.whole()[0][0]) else None

    def together(self) -> Together | None:
        """How points are evaluated together, where that is possible."""
        network = self.fast()
        return None if network is None else Together(network, self.objective, self.batches.whole())

    def measure(
        self, points: Float[Tensor, "n dims"], measured: bool = True
    ) -> dict[str, Float[Tensor, " n"]]:
        """The loss, and where wanted the metrics, at each point; autograd follows the points."""
        together = self.together()
        if together is not None:
            return together(self.weights.split(points), measured)
        each = len(points) == self.weights.members
        with Modes(self.objective):
            return _stacked(
                [
                    self._one(self.weights.split(point), i if each else 0, measured)
                    for i, point in enumerate(points)
                ]
            )

    def slice(
        self, origin: Float[Tensor, " dims"], directions: Float[Tensor, "2 dims"], frozen: bool = False
    ) -> Callable[[Float[Tensor, "n 2"]], dict[str, Tensor]]:
        """`measure` at places of a plane, without a vector of weights for each of them.

        Args:
            origin: The place (0, 0).
            directions: Linearly independent.
            frozen: Whether BatchNorm keeps at all places the statistics that it has at the origin.
        """
        like = next(iter(self.weights.current().values()))
        origin, directions = origin.to(like), directions.to(like)
        together = self.together()
        if together is not None:
            most = max(GROUPS * together.at_once, NUMBERS // len(origin))

            @torch.no_grad()
            def measured_together(places: Float[Tensor, "n 2"]) -> dict[str, Tensor]:
                parts = places.to(origin).split(most)
                points = (torch.addmm(origin, part, directions) for part in parts)
                return joined([together(self.weights.split(some), True) for some in points])

            return measured_together
        start, first, second = (self.weights.split(vector) for vector in (origin, *directions))
        loaded = {
            name: torch.empty_like(part, memory_format=torch.contiguous_format)
            for name, part in start.items()
        }

        kept: list[Tensor] = []

        def measured_here() -> dict[str, Tensor]:
            if not frozen or self.calibration is None:
                return self._one(loaded, 0, True)
            with self.weights.lend_buffers(0):
                self._settle(start, kept)
                return self._means(loaded, True)

        @torch.no_grad()
        def measured_in_place(places: Float[Tensor, "n 2"]) -> dict[str, Tensor]:
            measures = []
            with Modes(self.objective):
                for u, v in places.tolist():
                    for name, part in loaded.items():
                        torch.add(start[name], first[name], alpha=u, out=part).add_(second[name], alpha=v)
                    measures.append(measured_here())
            return _stacked(measures)

        return measured_in_place

    def _settle(self, weights: Mapping[str, Tensor], kept: list[Tensor]) -> None:
        """Give lent buffers the statistics of some weights; they are made once, and kept in a list."""
        buffers = [part for layer in tracking_layers(self.objective) for part in layer.buffers()]
        if not kept and self.calibration is not None:
            recalibrate(self.objective, weights, self.calibration.whole())
            kept.extend(part.clone() for part in buffers)
        for part, statistics in zip(buffers, kept, strict=True):
            part.copy_(statistics)

    @torch.no_grad()
    def answers(
        self, point: Float[Tensor, " dims"], batches: Sequence[Tensor], member: int = 0
    ) -> list[Tensor]:
        """What the network answers at a point to batches of inputs, in evaluation mode.

        Args:
            point: The weights.
            batches: Inputs.
            member: Whose buffers are used.
        """
        weights = self.weights.split(point)
        own = {name.removeprefix("model."): part for name, part in weights.items()}
        with Modes(self.objective), self.weights.lend_buffers(member):
            if self.calibration is not None:
                recalibrate(self.objective, weights, self.calibration.whole())
            return [functional_call(self.objective.model, own, (inputs,)) for inputs in batches]

    def _one(self, weights: Mapping[str, Tensor], member: int, measured: bool) -> dict[str, Tensor]:
        """The measures of one point, a number each."""
        with self.weights.lend_buffers(member):
            if self.calibration is not None:
                recalibrate(self.objective, weights, self.calibration.whole())
            return self._means(weights, measured)

    def _means(self, weights: Mapping[str, Tensor], measured: bool) -> dict[str, Tensor]:
        """The same with the buffers as they are."""
        return _mean(
            self.batches.whole(),
            lambda batch: functional_call(self.objective, dict(weights), (batch, measured)),
        )


def _mean(
    batches: Sequence[Batch], measure: Callable[[Batch], Tensor | dict[str, Tensor]]
) -> dict[str, Tensor]:
    """The mean over all samples, from the means over batches of nearly equal size."""
    total: dict[str, Tensor] = {}
    samples = sum(count_samples(batch) for batch in batches)
    for batch in batches:
        found = measure(batch)
        share = count_samples(batch) / samples
        for name, value in (found if isinstance(found, dict) else {"loss": found}).items():
            total[name] = total[name] + share * value if name in total else share * value
    return total


def _stacked(measures: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Numbers of many points as one tensor each."""
    return {name: torch.stack([measure[name].reshape(()) for measure in measures]) for name in measures[0]}
