"""A landscape as an optimizer sees it: with the draws of the current step."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from landscape_lab.augmentations.base import (
    Augmentation,
    CoordinateAugmentation,
    GradientAugmentation,
    LossAugmentation,
    PixelAugmentation,
)
from landscape_lab.augmentations.functions import MapImage
from landscape_lab.augmentations.views import PictureView, PointView, Row, join
from landscape_lab.landscapes.base import Landscape, PointLandscape
from landscape_lab.landscapes.boundaries import excess
from landscape_lab.landscapes.gradients import GivenGradient
from landscape_lab.landscapes.image import ImageLandscape, PixelGradient

BLOCK = 256
"""The most steps whose draws are made at once."""
BLOCK_MEMORY = 2**25
"""The most bytes that they take."""
PLACES = (MapImage, CoordinateAugmentation, PixelAugmentation, GradientAugmentation, LossAugmentation)
"""Where augmentations act, in this order."""


class Augmented:
    """The losses and gradients of a landscape under augmentations, step by step.

    Draws are made for a block of steps at once, from generators seeded by the seed, the number of the block and the
    augmentation's place in the list: a step's draws do not depend on where a descent began. With a seed for each member,
    members of one seed see the same draws: those that a single member sees with that seed. Each look at the landscape takes
    the draws of the next step, unless `follow` gave the steps into other hands.

    Args:
        landscape: What is changed.
        augmentations: How, in this order at each of the four places: coordinates, pixels, gradient, loss.
        seed: Of the draws, or one for each member.

    Raises:
        ValueError: An augmentation does not fit the landscape.
    """

    def __init__(self, landscape: Landscape, augmentations: Sequence[Augmentation], seed: int | Sequence[int]) -> None:
        if not isinstance(landscape, PointLandscape):
            raise ValueError(
                f"Augmentations should be used on a picture, a function or noise. Found a {type(landscape).__name__}."
            )
        self.landscape: Any = landscape
        self.members, self.dims = landscape.start.shape
        self.seeds, self.seed_of_member = _streams(seed, landscape)
        if self.seed_of_member is not None:
            self.members = 1
        self.pixel_rule = isinstance(landscape.gradient, PixelGradient)
        self.order = _in_order(augmentations)
        self.images = _those(augmentations, MapImage)
        self.on_gradient = _those(augmentations, GradientAugmentation)
        self.on_loss = _those(augmentations, LossAugmentation)
        self.view = self._view_of(_those(augmentations, CoordinateAugmentation), _those(augmentations, PixelAugmentation))
        for each in self.on_gradient:
            each.check(self.dims)
        size = 4 * (self.dims * len(self.on_gradient) + len(self.on_loss) + 1) * self.members
        size += 0 if self.view is None else self.view.bytes_of_step(self.members)
        self.block = 1 if self.images else max(1, min(BLOCK, BLOCK_MEMORY // size))
        self.followed = False
        self.step = -1
        self.forget()

    def _view_of(
        self, coordinates: list[CoordinateAugmentation], changes: list[PixelAugmentation]
    ) -> PictureView | PointView | None:
        """What changes coordinates and pixels, if anything does."""
        landscape = self.landscape
        if isinstance(landscape, ImageLandscape):
            if not (self.images or coordinates or changes):
                return None
            if landscape.gradient_init is not None:
                raise ValueError(
                    "Parameter `gradient_init` should not be used with augmentations of coordinates or pixels: "
                    "they take the gradient from the pixels around the point."
                )
            if self.images and len(self.seeds) > 1:
                raise ValueError(
                    "A function that changes the whole picture should be used with one seed: all members see one picture."
                )
            for image in self.images:
                image.warn(landscape.pixels, self.seeds[0])
            return PictureView(landscape.pixels, landscape.interpolation, landscape.scale, coordinates, changes)
        if self.images or changes:
            name = type([*self.images, *changes][0]).__name__
            raise ValueError(f"The augmentation {name} should be used on a picture. Found a {type(landscape).__name__}.")
        return PointView(landscape.loss, landscape.bounds, coordinates) if coordinates else None

    def forget(self) -> None:
        """Make the draws anew when they are next needed: the landscape moved to another device or type."""
        self.first: int = 0
        self.rows: list[Any] = []
        self.row: Any = None

    def alone(self, *, clean: bool = False) -> "Augmented":
        """The landscape as any number of points see it together in one draw, for pictures.

        Each pixel of a picture then has a random number of its own.

        Args:
            clean: Without any augmentation.
        """
        one = copy.copy(self)
        one.members, one.block, one.followed, one.step = 1, 1, True, -1
        one.seeds, one.seed_of_member = self.seeds[:1], None
        one.forget()
        if clean:
            one.images, one.on_gradient, one.on_loss, one.order, one.view = [], [], [], [], None
        elif isinstance(self.view, PictureView):
            pixels, view = self.landscape.pixels, self.view
            settings = self.landscape.interpolation, self.landscape.scale, view.coordinates, view.changes
            one.view = PictureView(pixels, *settings, tile=tuple(pixels.shape))
        return one

    def again(self) -> "Augmented":
        """The same draws for a second look at any step: `recall` moves to them, and this landscape stays where it is."""
        same = copy.copy(self)
        same.view = copy.copy(self.view)
        same.followed = True
        same.forget()
        return same

    def recall(self, step: int) -> None:
        """Move to the draws of a step."""
        self.step = step - 1
        self.advance()

    @property
    def moves_losses(self) -> bool:
        """Whether more than the gradient is changed."""
        return self.view is not None or bool(self.on_loss)

    def follow(self, step: int) -> Callable[[], None]:
        """From now on each call of the result moves to the draws of the next step, beginning with `step`; nothing else does."""
        self.followed, self.step = True, step - 1
        return self.advance

    def release(self) -> None:
        """Each look at the landscape takes new draws again."""
        self.followed = False

    def advance(self) -> None:
        """Move to the draws of the next step."""
        self.step += 1
        place = self.step - self.first
        if not 0 <= place < len(self.rows):
            self._draw(self.step // self.block)
            place = self.step - self.first
        self.row = self.rows[place]
        if self.seed_of_member is not None:
            self.row = tuple(_of_members(part, self.seed_of_member) for part in self.row)

    def _draw(self, number: int) -> None:
        """Make the draws of a block."""
        steps, members, like = self.block, self.members, self.landscape.points.detach()
        after_view = len(self.order) - len(self.on_gradient) - len(self.on_loss)
        after_gradient = len(self.order) - len(self.on_loss)
        streams = [[torch.Generator().manual_seed(_seed(seed, number, place)) for place in self.order] for seed in self.seeds]
        view: list[Row] = [()] * steps
        if isinstance(self.view, PictureView):
            self.view.look_at(self._picture(number))
        if self.view is not None:
            view = self.view.draw(steps, members, [stream[len(self.images) : after_view] for stream in streams], like)
        gradients = [
            join([each.draw(steps, 1 if each.shared else members, self.dims, stream[after_view + i]) for stream in streams])
            for i, each in enumerate(self.on_gradient)
        ]
        losses = [
            join([each.draw(steps, 1 if each.shared else members, stream[after_gradient + i]) for stream in streams])
            for i, each in enumerate(self.on_loss)
        ]
        self.rows = list(zip(view, _by_step(gradients, steps, like), _by_step(losses, steps, like), strict=True))
        self.first = number * steps

    def _picture(self, number: int) -> Float[Tensor, "height width"]:
        """The picture of a step, changed by the functions that change it as a whole."""
        pixels = self.landscape.pixels
        for place, image in zip(self.order, self.images, strict=False):
            pixels = image.apply(pixels, _seed(self.seeds[0], number, place))
        return pixels

    def _loss(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The augmented loss with the wall."""
        landscape = self.landscape
        if self.view is None:
            return landscape._walled(points)
        losses = self.view.loss(self.row[0], points)
        wall = landscape.wall
        return losses if wall is None else losses + wall.height(excess(points, landscape.bounds))

    def _sample(self, points: Float[Tensor, "n dims"]) -> tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]:
        """Losses and gradients before these are changed themselves."""
        rule: Any = self.landscape._modules["gradient"]
        if not self.pixel_rule or not isinstance(self.view, PictureView):
            return rule.sample(self._loss, points)
        losses, gradients = self.view.differences(self.row[0], points)
        if rule.wall is not None:
            gradients = rule.wall.add_gradient(gradients, F.softshrink(points, 1.0))
        return losses, gradients

    def sample(self, points: Float[Tensor, "n dims"]) -> tuple[Float[Tensor, " n"], Float[Tensor, "n dims"]]:
        """Losses and their gradients, both detached."""
        if not self.followed:
            self.advance()
        losses, gradients = self._sample(points)
        _, on_gradient, on_loss = self.row
        for each, draw in zip(self.on_gradient, on_gradient, strict=True):
            gradients = each.apply(gradients, draw)
        for each, draw in zip(self.on_loss, on_loss, strict=True):
            slope = each.slope(losses, draw)
            gradients = gradients if slope is None else gradients * slope.unsqueeze(-1)
            losses = each.apply(losses, draw)
        return losses, gradients

    @torch.no_grad()
    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The losses at any points as they are seen in this step; where the bounds move a point, at the point it is moved to."""
        boundary = self.landscape.boundary
        return self(points if boundary is None else boundary(points.clone()))

    def __call__(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses that autograd follows back to the points; as often differentiable as the landscape's are.

        A changed gradient is a linear term that is zero at the points.
        """
        if not self.followed:
            self.advance()
        if self.pixel_rule and self.view is not None:
            losses = GivenGradient.apply(points, *self._sample(points.detach()))
        else:
            losses = self.landscape.gradient(self._loss, points)
        _, on_gradient, on_loss = self.row
        if self.on_gradient and losses.requires_grad:
            (clean,) = torch.autograd.grad(losses.sum(), points, retain_graph=True)
            changed = clean
            for each, draw in zip(self.on_gradient, on_gradient, strict=True):
                changed = each.apply(changed, draw)
            losses = losses + ((points - points.detach()) * (changed - clean)).sum(-1)
        for each, draw in zip(self.on_loss, on_loss, strict=True):
            losses = each.apply(losses, draw)
        return losses


