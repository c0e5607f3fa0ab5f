"""The landscape of the trial."""

import torch
from torch import Tensor, nn

POINTS = torch.tensor([[1.0, -0.7], [-1.6, 0.4], [0.3, 1.1], [-0.4, -1.3]], dtype=torch.float64)
"""Where its members begin, `[4, 2]`."""
TENSORS = 1.5 * torch.sin(1.7 * torch.arange(36, dtype=torch.float64)).view(4, 9)
"""Where they begin as a matrix and a vector, `[4, 9]`."""
SHAPES = ((3, 2), (3,))
"""Of the matrix and of the vector: nine numbers."""


class Valley(nn.Module):
    r"""Four times as steep across as along, with bumps, its minimum away from the origin.

    A path sees its gradient grow and shrink, and the same of its distance from the origin. With x
    the numbers of a member, :math:`L = \sum_i y_i^2 / 4 - \cos 2 y_i` where :math:`y = x M + o`.
    The gradient is in closed form: it is taken some thousand times.

    A member is a point of two numbers, or a matrix and a vector. Together they are `[members, 2]`,
    or `[members, 3, 2]` and `[members, 3]`; alone a member is `[1, 2]`, or `[3, 2]` and `[3]`.

    Args:
        start: `[members, 2]` or `[members, 9]`.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        members, dims = start.shape
        leading = (members,) if members > 1 else ()
        if dims == 2:
            parts, matrix = [start], start.new_tensor([[1.0, 0.3], [-0.6, 2.0]])
            offset = start.new_tensor([-0.7, 1.9])
        else:
            halves = zip(start.split([6, 3], dim=1), SHAPES, strict=True)
            parts = [half.reshape(*leading, *shape) for half, shape in halves]
            number = torch.arange(dims).to(start)
            matrix = torch.diag(1.0 + number / 8.0) + 0.1 * torch.sin(3.0 * number + number[:, None])
            offset = 1.3 * torch.cos(number)
        self.members, self.matrix, self.offset = members, matrix, offset
        self.tensors = nn.ParameterList(nn.Parameter(part.clone()) for part in parts)
        self.parts = tuple(
            self.tensors
        )  # found without a search among modules, which costs as much as the loss

    def forward(self) -> Tensor:
        """The losses `[members]`."""
        return self._losses(torch.addmm(self.offset, self._joined(), self.matrix))

    def backward(self) -> Tensor:
        """The losses `[members]`; their gradients are then in the parameters."""
        bent = torch.addmm(self.offset, self.flat(), self.matrix)  # [members, dims]
        gradients = (0.5 * bent + 2.0 * (2.0 * bent).sin()) @ self.matrix.T
        if len(self.parts) == 1:
            self.parts[0].grad = gradients
        else:
            for part, gradient in zip(self.parts, gradients.split([6, 3], dim=1), strict=True):
                # torch's fused optimizers take a gradient's numbers in their order in memory
                part.grad = gradient.reshape(part.shape).contiguous()
        return self._losses(bent)

    def flat(self) -> Tensor:
        """The members as vectors `[members, dims]`, detached."""
        return self._joined().detach()

    def _joined(self) -> Tensor:
        if len(self.parts) == 1:
            return self.parts[0]
        return torch.cat([part.reshape(self.members, -1) for part in self.parts], dim=1)

    @staticmethod
    def _losses(bent: Tensor) -> Tensor:
        return (0.25 * bent.square() - (2.0 * bent).cos()).sum(-1)
