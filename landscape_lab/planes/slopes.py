"""The clean gradient at points of a path, as it is seen on a plane."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.gradients import Stencil
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.progress import Progress
from landscape_lab.raising import Holes
from landscape_lab.records.known import evenly
from landscape_lab.records.point_file import Points

MOST, MOST_OF_TWO = 300, 8_000
"""The most points of a path whose gradient is taken, over all members; and on two dimensions, where all are
taken together."""
SECONDS = 30.0
"""About what the gradients of a path may take; a few are taken however long that is."""
FEWEST = 5
BLOCK = 2**16
"""The most numbers of points whose gradients are taken together."""
FEW, WIDTH = 16, 1e-3
"""Of at most so many coordinates there are differences, of this step, where autograd knows no gradient."""


@dataclass(frozen=True)
class Slopes:
    """Gradients of the clean loss at some points of a path.

    Args:
        places: The numbers of the points, from low to high.
        gradients: As displacements on the plane: where it moves if the point moves along the gradient.
            NaN where there is none.
        norms: Of the whole gradients, in the landscape's own units.
    """

    places: Int[np.ndarray, " n"]
    gradients: Float[np.ndarray, "n members 2"]
    norms: Float[np.ndarray, "n members"]


def on_plane(plane: Plane, vectors: Points) -> Float[np.ndarray, "*n 2"]:
    """Vectors `[…, dims]` as displacements on a plane: the nearest ones by least squares.

    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> on_plane(Plane.of(FunctionLandscape.named("himmelblau")), np.array([[3.0, 4.0]]))
    array([[3., 4.]])
    """
    return replace(plane, origin=torch.zeros_like(plane.origin)).project(vectors)


def gradients_at(landscape: Landscape, points: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
    """The gradients of the clean loss at any points; NaN where the landscape raises.

    Losses at different points do not depend on each other, so the gradient of their sum is all of them.
    Where autograd does not follow the loss, there are central differences of few coordinates.
    """
    parts = points.split(max(1, BLOCK // landscape.dims))
    return torch.cat([_gradients(Holes(landscape.evaluate), part) for part in parts])


def _gradients(evaluate: Holes, points: Float[Tensor, "n dims"]) -> Float[Tensor, "n dims"]:
    at = points.detach().clone().requires_grad_()
    with torch.enable_grad():
        losses = evaluate(at)
    if losses.requires_grad:
        (found,) = torch.autograd.grad(losses.sum(), at)
    elif points.shape[1] <= FEW:
        losses, found = Stencil.central(points.shape[1], WIDTH).to(points).sample(evaluate, points)
    else:
        found = torch.full_like(points, torch.nan)
    return torch.where(losses.detach().isfinite()[:, None], found, torch.nan)


def slopes_of(
    landscape: Landscape,
    plane: Plane,
    points: Points,
    members: Sequence[int],
    say: Callable[[str], None] | None = None,
    seconds: float = SECONDS,
) -> Slopes:
    """The gradients of some members at evenly spaced points of their paths.

    Args:
        landscape: Whose clean loss.
        plane: On which they are seen.
        points: `[records, members, dims]`.
        members: Whose, by their numbers.
        say: Takes some lines about the progress of work that takes longer than five seconds.
        seconds: What it may take where points have more than two numbers; the first gradients tell how
            many more there can be.
    """
    like, columns = landscape.flat(), np.asarray(members)

    def gradients(records: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        here = np.stack([np.asarray(points[record])[columns] for record in records.tolist()])
        flat = torch.from_numpy(here.reshape(-1, here.shape[-1])).to(like)
        found = gradients_at(landscape, flat).double().cpu().numpy().reshape(here.shape)
        return on_plane(plane, found), np.sqrt((found**2).sum(-1))

    if landscape.dims == 2:
        places = evenly(len(points), max(FEWEST, MOST_OF_TWO // len(members)))
        return Slopes(places, *gradients(places))
    began = time.perf_counter()
    gradients(np.array([len(points) - 1]))
    affordable = int(seconds / max(time.perf_counter() - began, 1e-9))
    places = evenly(len(points), max(FEWEST, min(affordable, MOST // len(members))))
    progress, found = Progress(say, len(places), ("page", "gradients")), []
    for number, place in enumerate(places, start=1):
        found.append(gradients(np.array([place])))
        progress(number, number)
    seen, norms = zip(*found, strict=True)
    return Slopes(places, np.concatenate(seen), np.concatenate(norms))
