"""On which landscapes one may play, and without what."""

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.point import PointLandscape


def check_playable(landscape: Landscape) -> None:
    """Raise `ValueError` for a landscape without two dimensions in which a start could be clicked."""
    if not isinstance(landscape, PointLandscape) or landscape.dims != 2:
        raise ValueError(
            "Parameter `report` may be playground only on a landscape of two dimensions: report=page. "
            f"Found a {type(landscape).__name__} of {landscape.dims:,} dimensions."
        )


def without_augmentations(landscape: PointLandscape) -> PointLandscape:
    """The landscape with one member, as it is without augmentations; this one stays as it is."""
    seen = landscape.field
    landscape.field = seen.clean
    try:
        return landscape.with_members(landscape.flat()[:1])
    finally:
        landscape.field = seen
