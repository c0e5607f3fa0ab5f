"""Shapes that approximate a picture, as a landscape: its coordinates are theirs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.dotted_paths import locate
from landscape_lab.keys.landscapes import SHAPES
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.parts import Parts
from landscape_lab.landscapes.shapes.coordinates import Coordinates, Painted, Seed
from landscape_lab.landscapes.shapes.layout import Layout, table
from landscape_lab.landscapes.shapes.lineage import LARGEST, TILED, Lineage, Task
from landscape_lab.landscapes.shapes.moves import SWAPS, drawn, moved, swapped
from landscape_lab.landscapes.shapes.rendering import MODELS, render
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.target import LOSSES, psnr, read_target, rmse, ssim
from landscape_lab.validation import check_choice

Difference = Callable[[Tensor, Tensor], Tensor]
"""Of two pictures `[channels, height, width]`: one number."""


@SHAPES.checks_class
class ShapesLandscape(Landscape):
    """Descend the difference between a picture and one made of smooth closed shapes.

    Each kind of number that shapes have is a parameter `[members, shapes, …]`: `centre`, `rotation`, `scale`,
    `cosines`, `sines`, `colour`, and more, as the model needs them. So a kind may have its own learning rate:
    `optimizer.groups=[{match: centre, lr: 0.01}]`. Members are drawn one after another.

    Args:
        image: What is approximated: a file, or an array `[height, width]` or `[height, width, 3]`.
        shapes: How many there are.
        harmonics: Of their outlines; 0: ellipses.
        model: How they make a picture: `over`, each hides what is behind it; `sum`, they add up, as in the
            notebook of the seed; `uncut`, its formula as the text has it; `weighted`, their weighted mean.
        texture: Of `over`: `flat`, or `gradient`, a colour that changes evenly across the shape.
        loss: `rmse`, `mse`, `l1`, `ssim` (1 - SSIM), `mix` (0.8 l1 + 0.2 ssim), or a function of (picture,
            target), differentiable, `[channels, height, width]` each.
        size: Pixels along the longer side of the picture, or (height, width), to which it is stretched;
            `None`: its own.
        seed: Of the start.

    Attributes:
        target: The picture, `[channels, height, width]`, from 0 to 1.
        coordinates: What their numbers mean.

    Raises:
        ValueError: A parameter is out of range, or the picture cannot be read.

    >>> half = torch.zeros(8, 12)
    >>> landscape = ShapesLandscape(half, shapes=3, model="sum", size=None)
    >>> landscape.dims, landscape().item()  # it begins as black as this picture
    (69, 9.999999974752427e-07)
    """

    target: Float[Tensor, "channels height width"]

    def __init__(
        self,
        image: object,
        shapes: int = 256,
        harmonics: int = 8,
        model: str = "over",
        texture: str = "flat",
        loss: str | Difference = "rmse",
        size: int | Sequence[int] | None = 256,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.register_buffer("target", read_target(image, _pair(size)), persistent=False)
        height, width = self.target.shape[1:]
        longer = max(height, width)
        self.coordinates: Coordinates = (
            Painted(shapes, harmonics, (width / longer, height / longer), texture)
            if model == "over"
            else Seed(shapes, harmonics)
        )
        self.model = model
        self.difference = _difference(loss)
        begin = self.coordinates.begin(self.target, torch.Generator().manual_seed(seed))
        for kind, numbers in begin.items():
            self.register_parameter(kind, nn.Parameter(numbers.unsqueeze(0)))
        self.start = self.flat().clone()
        self.layout = Layout(self._at(torch.arange(self.dims).double()))
        self.lineage = Lineage()

    def forward(self, batch: object = None) -> Float[Tensor, " members"]:
        return torch.stack([self._loss(self._numbers(member)) for member in range(self.members)])

    def backward(self) -> Float[Tensor, " members"]:
        """The graph of one member at a time is kept, not that of all."""
        self.zero_grad()
        losses = []
        with torch.enable_grad():
            for member in range(self.members):
                losses.append(loss := self._loss(self._numbers(member)))
                loss.backward()
        return torch.stack(losses).detach()

    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Without a gradient, what points have in common with the last of them is not drawn again."""
        remembered = self.model in TILED and self.target[0].numel() <= LARGEST
        if torch.is_grad_enabled() or not remembered:
            return torch.stack([self._loss(self._at(point)) for point in points])
        task = Task(self.layout, self.coordinates, MODELS[self.model], self.target, self.difference)
        return self.lineage.losses(points, task)

    def measure(self, points: Float[Tensor, "n dims"]) -> dict[str, Float[Tensor, " n"]]:
        pictures = [self._drawn(self._at(point)) for point in points]
        asked = {"loss": self.difference, "rmse": rmse, "psnr": psnr, "ssim": ssim}
        return {
            name: torch.stack([measure(picture, self.target) for picture in pictures])
            for name, measure in asked.items()
        }

    def mutate(self, points: Float[Tensor, "n dims"], scale: Float[Tensor, "n 1"]) -> Float[Tensor, "n dims"]:
        """One shape of each point moves, or the background; in `over`, some have two shapes swapped."""
        shapes = self.layout.shapes
        children = moved(points, scale, shapes)
        if self.model != "over" or len(shapes) < 2:
            return children
        swaps = torch.rand(len(points), 1).to(points) < SWAPS
        return torch.where(swaps, swapped(points, shapes), children)

    def parts(self) -> Parts:
        """A shape is a part; each new one lies in front."""
        absent = {
            kind: torch.full_like(numbers, self.coordinates.absent.get(kind, 0.0))
            for kind, numbers in self._at(self.flat()[0]).items()
        }
        draw = partial(drawn, self.coordinates, self.target)
        return Parts(self.layout.shapes.flip(0), table(absent)[0], draw)

    def picture(
        self, member: int = 0, size: tuple[int, int] | None = None
    ) -> Float[Tensor, "channels height width"]:
        """What the shapes of a member look like, cut to 0…1.

        Args:
            member: Whose.
            size: Height and width in pixels; by default those of the target. Shapes belong to no number of
                pixels, so any will do.
        """
        with torch.no_grad():
            return self._drawn(self._numbers(member), size).clamp(0, 1)

    def shapes_of(self, member: int = 0) -> tuple[Shapes, Tensor | None]:
        """The shapes of a member, and the background, detached."""
        with torch.no_grad():
            return self.coordinates.shapes(self._numbers(member))

    def _numbers(self, member: int) -> dict[str, Tensor]:
        """A member's numbers by kind; autograd follows them."""
        return {kind: numbers[member] for kind, numbers in self._parameters.items() if numbers is not None}

    def _at(self, point: Float[Tensor, " dims"]) -> dict[str, Tensor]:
        """The numbers of any point by kind."""
        kinds = self._trainable()
        parts = point.split(self._sizes())
        return {
            kind: part.view(numbers.shape[1:]) for part, (kind, numbers) in zip(parts, kinds, strict=True)
        }

    def _drawn(self, numbers: Mapping[str, Tensor], size: tuple[int, int] | None = None) -> Tensor:
        shapes, background = self.coordinates.shapes(numbers)
        height, width = self.target.shape[1:]
        return render(shapes, size or (height, width), self.model, background)

    def _loss(self, numbers: Mapping[str, Tensor]) -> Tensor:
        return self.difference(self._drawn(numbers), self.target)


def _pair(size: int | Sequence[int] | None) -> int | tuple[int, int] | None:
    return size if size is None or isinstance(size, int) else (int(size[0]), int(size[1]))


def _difference(loss: str | Difference) -> Difference:
    """A loss by its name, by the path of a function, or itself."""
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES and "." in loss:
        return cast(Difference, locate("loss", loss))
    check_choice("loss", loss, LOSSES)
    return LOSSES[loss]
