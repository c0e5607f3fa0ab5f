"""Stacks of linear and elementwise layers for many weight vectors at once, the samples on the last axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

ELEMENTWISE = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus,
    nn.Softsign, nn.Tanh, nn.Sigmoid, nn.LogSigmoid, nn.Hardtanh, nn.Hardsigmoid, nn.Hardswish,
    nn.Tanhshrink, nn.Identity,
)  # fmt: skip
"""Layers that treat each number alone, whichever axis it lies on."""

IN_PLACE = {nn.ReLU: torch.relu_, nn.Tanh: torch.tanh_, nn.Sigmoid: torch.sigmoid_}
"""Without gradients, these write over their input: new memory costs as much as the products."""

MERGED = "weight and bias of the first layer"
"""Their name among weights; it has spaces, so no parameter has it."""


@dataclass(frozen=True)
class Linear:
    """A linear layer by the names of its parameters.

    Args:
        module: The layer itself, for the parameters that are frozen.
        weight: The name of its weight in the point.
        bias: The name of its bias, or `None`.
    """

    module: nn.Linear
    weight: str
    bias: str | None


class Feedforward:
    """A network whose layers are linear or elementwise, evaluated at many points together.

    The samples lie on the last axis, so that every product is `baddbmm(bias, weight, hidden)`: the
    bias is added within the product, and neither weights nor activations are transposed.

    Args:
        layers: In their order.
        flatten: Whether a sample's numbers are put in one line first.
    """

    def __init__(self, layers: Sequence[Linear | nn.Module], flatten: bool = False) -> None:
        self.layers = tuple(layers)
        self.flatten = flatten

    @classmethod
    def of(cls, model: nn.Module, prefix: str) -> "Feedforward | None":
        """The model so read, or `None` where it has other layers, hooks or a `forward` of its own.

        Args:
            model: Any module; its dropout is left out, as in an evaluation.
            prefix: Of its parameters' names in a point.
        """
        first_names: dict[int, str] = {}  # of tied weights, the point has the first
        for name, parameter in model.named_parameters():
            first_names.setdefault(id(parameter), prefix + name)
        parts = _layers_of(model)
        if parts is None or not any(isinstance(part, nn.Linear) for part in parts):
            return None
        flatten = type(parts[0]) is nn.Flatten
        if flatten:
            parts = parts[1:]
        if any(type(part) is nn.Flatten for part in parts):
            return None
        layers: list[Linear | nn.Module] = []
        for part in parts:
            if type(part) is nn.Linear:
                bias = None if part.bias is None else first_names[id(part.bias)]
                layers.append(Linear(part, first_names[id(part.weight)], bias))
            else:
                layers.append(part)
        return cls(layers, flatten)

    @property
    def width(self) -> int:
        """The most numbers that a sample becomes."""
        return max(layer.module.out_features for layer in self.layers if isinstance(layer, Linear))

    @property
    def deep(self) -> bool:
        """Whether there is more than one linear layer."""
        return sum(isinstance(layer, Linear) for layer in self.layers) > 1

    def takes(self, inputs: Tensor) -> bool:
        """Whether inputs `[samples, …]` are one line of numbers each."""
        return inputs.is_floating_point() and (inputs.ndim == 2 or (self.flatten and inputs.ndim > 2))

    def __call__(
        self, weights: Mapping[str, Tensor], inputs: Tensor, own: bool = False
    ) -> Float[Tensor, "members outputs samples"]:
        """The outputs of each member.

        Args:
            weights: `[members, *shape]` each.
            inputs: `[samples, …]` for all members.
            own: Or of each member, `[members, samples, …]`.
        """
        hidden = (inputs.flatten(2 if own else 1) if self.flatten else inputs).mT.contiguous()
        return self._through(self.layers, weights, hidden, ours=False)

    def lines(self, inputs: Tensor) -> Float[Tensor, "numbers samples"]:
        """Inputs `[samples, …]` of all members with the samples last, and below them a line of ones."""
        numbers = (inputs.flatten(1) if self.flatten else inputs).mT
        return torch.cat([numbers, numbers.new_ones(1, numbers.shape[1])])

    def merged(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Weights `[members, *shape]`, and again those of the first layer, its bias as their last column."""
        first = self.layers[0]
        if not (isinstance(first, Linear) and {first.weight, first.bias} <= weights.keys()):
            return dict(weights)
        columns = weights[first.weight], weights[str(first.bias)].unsqueeze(-1)
        return {**weights, MERGED: torch.cat(columns, dim=-1)}

    def through(
        self, weights: Mapping[str, Tensor], lines: Float[Tensor, "numbers samples"], room: Tensor | None
    ) -> Float[Tensor, "members outputs samples"]:
        """The outputs of each member for the same inputs.

        All members go through a merged first layer in one product of two matrices: their weights
        stand below each other, and the column of the bias meets the line of ones.

        Args:
            weights: As `merged` makes them.
            lines: As `lines` makes them.
            room: Memory to write over, of at least as many numbers as the first layer has for all
                members; new memory takes as long as the product. `None` where autograd follows.
        """
        matrices = weights.get(MERGED)
        if matrices is None:
            return self._through(self.layers, weights, lines[:-1], ours=False)
        members, outputs, numbers = matrices.shape
        rows, samples = members * outputs, lines.shape[1]
        out = None if room is None else room[: rows * samples].view(rows, samples)
        hidden = torch.mm(matrices.reshape(rows, numbers), lines, out=out)
        return self._through(self.layers[1:], weights, hidden.view(members, outputs, samples), ours=True)

    @staticmethod
    def _through(
        layers: Sequence["Linear | nn.Module"], weights: Mapping[str, Tensor], hidden: Tensor, ours: bool
    ) -> Tensor:
        """What some layers make of `hidden`; `ours` tells whether it may be written over."""
        for layer in layers:
            if isinstance(layer, Linear):
                hidden, ours = _linear(layer, weights, hidden), True
            elif ours and type(layer) in IN_PLACE and not hidden.requires_grad:
                hidden = IN_PLACE[type(layer)](hidden)
            else:
                hidden = layer(hidden)
        return hidden


def _linear(layer: Linear, weights: Mapping[str, Tensor], hidden: Tensor) -> Tensor:
    """`weight @ hidden + bias` of each member; what all members share has no dimension of members."""
    weight = weights.get(
        layer.weight, layer.module.weight
    )  # [members, outputs, inputs], or frozen: [outputs, inputs]
    bias = None if layer.bias is None else weights.get(layer.bias, layer.module.bias)
    if bias is None:
        return weight @ hidden
    if weight.ndim == 2:
        return weight @ hidden + bias.unsqueeze(-1)
    members = len(weight)  # `expand` makes no copies
    return torch.baddbmm(
        bias.expand(members, -1).unsqueeze(-1), weight, hidden.expand(members, *hidden.shape[-2:])
    )


def _layers_of(model: nn.Module) -> list[nn.Module] | None:
    """The layers of nested Sequentials in order; `None` where one is no such layer."""
    if _has_hooks(model):
        return None
    if isinstance(model, nn.Sequential) and type(model).forward is nn.Sequential.forward:
        parts = [_layers_of(part) for part in model]
        return (
            None if any(part is None for part in parts) else [layer for part in parts for layer in part or ()]
        )
    if type(model) is nn.Dropout:
        return []
    if type(model) is nn.Flatten and (model.start_dim, model.end_dim) == (1, -1):
        return [model]
    return [model] if type(model) in (*ELEMENTWISE, nn.Linear) else None


def _has_hooks(module: nn.Module) -> bool:
    """Whether something else than the layer itself happens when it is called."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
    )
