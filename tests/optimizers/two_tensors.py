"""A landscape whose members are a matrix and a vector."""

from typing import ClassVar

import torch
from torch import nn

STARTS = 1.2 * torch.cos(2.3 * torch.arange(36, dtype=torch.float64)).view(4, 9)


class TwoTensors(nn.Module):
    """Coupled and curved; many members are `[members, 3, 2]` and `[members, 3]`, one is `[3, 2]`, `[3]`."""

    births: ClassVar[dict[str, int]] = {}

    def __init__(self, start):
        super().__init__()
        leading = start.shape[:1] if len(start) > 1 else ()
        self.weights = nn.Parameter(start[:, :6].reshape(*leading, 3, 2).clone())
        self.offsets = nn.Parameter(start[:, 6:].reshape(*leading, 3).clone())
        self.members = len(start)

    def at(self, points):
        weights, offsets = points[:, :6].reshape(-1, 3, 2), points[:, 6:]
        outputs = weights @ torch.tensor([0.8, -0.5], dtype=points.dtype) + offsets  # [members, 3]
        return (outputs.square() + 0.3 * outputs.sin()).sum(-1) + 0.1 * points.pow(4).sum(-1)

    def forward(self):
        parts = (self.weights.reshape(self.members, 6), self.offsets.reshape(self.members, 3))
        return self.at(torch.cat(parts, dim=1))

    def backward(self):
        self.zero_grad()
        with torch.enable_grad():
            losses = self()
            losses.sum().backward()
        return losses.detach()

    def flat(self):
        parts = (self.weights.reshape(self.members, 6), self.offsets.reshape(self.members, 3))
        return torch.cat(parts, dim=1).detach()

    def suit(self, exact):
        """Nothing: the gradient is the derivative."""
