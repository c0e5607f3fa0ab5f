"""Putting augmentations around a landscape."""

from collections.abc import Sequence
from typing import TypeVar

from landscape_lab.augmentations.augmented import Augmented
from landscape_lab.augmentations.base import Augmentation, GradientAugmentation
from landscape_lab.augmentations.carried import augment_network, clean_of
from landscape_lab.augmentations.draws import Draws, Seeds, View
from landscape_lab.augmentations.lineup import STAGES, Lineup
from landscape_lab.augmentations.pictures import PictureView
from landscape_lab.augmentations.views import PointView
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.image import ImageLandscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.point import PointLandscape

AnyLandscape = TypeVar("AnyLandscape", bound=Landscape)


def augment(
    landscape: AnyLandscape, augmentations: Sequence[object], seed: int | Sequence[int] = 0
) -> AnyLandscape:
    """Change what steps see of a landscape; `evaluate`, and so every picture, stays the clean landscape.

    Each evaluation sees the next draw; under `Descent` all those of one step see the same.

    Args:
        landscape: A picture, a function or noise; or a network, of which only the gradient can be
            changed. It has its members: draws are made for each.
        augmentations: How; none to see the clean landscape again.
        seed: Of the draws; or one for each member, which then sees what a single member sees with
            it.

    Returns:
        The landscape itself.

    Raises:
        ValueError: An augmentation does not fit the landscape.

    >>> from landscape_lab.augmentations import LossNoise
    >>> from landscape_lab.landscapes import FunctionLandscape
    >>> bowl = augment(FunctionLandscape(lambda x, y: x**2 + y**2, start=(0.0, 0.0)), [LossNoise(std=0.1)])
    >>> bool(bowl() == bowl()), bowl.evaluate(bowl.flat())
    (False, tensor([0.]))
    >>> augment(bowl, []).stochastic
    False
    """
    if isinstance(landscape, NetworkLandscape):
        clean_of(landscape)
        if augmentations:
            checked = _settled(_checked(augmentations), landscape)
            augment_network(landscape, Lineup.of(checked), Seeds.of(seed, landscape.members))
        return landscape
    if not augmentations and not isinstance(landscape, PointLandscape):
        return landscape
    if not isinstance(landscape, PointLandscape):
        raise ValueError(
            f"Augmentations should be used on a picture, a function, noise or a network. Found a "
            f"{type(landscape).__name__}."
        )
    checked = _checked(augmentations)
    clean = landscape.field = landscape.field.clean
    if not augmentations:
        return landscape
    lineup, seeds = Lineup.of(_settled(checked, landscape)), Seeds.of(seed, landscape.members)
    view = _view(landscape, lineup, seeds)
    for each in lineup.gradients:
        each.check(landscape.dims)
    landscape.field = Augmented(clean, view, Draws(clean, lineup, view, landscape.members, seeds))
    return landscape


def augmented_field(landscape: Landscape) -> Augmented | None:
    """The field with the augmentations of a landscape, for pictures; `None` where it has none."""
    field = landscape.field if isinstance(landscape, PointLandscape) else None
    return field if isinstance(field, Augmented) else None


def _checked(augmentations: Sequence[object]) -> list[Augmentation]:
    """The augmentations, if they are some; a configuration may hold anything."""
    checked: list[Augmentation] = [each for each in augmentations if isinstance(each, STAGES)]
    for each in augmentations:
        if not isinstance(each, STAGES):
            raise ValueError(
                f"Parameter `augmentations` should hold augmentations. Found a {type(each).__name__}."
            )
    return checked


def _settled(augmentations: Sequence[Augmentation], landscape: Landscape) -> list[Augmentation]:
    """The augmentations, each settled on a clean landscape."""
    return [each.on(landscape) if isinstance(each, GradientAugmentation) else each for each in augmentations]


def _view(landscape: PointLandscape, lineup: Lineup, seeds: Seeds) -> View | None:
    """What changes coordinates and pixels, if anything does."""
    if isinstance(landscape, ImageLandscape):
        return _view_of_picture(landscape, lineup, seeds)
    for each in (*lineup.images, *lineup.pixels):
        raise ValueError(
            f"The augmentation {type(each).__name__} should be used on a picture. Found a "
            f"{type(landscape).__name__}."
        )
    return PointView(landscape.loss, landscape.bounds, lineup.coordinates) if lineup.coordinates else None


def _view_of_picture(landscape: ImageLandscape, lineup: Lineup, seeds: Seeds) -> PictureView | None:
    """The pixels around the point, if anything is to be changed before they are read."""
    if not (lineup.images or lineup.coordinates or lineup.pixels):
        return None
    if landscape.own_gradient:
        raise ValueError(
            "Parameter `gradient_init` should not be used with augmentations of coordinates or pixels: "
            "they take the gradient from the pixels around the point."
        )
    if lineup.images and len(seeds.distinct) > 1:
        raise ValueError(
            "A function that changes the whole picture should be used with one seed: all members "
            "see one picture."
        )
    for image in lineup.images:
        image.warn(landscape.pixels, seeds.distinct[0])
    return PictureView(landscape, lineup.coordinates, lineup.pixels)
