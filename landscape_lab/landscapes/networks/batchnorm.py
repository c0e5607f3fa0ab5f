"""The statistics of BatchNorm at weights at which it was never trained."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _NormBase

from landscape_lab.landscapes.networks.objective import Objective
from landscape_lab.landscapes.networks.trees import Batch

MODES = ("recalibrate", "frozen")
"""Statistics of the training data at each point, or those that training left."""


def tracking_layers(module: nn.Module) -> list[_NormBase]:
    """The layers that keep running statistics."""
    return [
        part for part in module.modules() if isinstance(part, _NormBase) and part.running_mean is not None
    ]


@torch.no_grad()
def recalibrate(objective: Objective, weights: Mapping[str, Tensor], batches: Sequence[Batch]) -> None:
    """Make the statistics of BatchNorm those of some batches at other weights.

    They are the mean of the batches' statistics, as in `torch.optim.swa_utils.update_bn`; autograd
    takes them as constants. Only BatchNorm is in training mode for the pass, so dropout draws
    nothing.

    Args:
        objective: In evaluation mode, with lent buffers: they are changed.
        weights: By name.
        batches: All training data.
    """
    layers = tracking_layers(objective)
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.training, layer.momentum = True, None  # None: the mean of all batches instead of a moving one
    try:
        for batch in batches:
            functional_call(objective, dict(weights), (batch,))
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.training, layer.momentum = False, momentum
