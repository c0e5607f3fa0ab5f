"""A landscape as an optimizer sees it: the field under the draw of the current step."""

import copy
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.augmentations.draws import Draw, Draws, Seeds, Sight, View, each_tensor
from landscape_lab.augmentations.lineup import Lineup
from landscape_lab.augmentations.pictures import PictureView
from landscape_lab.landscapes.field import CleanField, Field, Sample
from landscape_lab.landscapes.gradients import GivenGradient
from landscape_lab.landscapes.pixels import PixelGradient


class Augmented(Field):
    """A field around the clean one: the losses and gradients under augmentations, step by step.

    They act on coordinates, then on pixels, then on the gradient, then on the loss. All evaluations
    between two calls of `see` see one draw; while nobody calls it, each evaluation moves on to the
    next.

    Args:
        clean: What is changed.
        view: What changes coordinates and pixels, if anything does.
        draws: Of all steps.
    """

    stochastic = True

    def __init__(self, clean: CleanField, view: View | None, draws: Draws) -> None:
        super().__init__()
        self.inner = clean
        self.view = view
        self.sight = Sight(draws)

    @property
    def clean(self) -> CleanField:
        return self._modules["inner"]  # type: ignore[return-value] # as in `PointLandscape.backward`

    @property
    def lineup(self) -> Lineup:
        """The augmentations."""
        return self.sight.draws.lineup

    @property
    def changes_losses(self) -> bool:
        """Whether more than the gradient is changed."""
        return self.view is not None or bool(self.lineup.losses)

    def see(self, step: int | None) -> None:
        self.sight.see(step)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "Augmented":
        """The field moves to another device or type, and its draws are made anew there."""
        self.sight.forget()
        return super()._apply(fn, recurse)

    def _viewed(self, draw: Draw, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The losses with the wall, before they are changed themselves."""
        if self.view is None:
            return self.clean.losses(points)
        return self.clean.walled(self.view.loss(draw.view, points), points)  # type: ignore[arg-type] # of its own kind

    def _differences(self, draw: Draw, points: Float[Tensor, "n dims"]) -> Sample | None:
        """The losses and the pixel gradient, from the pixels around points; `None` under another rule."""
        view, rule = self.view, self._modules["inner"]._modules["rule"]  # type: ignore[union-attr]
        if not isinstance(view, PictureView) or not isinstance(rule, PixelGradient):
            return None
        losses, gradients = view.differences(draw.view, points)  # type: ignore[arg-type] # of its own kind
        return losses, rule.push_back(gradients, points)

    def sample(self, points: Float[Tensor, "n dims"]) -> Sample:
        sight = self.sight
        draw, lineup = sight.now(), sight.draws.lineup
        known = self._differences(draw, points)
        if known is None:
            known = self.clean.rule.sample(lambda at: self._viewed(draw, at), points)  # type: ignore[operator]
        losses, gradients = known
        for each, numbers in zip(lineup.gradients, draw.gradients, strict=True):
            gradients = each.apply(gradients, numbers)
        for change, numbers in zip(lineup.losses, draw.losses, strict=True):
            slope = change.slope(
                losses, numbers
            )  # before the loss is changed: the chain rule at the old loss
            gradients = gradients if slope is None else gradients * slope.unsqueeze(-1)
            losses = change.apply(losses, numbers)
        return losses, gradients

    def forward(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Losses that autograd follows back to the points, as often differentiable as the clean ones."""
        draw, lineup = self.sight.now(), self.lineup
        known = self._differences(draw, points.detach())
        if known is None:
            losses = self.clean.rule(lambda at: self._viewed(draw, at), points)
        else:
            losses = GivenGradient.apply(points, *known)
        if lineup.gradients and losses.requires_grad:
            # A changed gradient g' becomes the loss L + (x - x₀)·(g' - g), where x₀ is x without
            # its graph: the added term is zero at x, its derivative is g' - g, and the second
            # derivatives of L stay as they are.
            (clean,) = torch.autograd.grad(losses.sum(), points, retain_graph=True)
            changed = clean
            for each, numbers in zip(lineup.gradients, draw.gradients, strict=True):
                changed = each.apply(changed, numbers)
            losses = losses + ((points - points.detach()) * (changed - clean)).sum(-1)
        for change, numbers in zip(lineup.losses, draw.losses, strict=True):
            losses = change.apply(losses, numbers)
        return losses

    # For pictures: other looks at the same draws, which leave this field where it is.

    def twin(self) -> "Augmented":
        """The same draws for a second look at any step, without an effect on this field."""
        draws = copy.copy(self.sight.draws)
        draws.view = copy.copy(self.view)
        draws.forget()
        return Augmented(self.clean, draws.view, draws)

    def overview(self) -> "Augmented":
        """The field as many points see it together in one draw; each pixel has its own random number."""
        view = self.view.overview() if isinstance(self.view, PictureView) else self.view
        seeds = Seeds(self.sight.draws.seeds.distinct[:1], None)
        draws = Draws(self.clean, self.lineup, view, members=1, seeds=seeds)
        draws.block = 1  # so many numbers are drawn for one step only
        return Augmented(self.clean, view, draws)

    def look(
        self, step: int, points: Float[Tensor, "rows columns dims"], near: Float[Tensor, " dims"]
    ) -> Float[Tensor, "rows columns"]:
        """The losses of a step on a grid, as the first member saw them.

        Single pixels far from where the member was, which it never looked at, have random numbers
        like those that it saw.

        Args:
            step: Which; the field moves there.
            points: For a picture a grid along its axes.
            near: Where the first member was.
        """
        self.see(step)
        draw = each_tensor(self.sight.now(), lambda part: part[:1])
        flat = points.flatten(0, 1)
        if self.view is None:
            losses = self.clean.losses(flat)
        else:
            losses = self.view.look(draw.view, points, near, seed=step).flatten()  # type: ignore[arg-type]
            losses = self.clean.walled(losses, flat)
        for change, numbers in zip(self.lineup.losses, draw.losses, strict=True):
            losses = change.apply(losses, numbers)
        return losses.view(points.shape[:2])
