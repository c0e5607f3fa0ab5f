"""The draws of each step: made for many steps at once, and the same whenever a step is asked for."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from landscape_lab.augmentations.lineup import Lineup
from landscape_lab.augmentations.pictures import PictureView
from landscape_lab.augmentations.views import PictureDraw, PointDraw, PointView, join, of_each_part

BLOCK_STEPS = 256
"""The most steps whose draws are made at once."""
BLOCK_BYTES = 2**25
"""The most memory that they take."""

View = PictureView | PointView
Parts = tuple[Tensor | None, ...]
"""What each augmentation of a stage drew, `[members, …]`; `None` of one that draws nothing."""


class Draw(NamedTuple):
    """What one step sees.

    Args:
        view: How the landscape is looked at, if it is changed before its loss is read.
        gradients: What changes the gradient.
        losses: What changes the loss.
    """

    view: PictureDraw | PointDraw | None
    gradients: Parts
    losses: Parts


@runtime_checkable
class Space(Protocol):
    """Where points are: draws have its dimensions, and the type and the device of its bounds."""

    @property
    def bounds(self) -> Float[Tensor, "2 dims"]:
        """Its low and its high corner."""


class Seeds(NamedTuple):
    """Whose draws are whose.

    Args:
        distinct: The seeds there are.
        of_member: The index of each member's seed among them, `[members]`; `None` where there is
            one seed that gives each member draws of its own, and of a single member.
    """

    distinct: tuple[int, ...]
    of_member: Int[Tensor, " members"] | None

    @classmethod
    def of(cls, seed: int | Sequence[int], members: int) -> "Seeds":
        """One seed for all, or one for each member.

        Raises:
            ValueError: There are not as many seeds as members.
        """
        if isinstance(seed, int):
            return cls((seed,), None)
        if len(seed) != members:
            raise ValueError(
                f"Parameter `seed` should be a number, or one for each member. Found {len(seed)} for "
                f"{members}."
            )
        if members == 1:
            return cls((seed[0],), None)  # the same draws, without a look for whose they are at each step
        index = {one: i for i, one in enumerate(dict.fromkeys(seed))}
        return cls(tuple(index), torch.tensor([index[one] for one in seed]))


class Draws:
    """The draws of all steps, of which a block is kept.

    Random numbers come from generators seeded by the seed, the number of the block and the index of
    the augmentation: the draw of a step does not depend on where a descent began. Members of one
    seed see the draws that a single member sees with that seed.

    Args:
        space: Where points are.
        lineup: Who draws.
        view: Draws for augmentations of coordinates and pixels.
        members: How many members draw for themselves, for each seed.
        seeds: Whose draws are whose.
    """

    def __init__(self, space: Space, lineup: Lineup, view: View | None, members: int, seeds: Seeds) -> None:
        self.space = space
        self.lineup = lineup
        self.view = view
        self.members = members if seeds.of_member is None else 1
        self.seeds = seeds
        self.block = self._block()
        self.first = 0
        self.kept: list[Draw] = []

    def _block(self) -> int:
        """How many steps are drawn at once; a picture that changes as a whole is kept for one step."""
        if self.lineup.images:
            return 1
        size = (
            4
            * (self.space.bounds.shape[1] * len(self.lineup.gradients) + len(self.lineup.losses) + 1)
            * self.members
        )
        size += 0 if self.view is None else self.view.bytes_of_step(self.members)
        return max(1, min(BLOCK_STEPS, BLOCK_BYTES // size))

    def forget(self) -> None:
        """Make the draws anew when they are next needed: the landscape moved to another device or type."""
        self.first, self.kept = 0, []

    def of(self, step: int) -> Draw:
        """The draw of a step."""
        index = step - self.first
        if not 0 <= index < len(self.kept):
            self._make(step // self.block)
            index = step - self.first
        draw = self.kept[index]
        return draw if self.seeds.of_member is None else each_tensor(draw, self._for_members)

    def _for_members(self, part: Tensor) -> Tensor:
        """The draws of each member from those of each seed; one row for all stays one."""
        assert self.seeds.of_member is not None
        return part if len(part) == 1 else part.index_select(0, self.seeds.of_member.to(part.device))

    def _make(self, number: int) -> None:
        """Make the draws of a block."""
        lineup, steps, like = self.lineup, self.block, self.space.bounds
        # One generator for each augmentation and seed, in the order in which they act: for the
        # images, which are changed with its seed alone, then those of the view, of the gradient and
        # of the loss.
        streams = [
            [Generator().manual_seed(seed_of(seed, number, i)) for i in lineup.numbers]
            for seed in self.seeds.distinct
        ]
        in_view = len(lineup.coordinates) + len(lineup.pixels)
        before_gradients = len(lineup.images) + in_view
        before_losses = before_gradients + len(lineup.gradients)
        views: Sequence[PictureDraw | PointDraw | None] = [None] * steps
        if isinstance(self.view, PictureView):
            self.view.look_at(self._picture(number))
        if self.view is not None:
            own = [stream[len(lineup.images) : before_gradients] for stream in streams]
            views = self.view.draw(steps, self.members, own, like)
        gradients = [
            join([each.draw(steps, self._rows(each.shared), like.shape[1], stream[i]) for stream in streams])
            for i, each in enumerate(lineup.gradients, start=before_gradients)
        ]
        losses = [
            join([each.draw(steps, self._rows(each.shared), stream[i]) for stream in streams])
            for i, each in enumerate(lineup.losses, start=before_losses)
        ]
        by_step = zip(views, _by_step(gradients, steps, like), _by_step(losses, steps, like), strict=True)
        self.kept = [Draw(*parts) for parts in by_step]
        self.first = number * steps

    def _rows(self, shared: bool) -> int:
        """For how many members an augmentation draws, with one seed."""
        return 1 if shared else self.members

    def _picture(self, number: int) -> Float[Tensor, "height width"]:
        """The picture of a step, changed by the functions that change it as a whole."""
        assert isinstance(self.view, PictureView)
        pixels = self.view.landscape.pixels
        for i, image in zip(self.lineup.numbers, self.lineup.images, strict=False):
            pixels = image.apply(pixels, seed_of(self.seeds.distinct[0], number, i))
        return pixels


class Sight:
    """Which draw evaluations see now.

    It is no module, as the field is: every step writes here, and to write to a module takes 2 µs.

    Args:
        draws: Of all steps.
    """

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self.step = -1
        self.counted = False
        self.draw: Draw | None = None

    def see(self, step: int | None) -> None:
        """Stay at the draw of a step, or move on with each evaluation from now on."""
        if step is None:
            self.counted = False
        else:
            self.step, self.counted, self.draw = step, True, self.draws.of(step)

    def now(self) -> Draw:
        """The draw of this evaluation: that of the step, or the next one while nobody counts the steps."""
        draw = self.draw
        if draw is None or not self.counted:
            self.step += not self.counted
            draw = self.draw = self.draws.of(self.step)
        return draw

    def forget(self) -> None:
        """Make the draws anew when they are next needed."""
        self.draws.forget()
        self.draw = None


def each_tensor(draw: Draw, change: Callable[[Tensor], Tensor]) -> Draw:
    """A draw with each of its tensors changed."""
    view = None if draw.view is None else of_each_part(draw.view, change)
    gradients, losses = (
        tuple(None if part is None else change(part) for part in parts) for parts in draw[1:]
    )
    return Draw(view, gradients, losses)


def seed_of(seed: int, block: int, number: int) -> int:
    """The seed of one augmentation's random numbers in one block of steps."""
    return int(np.random.SeedSequence((seed, block, number)).generate_state(1, np.uint64)[0])


def _by_step(drawn: list[Tensor | None], steps: int, like: Tensor) -> list[Parts]:
    """What each augmentation drew, step by step."""
    columns = [[None] * steps if draw is None else draw.to(like).unbind() for draw in drawn]
    return list(zip(*columns, strict=True)) if columns else [()] * steps
