"""The augmentations of a landscape in the order in which they act."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from landscape_lab.augmentations.base import (
    Augmentation,
    CoordinateAugmentation,
    GradientAugmentation,
    LossAugmentation,
    PixelAugmentation,
)
from landscape_lab.augmentations.functions import MapImage

STAGES = (MapImage, CoordinateAugmentation, PixelAugmentation, GradientAugmentation, LossAugmentation)
"""The kinds of augmentations, in the order in which they act."""

Kind = TypeVar("Kind", bound=Augmentation)


class Lineup(NamedTuple):
    """Augmentations stage by stage; those of one stage act in the order of the user's list.

    Args:
        images: Change the whole picture.
        coordinates: Move, turn or stretch the landscape.
        pixels: Change pixels.
        gradients: Change the gradient.
        losses: Change the loss.
        numbers: The index of each in the user's list, in the order in which they act. Each draws
            its random numbers by this index, so its draws do not depend on the kinds of the others.
    """

    images: tuple[MapImage, ...]
    coordinates: tuple[CoordinateAugmentation, ...]
    pixels: tuple[PixelAugmentation, ...]
    gradients: tuple[GradientAugmentation, ...]
    losses: tuple[LossAugmentation, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, augmentations: Sequence[Augmentation]) -> "Lineup":
        """The augmentations of a list."""

        def those(kind: type[Kind]) -> tuple[Kind, ...]:
            return tuple(each for each in augmentations if isinstance(each, kind))

        numbers = tuple(
            i for stage in STAGES for i, each in enumerate(augmentations) if isinstance(each, stage)
        )
        return cls(
            those(MapImage),
            those(CoordinateAugmentation),  # type: ignore[type-abstract]
            those(PixelAugmentation),  # type: ignore[type-abstract]
            those(GradientAugmentation),  # type: ignore[type-abstract]
            those(LossAugmentation),  # type: ignore[type-abstract]
            numbers,
        )
