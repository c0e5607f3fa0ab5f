"""Products of the Hessian of any landscape with vectors, at any points."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.networks.weights import own_name

TWICE = "A landscape should be twice differentiable by autograd to have a curvature. Found {}."


@runtime_checkable
class Products(Protocol):
    """Symmetric matrices, one for each of `n` points, known by their products with vectors.

    Attributes:
        shape: `(n, dims)`: how many matrices there are, and how many rows each has.
        device: Where vectors lie.
    """

    shape: tuple[int, int]
    device: torch.device

    def __call__(self, vectors: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        """Each matrix times its own vector."""


class HessianProducts:
    r"""Hessian-vector products of a landscape, by double backward on a graph that is kept.

    The gradient :math:`g(w) = ∂L/∂w` is made once, with its graph; each product is one backward pass
    through that graph, :math:`Hv = ∂(g(w)·v)/∂w` (Pearlmutter, "Fast exact multiplication by the
    Hessian", 1994). The loss is that of `landscape.evaluate`: of a network all data in evaluation mode.
    Statistics of BatchNorm are those of `evaluate` at the point and count as constants. The landscape
    stays as it is, to the bit. Losses at different points do not depend on each other, so one pass
    serves all points: their Hessians are the blocks of one matrix.

    Args:
        landscape: Whose loss.
        points: `[n, dims]`; by default where the members are.
        part: A range of coordinates, such as `layers(landscape)` has: the products are those of this
            diagonal block of the Hessian, `[n, len(part)]`.

    Attributes:
        losses: `[n]`.
        gradients: `[n, dims]`, or of the part.
        made: How many products were made.

    Raises:
        ValueError: Points have another number of coordinates, or autograd cannot follow the loss.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> landscape = FunctionLandscape(lambda x, y: x**2 * y, start=(1.0, 3.0))
    >>> HessianProducts(landscape)(torch.tensor([[1.0, 0.0]]))  # [[2y, 2x], [2x, 0]] times (1, 0)
    tensor([[6., 2.]])
    """

    def __init__(
        self,
        landscape: Landscape,
        points: Float[Tensor, "n dims"] | None = None,
        part: slice | None = None,
    ) -> None:
        points = landscape.flat() if points is None else points
        if points.ndim != 2 or points.shape[1] != landscape.dims:
            raise ValueError(
                f"Parameter `points` should be [n, {landscape.dims}], as many numbers as the landscape's "
                f"points have. Found {list(points.shape)}."
            )
        points = points.detach().to(next(landscape.parameters()))
        before, inside, after = _cut(points, part)
        # Fused attention has no second derivative; its plain form has.
        with torch.inference_mode(False), torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
            self._at = inside.clone().requires_grad_()
            losses = landscape.evaluate(torch.cat([before, self._at, after], dim=1))
            self._gradients = self._derived(losses)
        self.shape = (len(inside), inside.shape[1])
        self.device = inside.device
        self.losses = losses.detach()
        self.gradients = self._gradients.detach()
        self.made = 0

    def _derived(self, losses: Float[Tensor, " n"]) -> Float[Tensor, "n dims"]:
        """The gradients, with a graph."""
        if not losses.requires_grad:
            raise ValueError(
                "A landscape should be differentiable by autograd to have a curvature. Found losses that do "
                "not depend on the points through torch operations."
            )
        # With a factor that has a gradient, functions without a second derivative show in the graph.
        one = torch.ones_like(losses, requires_grad=True)
        (found,) = torch.autograd.grad(losses, self._at, one, create_graph=True, allow_unused=True)
        found = torch.zeros_like(self._at) if found is None else found
        if _ends_in_error(found):
            raise ValueError(TWICE.format("a function marked with @once_differentiable"))
        return found

    def __call__(self, vectors: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        """The Hessian at each point times that point's vector, in the precision of the landscape."""
        self.made += 1
        if not self._gradients.requires_grad:  # a loss that does not depend on these coordinates
            return torch.zeros_like(self._at)
        try:
            (product,) = torch.autograd.grad(
                self._gradients,
                self._at,
                vectors.to(self._gradients),
                retain_graph=True,
                allow_unused=True,
            )
        except RuntimeError as error:
            if "not implemented" not in str(error):
                raise
            raise ValueError(TWICE.format(str(error).splitlines()[0])) from error
        return torch.zeros_like(self._at) if product is None else product.detach()


class Scaled:
    r"""The products of :math:`S A S` with a diagonal :math:`S`, of those of :math:`A`.

    With :math:`S = P^{-1/2}` its eigenvalues are those of the preconditioned matrix :math:`P^{-1} A`.

    Args:
        products: Of A.
        scale: The diagonal of S, `[n, dims]`.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> products = HessianProducts(FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0)))
    >>> Scaled(products, torch.tensor([[1.0, 3.0]]))(torch.tensor([[1.0, 1.0]]))
    tensor([[ 2., 18.]])
    """

    def __init__(self, products: Products, scale: Float[Tensor, "n dims"]) -> None:
        self.products = products
        self.scale = scale
        self.shape = (scale.shape[0], scale.shape[1])
        self.device = scale.device

    def __call__(self, vectors: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
        """The scaled matrices times their vectors."""
        return self.scale * self.products(vectors * self.scale)


def hessians(
    landscape: Landscape, points: Float[Tensor, "n dims"] | None = None, part: slice | None = None
) -> Float[Tensor, "n size size"]:
    """The whole Hessian at each point, by as many products as there are coordinates.

    Args:
        landscape: Whose loss.
        points: `[n, dims]`; by default where the members are.
        part: A range of coordinates: only this diagonal block.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> hessians(FunctionLandscape(lambda x, y: x**2 * y, start=(1.0, 3.0)))
    tensor([[[6., 2.],
             [2., 0.]]])
    """
    return dense(HessianProducts(landscape, points, part))


def dense(products: Products) -> Float[Tensor, "n size size"]:
    """The matrices themselves, made symmetric: rounding is not."""
    n, dims = products.shape
    axes = torch.eye(dims, device=products.device)
    found = torch.stack([products(axis.expand(n, dims)) for axis in axes], dim=1)
    return (found + found.mT) / 2.0


def layers(landscape: Landscape) -> dict[str, slice]:
    """Which coordinates of a point belong to each layer, by the layer's name in the model.

    A layer's weights and biases are one block. Tied weights belong to the first layer that has them.

    >>> from landscape_lab.landscapes import NetworkLandscape
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    >>> layers(NetworkLandscape(model, (torch.zeros(4, 2), torch.zeros(4, 1))))
    {'0': slice(0, 9, None), '2': slice(9, 13, None)}
    """
    found: dict[str, slice] = {}
    end = 0
    for name, parameter in landscape.named_parameters():
        if not parameter.requires_grad:
            continue
        first, end = end, end + parameter.numel() // landscape.members
        name = own_name(name)
        owner = name.rpartition(".")[0] or name
        found[owner] = slice(found[owner].start if owner in found else first, end)
    return found


def _ends_in_error(gradients: Tensor) -> bool:
    """Whether a second derivative meets a node that has none; autograd would count it as zero."""
    waiting, met = [gradients.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in met:
            continue
        if type(node).__name__ == "Error":
            return True
        met.add(node)
        waiting += [each for each, _ in node.next_functions]
    return False


def _cut(points: Float[Tensor, "n dims"], part: slice | None) -> tuple[Tensor, Tensor, Tensor]:
    """The coordinates before, in and after a range.

    Raises:
        ValueError: The range is empty.
    """
    first, last, step = (part or slice(None)).indices(points.shape[1])
    if first >= last or step != 1:
        raise ValueError(f"Parameter `part` should be a range of coordinates. Found `{part}`.")
    return points[:, :first], points[:, first:last], points[:, last:]
