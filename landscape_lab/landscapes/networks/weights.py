"""Weights as flat vectors and back: what a point of a network's landscape is."""

from jaxtyping import Float
from torch import Tensor, nn


def own_name(name: str) -> str:
    """A parameter's name as the user's model calls it, without what a landscape puts in front.

    >>> own_name("objective.model.0.weight"), own_name("points")
    ('0.weight', 'points')
    """
    return name.removeprefix("objective.").removeprefix("model.")


class Weights:
    """The trainable parameters of a module, in the order of `named_parameters()`, tied ones once.

    Args:
        module: Whose parameters; frozen ones stay out.
        members: How many members the parameters hold in their first dimension; of one member they
            have none.

    Raises:
        ValueError: Nothing can be trained, or a parameter is not finite.

    >>> Weights(nn.Linear(2, 3)).sizes
    [6, 3]
    """

    def __init__(self, module: nn.Module, members: int = 1) -> None:
        trainable = {name: p for name, p in module.named_parameters() if p.requires_grad}
        if not trainable:
            raise ValueError(
                "Parameter `model` should have weights to train. Found none that requires a gradient."
            )
        first = 0 if members == 1 else 1
        self.members = members
        self.shapes = {name: parameter.shape[first:] for name, parameter in trainable.items()}
        self.sizes = [shape.numel() for shape in self.shapes.values()]
        self.owners = {name: _owner(module, name) for name in self.shapes}
        self.buffers = {name: _owner(module, name) for name, _ in module.named_buffers()}

    @property
    def dims(self) -> int:
        """How many numbers a point has."""
        return sum(self.sizes)

    def current(self) -> dict[str, Tensor]:
        """The parameters as they lie in the module: those that `functional_call` put there, while it runs."""
        return {name: owner._parameters[part] for name, (owner, part) in self.owners.items()}  # type: ignore[misc]

    def forget_gradients(self) -> None:
        """Set all gradients to `None`; the walk of `zero_grad` takes 5 % of a small step."""
        for owner, part in self.owners.values():
            owner._parameters[part].grad = None  # type: ignore[union-attr]

    def current_buffers(self) -> dict[str, Tensor]:
        """The buffers as they lie in the module."""
        return {name: owner._buffers[part] for name, (owner, part) in self.buffers.items()}  # type: ignore[misc]

    def split(self, points: Float[Tensor, "*n dims"]) -> dict[str, Tensor]:
        """Points as parameters of the module, `[*n, *shape]` each; views, so autograd follows them."""
        parts = points.split(self.sizes, -1)
        shapes = self.shapes.items()
        return {
            name: part.view(*points.shape[:-1], *shape)
            for part, (name, shape) in zip(parts, shapes, strict=True)
        }

    def check_finite(self) -> None:
        """Raise `ValueError` if a parameter is not finite."""
        for name, parameter in self.current().items():
            if not parameter.isfinite().all():
                raise ValueError(
                    f"Parameter `model` should have finite weights. Found NaN or infinity in `{name}`."
                )

    def lend_buffers(self, member: int | None = None) -> "LentBuffers":
        """Lend the module copies of its buffers: what an evaluation changes in them is lost.

        Args:
            member: Whose buffers, without the dimension of members; `None`: all as they are.
        """
        return LentBuffers(list(self.buffers.values()), member if self.members > 1 else None)


class LentBuffers:
    """For a while, a module works on copies of its buffers.

    Args:
        owners: The modules and the names that their buffers have there.
        member: Which part along the first dimension is copied; `None`: all.
    """

    def __init__(self, owners: list[tuple[nn.Module, str]], member: int | None) -> None:
        self.owners = owners
        self.member = member

    def __enter__(self) -> None:
        self.kept = [owner._buffers[name] for owner, name in self.owners]
        for (owner, name), buffer in zip(self.owners, self.kept, strict=True):
            assert buffer is not None  # a module without a buffer names none
            owner._buffers[name] = (buffer if self.member is None else buffer[self.member]).clone()

    def __exit__(self, *_: object) -> None:
        for (owner, name), buffer in zip(self.owners, self.kept, strict=True):
            owner._buffers[name] = buffer


class Modes:
    """For a while, every module is in evaluation mode; afterwards each has its own mode again.

    Args:
        module: With all that it contains.
    """

    def __init__(self, module: nn.Module) -> None:
        self.modules = list(module.modules())

    def __enter__(self) -> None:
        self.kept = [module.training for module in self.modules]
        for module in self.modules:
            module.training = False

    def __exit__(self, *_: object) -> None:
        for module, training in zip(self.modules, self.kept, strict=True):
            module.training = training


def _owner(module: nn.Module, name: str) -> tuple[nn.Module, str]:
    """The module that holds a parameter or buffer directly, and its name there."""
    path, _, part = name.rpartition(".")
    return module.get_submodule(path), part
