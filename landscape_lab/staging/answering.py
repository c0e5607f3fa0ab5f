"""What a network answers along a descent: to its samples, and everywhere on the plane of two features."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.losses import mean_squared_error
from landscape_lab.planes import Window
from landscape_lab.records.point_file import Points
from landscape_lab.scene import Samples, last_before
from landscape_lab.trajectory import Trajectory

MOST_CELLS = 2**14
"""Cells of the plane of features that are answered at once."""
ROOM = 0.08
"""What is left around the samples on each side, as a share of their size."""


def answers_of(landscape: Landscape, trajectories: Sequence[Trajectory]) -> "NetworkAnswers | None":
    """What is answered along a descent; `None` unless there is one, of a network on pairs of tensors."""
    if (
        not isinstance(landscape, NetworkLandscape)
        or len(trajectories) != 1
        or _pair(landscape.batches) is None
    ):
        return None
    return NetworkAnswers(landscape, trajectories[0])


def check_data(landscape: Landscape) -> None:
    """Raise `ValueError` unless the landscape has samples that can be drawn."""
    if not isinstance(landscape, NetworkLandscape):
        raise ValueError(
            "Parameter `figures` may be data only of a network: landscape=network. "
            f"Found a {type(landscape).__name__}."
        )
    if _pair(landscape.batches) is None:
        raise ValueError("Parameter `figures` may be data only for pairs of inputs and targets.")


def check_boundary(landscape: Landscape, parameter: str = "figures") -> None:
    """Raise `ValueError` unless the landscape is that of a network which tells classes by two features.

    Args:
        landscape: What is descended.
        parameter: What asks for it, for the error.
    """
    wanted = f"Parameter `{parameter}` may be boundary only for"
    if not isinstance(landscape, NetworkLandscape):
        raise ValueError(f"{wanted} a network: landscape=network. Found a {type(landscape).__name__}.")
    pair = _pair(landscape.batches)
    if pair is None:
        raise ValueError(f"{wanted} pairs of inputs and targets.")
    inputs, targets = pair
    if inputs.shape[1:] != (2,) or not inputs.is_floating_point():
        raise ValueError(f"{wanted} data of two features. Found {inputs[0].numel()}.")
    if not are_classes(targets):
        raise ValueError(f"{wanted} targets that are classes. Found numbers.")


def are_classes(targets: Tensor) -> bool:
    """Whether targets are classes: whole numbers, or the numbers 0 and 1."""
    return not targets.is_floating_point() or bool(((targets == 0) | (targets == 1)).all())


class NetworkAnswers:
    """See `landscape_lab.scene.Answers`.

    Args:
        landscape: What was descended.
        trajectory: What happened there.
    """

    def __init__(self, landscape: NetworkLandscape, trajectory: Trajectory) -> None:
        self.landscape = landscape
        self.trajectory = trajectory

    @cached_property
    def number(self) -> int:
        """The member whose answers are drawn: the one that ended lowest."""
        return int(np.nan_to_num(self.trajectory.losses[-1], nan=np.inf).argmin())

    @property
    def member(self) -> str:
        members = self.trajectory.losses.shape[1]
        return "" if members == 1 else f"member {self.number + 1} of {members}, the best"

    def window(self) -> Window:
        check_boundary(self.landscape, "view")
        inputs = torch.cat([part for part, _ in self.landscape.batches.whole()])
        low, high = (end.values.double().cpu().numpy() for end in (inputs.min(0), inputs.max(0)))
        margin = ROOM * np.maximum(high - low, 1e-6)
        return Window.between(low - margin, high + margin)

    def samples(self, most: int) -> Samples:
        inputs, targets = _first(self.landscape.batches, most)
        held_out = self.landscape.held_out
        # Points of a plane show what was learnt; of all else, samples that were not learnt tell more.
        apart = held_out is not None and inputs.shape[1:] != (2,)
        if held_out is not None and apart:
            inputs, targets = _first(held_out, most)
        answers = torch.cat(self._outputs(float(self.trajectory.steps[-1]), inputs.split(256)))
        targets = targets.squeeze(1) if targets.shape[1:] == (1,) else targets
        if are_classes(targets):
            targets = targets.long()
            answers = self._shares(answers, targets.ndim).argmax(-1)
        answers = answers.reshape(targets.shape)
        names = self.landscape.batches.names
        classes = () if targets.is_floating_point() else names.classes or _numbers(answers, targets)
        shown, true, answered = (part.cpu().numpy() for part in (inputs, targets, answers))
        return Samples(shown, true, answered, classes, names.tokens, apart)

    def shares(self, moment: float, shape: tuple[int, int]) -> Float[np.ndarray, "rows columns classes"]:
        rows, columns = shape
        cells = self.window().centres(columns, rows).to(self.landscape.flat())
        outputs = torch.cat(self._outputs(moment, cells.split(MOST_CELLS)))
        return self._shares(outputs, 1).view(rows, columns, -1).float().cpu().numpy()

    @cached_property
    def path(self) -> tuple[np.ndarray, Points]:
        """The kept points and their steps: the trajectory makes them anew at each call."""
        return self.trajectory.point_steps, self.trajectory.points

    def _outputs(self, moment: float, batches: Sequence[Tensor]) -> list[Tensor]:
        """The network's outputs at a moment: at the weights between the two kept points around it."""
        steps, points = self.path
        before = last_before(steps, moment)
        after = min(before + 1, len(steps) - 1)
        share = (moment - steps[before]) / max(1, steps[after] - steps[before])
        first, second = (torch.from_numpy(np.array(points[at][self.number])) for at in (before, after))
        point = first if share <= 0 else torch.lerp(first, second, float(min(share, 1.0)))
        return self.landscape.clean.answers(point.to(self.landscape.flat()), batches, self.number)

    def _shares(self, outputs: Tensor, axes: int) -> Tensor:
        """Outputs as probabilities of classes, these on the last axis.

        Args:
            outputs: Logits; or one number for each target: the probability of class 1 if the squared
                error is learnt, else its logit.
            axes: How many axes the targets have.
        """
        if outputs.ndim > axes and outputs.shape[-1] == 1:
            outputs = outputs.squeeze(-1)
        if outputs.ndim == axes:
            squared = self.landscape.objective.loss is mean_squared_error
            one = outputs.clamp(0.0, 1.0) if squared else outputs.sigmoid()
            return torch.stack([1.0 - one, one], dim=-1)
        return outputs.softmax(-1)


def _pair(batches: Batches) -> tuple[Tensor, Tensor] | None:
    """The first inputs and targets, where batches are pairs of tensors."""
    batch = batches.whole()[0]
    whole = (
        isinstance(batch, tuple | list) and len(batch) == 2 and all(isinstance(one, Tensor) for one in batch)
    )
    return (batch[0], batch[1]) if whole else None


def _first(batches: Batches, most: int) -> tuple[Tensor, Tensor]:
    """At most so many samples, evenly spaced over all."""
    inputs, targets = (torch.cat(list(parts)) for parts in zip(*batches.whole(), strict=True))
    chosen = torch.linspace(0, len(inputs) - 1, min(most, len(inputs)), dtype=torch.float64).round().long()
    return inputs[chosen.to(inputs.device)], targets[chosen.to(inputs.device)]


def _numbers(*classes: Tensor) -> tuple[str, ...]:
    """Names for classes that have none."""
    return tuple(str(number) for number in range(int(max(part.max() for part in classes)) + 1))
