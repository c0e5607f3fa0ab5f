"""Steps that a loop makes without an optimizer: `p.data -= lr * p.grad`."""

import torch
from torch import Tensor

from landscape_lab.landscapes.base import Landscape

BY_HAND = "by hand"
"""What steps without an optimizer are called."""


class HandSteps:
    """Sees that a point has moved, and whether its gradient was taken before.

    A move after a gradient is a step. A move without one only probes the loss, as finite differences
    by hand do.

    Args:
        landscape: What is descended.

    Attributes:
        has_gradient: Whether a gradient was taken where the point was at the last look.
    """

    def __init__(self, landscape: Landscape) -> None:
        self.landscape = landscape
        self.has_gradient = False
        self._seen: Tensor | None = None
        trainable = [parameter for parameter in landscape.parameters() if parameter.requires_grad]
        self._handles = [parameter.register_hook(self._on_gradient) for parameter in trainable]

    def _on_gradient(self, gradient: Tensor) -> None:
        self.has_gradient = True

    def moved(self) -> bool:
        """Look where the point is: whether that is elsewhere than at the last look."""
        if not self._handles:
            return False
        now, before = self.landscape.flat(), self._seen
        if before is not None and torch.equal(now, before):
            return False
        self._seen = now.clone()
        return before is not None

    def stop(self) -> None:
        """Look no more: an optimizer makes the steps."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._seen = None