def _in_order(augmentations: Sequence[Augmentation]) -> list[int]:
    """The places in the list of the augmentations, in the order in which they act."""
    for each in augmentations:
        if not isinstance(each, PLACES):
            raise ValueError(f"Parameter `augmentations` should hold augmentations. Found a {type(each).__name__}.")
    return [i for place in PLACES for i, each in enumerate(augmentations) if isinstance(each, place)]


def _those(augmentations: Sequence[Augmentation], place: type) -> list[Any]:
    """The augmentations that act at one place."""
    return [each for each in augmentations if isinstance(each, place)]


def _streams(seed: int | Sequence[int], landscape: Landscape) -> tuple[list[int], Tensor | None]:
    """The seeds there are, and the place of each member's among them; `None` where one seed gives each member its own draws."""
    if isinstance(seed, int):
        return [seed], None
    if len(seed) != len(landscape.flat()):
        raise ValueError(
            f"Parameter `seed` should be a number, or one for each member. Found {len(seed)} for {len(landscape.flat())}."
        )
    places = {one: place for place, one in enumerate(dict.fromkeys(seed))}
    return list(places), torch.tensor([places[one] for one in seed])


def _of_members(draws: tuple[Any, ...], seed_of_member: Tensor) -> tuple[Any, ...]:
    """The draws of each member from those of each seed."""
    return tuple(
        draw if draw is None or len(draw) == 1 else draw.index_select(0, seed_of_member.to(draw.device)) for draw in draws
    )


def _seed(seed: int, block: int, place: int) -> int:
    """A seed for each augmentation and block of steps."""
    return int(np.random.SeedSequence((seed, block, place)).generate_state(1, np.uint64)[0])


def _by_step(draws: list[Tensor | None], steps: int, like: Tensor) -> list[tuple[Tensor | None, ...]]:
    """What each augmentation drew, step by step."""
    columns = [[None] * steps if draw is None else draw.to(like).unbind() for draw in draws]
    return list(zip(*columns, strict=True)) if columns else [()] * steps
