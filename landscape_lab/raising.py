"""Landscapes that raise: at which point, and the losses that there are all the same."""

import warnings
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

BLAME = "The landscape raised this at "
"""How the note begins that an error of a landscape carries."""
LISTED = 16
"""A point of more numbers is not told."""


def blame(error: Exception, points: Float[Tensor, "members dims"]) -> None:
    """Note on an error that the landscape raised it at these points, unless that is noted already."""
    if blamed(error) is None:
        error.add_note(BLAME + _shown(points))


def blamed(error: Exception | None) -> str | None:
    """Where the landscape raised an error; `None` where another did, or there is none.

    >>> error = KeyError("table")
    >>> blame(error, torch.tensor([[0.5, 2.0]]))
    >>> blamed(error), blamed(KeyError("state"))
    ('(0.5, 2)', None)
    """
    notes = [str(note) for note in getattr(error, "__notes__", ())]
    return next((note.removeprefix(BLAME) for note in notes if note.startswith(BLAME)), None)


def raised(error: Exception) -> str:
    """An error in words, with the point where the landscape raised it."""
    where = blamed(error)
    return f"{type(error).__name__}: {error}" + ("" if where is None else f" at {where}")


def _shown(points: Float[Tensor, "members dims"]) -> str:
    """A single point, as far as it can be told."""
    members, dims = points.shape
    if members > 1:
        return f"one of {members:,} points"
    if dims > LISTED:
        return f"a point of {dims:,} numbers"
    return f"({', '.join(f'{coordinate:g}' for coordinate in points[0].tolist())})"


class Holes:
    """Losses at many points, with a hole where the landscape raises.

    All points are evaluated together. Where that raises, each half is, and so on down to single
    points, whose loss is NaN then.

    Args:
        evaluate: Losses `[n]` at points `[n, dims]`.
        together: So many points are not parted: members of which each sees its own draw.

    Attributes:
        raising: How many points raised.
        error: What the first of them raised, which says where.

    >>> def table(points):
    ...     if (points > 2).any():
    ...         raise IndexError("outside of the table")
    ...     return points.sum(-1)
    >>> holes = Holes(table)
    >>> holes(torch.tensor([[1.0, 1.0], [1.0, 3.0], [2.0, 2.0]]))
    tensor([2., nan, 4.])
    >>> holes.raising, holes.error
    (1, IndexError('outside of the table'))
    """

    def __init__(self, evaluate: Callable[[Tensor], Tensor], together: int = 1) -> None:
        self.evaluate = evaluate
        self.together = together
        self.raising = 0
        self.error: Exception | None = None

    def __call__(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        try:
            return self.evaluate(points)
        except Exception as error:  # noqa: BLE001 - a user's function can raise anything; it is told
            if len(points) > self.together:
                return torch.cat([self(half) for half in points.tensor_split(2)])
            if self.error is None:
                blame(error, points)
                self.error = error
        self.raising += len(points)
        return points.new_full((len(points),), torch.nan)

    def remark(self, number: int) -> str:
        """What a picture of so many points tells of its holes; a warning tells why they are there."""
        if self.error is None:
            return ""
        why = f"{type(self.error).__name__}: {self.error}"
        warnings.warn(f"A picture has holes where the landscape raises {why}.", stacklevel=2)
        return f"holes where it raises, {self.raising / number:.1%} of the picture"
