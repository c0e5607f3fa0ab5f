"""Which of a network's weights lie between its input and its output, found by watching it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.seeds import torch_random
from landscape_lab.landscapes.networks.stacked import with_members
from landscape_lab.landscapes.networks.trees import Batch
from landscape_lab.landscapes.networks.weights import Weights

Result = TypeVar("Result")

LOOKUPS = (functional.embedding, functional.embedding_bag, Tensor.__getitem__, Tensor.index_select)
"""Who takes rows out of a table: an embedding."""


@torch.no_grad()
def hidden_matrices(
    objective: Objective, weights: Weights, points: Float[Tensor, "members dims"], batch: Batch
) -> frozenset[str]:
    """The names of the matrices of a network's hidden layers.

    These are the parameters of two axes but for embeddings, of which rows are looked up, and for
    the input and the output layer: the first and the last parameter of two axes or more that an
    evaluation uses. Names of layers, and the order in which they were defined, do not matter.

    Args:
        objective: A network, which stays as it is: a copy of its first member is evaluated.
        weights: Its weights.
        points: Where its members are.
        batch: Some samples.
    """
    alone = with_members(objective, weights, points[:1])
    uses = _Uses({id(part): name for name, part in alone.named_parameters() if part.ndim >= 2})
    with torch_random(0, points.device), uses:
        alone(batch)
    outer = {*uses.looked_up, *uses.order[:1], *uses.order[-1:]}
    matrices = {name for name, part in alone.named_parameters() if part.ndim == 2}
    return frozenset(matrices.intersection(uses.order) - outer)


class _Uses(TorchFunctionMode):
    """Watches which parameters a computation uses.

    Args:
        names: Of the parameters that are watched, by `id`.

    Attributes:
        order: Their names as they are used, each as often as it is.
        looked_up: Those of which rows are taken.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__()
        self.names = names
        self.order: list[str] = []
        self.looked_up: set[str] = set()

    def __torch_function__(
        self,
        function: Callable[..., Result],
        types: Iterable[type],
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> Result:
        keywords = kwargs or {}
        result = function(*args, **keywords)
        # What gives no tensor only asks for a shape or a device.
        if any(isinstance(one, Tensor) for one in tree_leaves(result)):
            used = [self.names[id(one)] for one in tree_leaves((args, keywords)) if id(one) in self.names]
            self.order += used
            self.looked_up |= set(used if function in LOOKUPS else ())
        return result
