"""The landscape on a plane, in the mode in which the plane is drawn."""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.planes.plane import Plane


def slice_of(
    landscape: Landscape, plane: Plane
) -> Callable[[Float[Tensor, "n 2"]], dict[str, Float[Tensor, " n"]]]:
    """What is measured at places (u, v) of a plane; at (0, 0) the landscape itself.

    BatchNorm has at each place of a plane along a path the statistics of the training data there, as
    its steps did: those of the end would make of its beginning a loss that it never had. On a random
    plane, where nobody trains, it keeps those of the centre: what is seen is one network whose weights
    are disturbed. `batchnorm=recalibrate` or `frozen` holds on all planes.
    """
    if freezes(landscape, plane):
        assert isinstance(landscape, NetworkLandscape)
        return landscape.clean.slice(plane.origin, plane.directions, frozen=True)
    return landscape.slice(plane.origin, plane.directions)


def freezes(landscape: Landscape, plane: Plane) -> bool:
    """Whether BatchNorm keeps on a plane the statistics of its centre."""
    if not plane.random or not isinstance(landscape, NetworkLandscape):
        return False
    return landscape.recalibrates and landscape.batchnorm == "auto"
