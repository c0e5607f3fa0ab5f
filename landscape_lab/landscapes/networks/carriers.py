"""How the members of a network are evaluated: one alone, or many with stacked weights in one pass."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from landscape_lab.landscapes.networks.feedforward import Feedforward
from landscape_lab.landscapes.networks.losses import samples_last
from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.seeds import torch_random
from landscape_lab.landscapes.networks.trees import Batch, map_tensors
from landscape_lab.landscapes.networks.weights import Weights


class Carrier(ABC):
    """Evaluates all members on a batch.

    Attributes:
        name: What the results say of it.
        augmented: Whether it changes gradients, at each step in another way.
    """

    name: str
    augmented: bool = False

    def forget(self) -> None:
        """The landscape moved to another device or precision: make anew what is kept of draws."""
        return

    @abstractmethod
    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        """The losses.

        Args:
            batch: For all members, or of each member in its first dimension.
            own: Which of the two.
            seeds: Of each member's dropout; `None` where there is none.
        """


def check_not_augmented(carrier: Carrier) -> None:
    """Raise `ValueError` for members that are to be made of a landscape with augmentations."""
    if carrier.augmented:
        raise ValueError(
            "A landscape should get its members before its augmentations, whose draws are made for "
            "each: augment(landscape, []) takes them away."
        )


class Alone(Carrier):
    """One member: the model itself.

    Args:
        objective: The model and its loss.
    """

    name = "alone"

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " 1"]:
        if seeds is None:
            return self.objective(batch).view(1)
        with torch_random(seeds[0], next(self.objective.parameters()).device):
            return self.objective(batch).view(1)


class Layered(Carrier):
    """Members of a stack of linear and elementwise layers: one product a layer for all of them.

    Args:
        network: The model as layers.
        weights: With a dimension of members in front.
        objective: Whose loss it is.
    """

    name = "layer by layer"

    def __init__(self, network: Feedforward, weights: Weights, objective: Objective) -> None:
        assert objective.loss is not None
        self.network = network
        self.weights = weights
        self.loss, self.own_loss = (samples_last(objective.loss, own) for own in (False, True))

    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        inputs, target = batch
        loss = self.own_loss if own else self.loss
        return loss(self.network(self.weights.current(), inputs, own), target)


class Mapped(Carrier):
    """Members of any model that `torch.vmap` can map over; running statistics are each member's own.

    Dropout draws other numbers than each member alone: its losses are equal in distribution only.

    Args:
        objective: A model with stacked parameters and buffers.
        weights: They.
        random: Whether the model draws random numbers.
    """

    def __init__(self, objective: Objective, weights: Weights, random: bool) -> None:
        self.objective = objective
        self.weights = weights
        self.name = "mapped, dropout equal in distribution only" if random else "mapped"

    def _losses(self, batch: Batch, own: bool) -> Float[Tensor, " members"]:
        def loss(weights: dict[str, Tensor], buffers: dict[str, Tensor], batch: Batch) -> Tensor:
            return functional_call(self.objective, (weights, buffers), (batch,))

        mapped = torch.vmap(loss, in_dims=(0, 0, 0 if own else None), randomness="different")
        return mapped(self.weights.current(), self.weights.current_buffers(), batch)

    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        if seeds is None:
            return self._losses(batch, own)
        with torch_random(seeds[0], next(self.objective.parameters()).device):
            return self._losses(batch, own)


class InTurn(Carrier):
    """Members of any model one after another, each with the random numbers that it has alone.

    Args:
        objective: A model with stacked parameters and buffers.
        weights: They.
        why: Why not all at once.
    """

    def __init__(self, objective: Objective, weights: Weights, why: str) -> None:
        self.objective = objective
        self.weights = weights
        self.name = f"one after another: {why}"

    def __call__(self, batch: Batch, own: bool, seeds: Sequence[int] | None) -> Float[Tensor, " members"]:
        # `unbind` once: its gradient is one stack, where indexing would make a stack of zeros for each member
        each = {name: parameter.unbind() for name, parameter in self.weights.current().items()}
        buffers = (
            self.weights.current_buffers()
        )  # `buffer[number]` is a view: layers update the member's part
        losses = []
        for number in range(self.weights.members):
            state = {name: parts[number] for name, parts in each.items()}
            state |= {name: buffer[number] for name, buffer in buffers.items()}
            part = map_tensors(lambda tensor, at=number: tensor[at], batch) if own else batch
            losses.append(self._loss(state, part, None if seeds is None else seeds[number]))
        return torch.stack(losses)

    def _loss(self, state: dict[str, Tensor], batch: Batch, seed: int | None) -> Tensor:
        if seed is None:
            return functional_call(self.objective, state, (batch,)).reshape(())
        with torch_random(seed, next(self.objective.parameters()).device):
            return functional_call(self.objective, state, (batch,)).reshape(())
