"""Shapes that approximate a picture, as a landscape: its coordinates are theirs."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import SHAPES
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.shapes.coordinates import Coordinates, Painted, Seed
from landscape_lab.landscapes.shapes.rendering import only_in_over, render
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.target import Difference, difference, psnr, read_target, rmse, ssim
from landscape_lab.validation import refusal

HARMONICS = 8
"""Of a blob, unless told."""
MOST_UNCUT = 64
"""Shapes that act on every pixel: more would take a second and more a step."""


@SHAPES.checks_class
class ShapesLandscape(Landscape):
    """Descend the difference between a picture and one made of smooth closed shapes.

    Each kind of number that shapes have is a parameter `[members, shapes, …]`: `centre`, `rotation`, `scale`,
    `cosines`, `sines`, `colour`, and more, as the model needs them. So a kind may have its own learning rate:
    `optimizer.groups=[{match: centre, lr: 0.01}]`. Members are drawn one after another.

    Args:
        image: What is approximated: a file, or an array `[height, width]` or `[height, width, 3]`.
        shapes: How many there are.
        harmonics: Of their outlines; 0: ellipses. `None`: 8 of blobs, none of other primitives.
        model: How they make a picture: `over`, each hides what is behind it; `sum`, they add up, as in the
            notebook of the seed; `uncut`, its formula as the text has it; `weighted`, their weighted mean.
        primitive: Of `over`: `blob`, an ellipse that the harmonics bend, `triangle`, `rectangle` or `stroke`;
            harmonics, where given, bend these as well.
        texture: Of `over`: `flat`; `gradient`, a colour that changes evenly across the shape; `brush`, that
            and an opacity that varies across the major axis, with streaks along it.
        order: Of `over`: `given`, the first shape stays in front; `learned`, each has a depth, and steps see
            shapes that hide each other both, the less the nearer the end.
        edges: Of `over`: `soft`, as each shape learns them; `hard`, ±½ pixel at the end, so that the same
            shapes as polygons (SVG) look the same. Steps see edges that harden.
        loss: `rmse`, `mse`, `l1`, `ssim` (1 - SSIM), `mix` (0.8 l1 + 0.2 ssim), or a function of (picture,
            target), differentiable, `[channels, height, width]` each.
        size: Pixels along the longer side of the picture, or (height, width), to which it is stretched;
            `None`: its own.
        seed: Of the start.
        steps: How many a run has; `None`: nobody knows, and every step sees what it is at the end.

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
        harmonics: int | None = None,
        model: str = "over",
        primitive: str = "blob",
        texture: str = "flat",
        order: str = "given",
        edges: str = "soft",
        loss: str | Difference = "rmse",
        size: int | Sequence[int] | None = 256,
        seed: int = 0,
        steps: int | None = None,
    ) -> None:
        super().__init__()
        only_in_over(model, primitive=primitive, texture=texture, order=order, edges=edges)
        if model == "uncut" and shapes > MOST_UNCUT:
            raise refusal("shapes", f"at most {MOST_UNCUT} where `model` is uncut", shapes)
        if order == "learned" and steps is None:
            raise refusal("steps", "the length of the run where `order` is learned", steps)
        if harmonics is None:
            harmonics = HARMONICS if primitive == "blob" else 0
        self.register_buffer("target", read_target(image, _pair(size)), persistent=False)
        height, width = self.target.shape[1:]
        self.coordinates: Coordinates = (
            Painted(shapes, harmonics, (height, width), texture, edges, order)
            if model == "over"
            else Seed(shapes, harmonics)
        )
        self.model, self.primitive = model, primitive
        self.annealed = edges == "hard" or order == "learned"
        self.steps, self.progress = steps, 1.0
        self.difference = difference(loss, self.target)
        begin = self.coordinates.begin(self.target, torch.Generator().manual_seed(seed))
        for kind, numbers in begin.items():
            self.register_parameter(kind, nn.Parameter(numbers.unsqueeze(0)))
        self.start = self.flat().clone()

    @property
    def stochastic(self) -> bool:
        """Whether steps see something that changes as the run goes on."""
        return self.annealed

    def see(self, step: int | None) -> None:
        """See what a step sees; `None`: what there is at the end."""
        self.progress = 1.0 if step is None or self.steps is None else min(1.0, step / self.steps)

    def forward(self, batch: object = None) -> Float[Tensor, " members"]:
        return torch.stack([self._seen(member) for member in range(self.members)])

    def backward(self) -> Float[Tensor, " members"]:
        """The graph of one member at a time is kept, not that of all."""
        self.zero_grad()
        losses = []
        with torch.enable_grad():
            for member in range(self.members):
                losses.append(loss := self._seen(member))
                loss.backward()
        return torch.stack(losses).detach()

    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return torch.stack([self._loss(self._at(point)) for point in points])

    def measure(self, points: Float[Tensor, "n dims"]) -> dict[str, Float[Tensor, " n"]]:
        pictures = [self._drawn(self._at(point)) for point in points]
        asked = {"loss": self.difference, "rmse": rmse, "psnr": psnr, "ssim": ssim}
        return {
            name: torch.stack([measure(picture, self.target) for picture in pictures])
            for name, measure in asked.items()
        }

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

    def _drawn(
        self, numbers: Mapping[str, Tensor], size: tuple[int, int] | None = None, progress: float = 1.0
    ) -> Tensor:
        shapes, background = self.coordinates.shapes(numbers, progress)
        height, width = self.target.shape[1:]
        return render(shapes, size or (height, width), self.model, background, primitive=self.primitive)

    def _seen(self, member: int) -> Tensor:
        """The loss of a member as the step sees it."""
        return self.difference(self._drawn(self._numbers(member), progress=self.progress), self.target)

    def _loss(self, numbers: Mapping[str, Tensor]) -> Tensor:
        return self.difference(self._drawn(numbers), self.target)


def _pair(size: int | Sequence[int] | None) -> int | tuple[int, int] | None:
    return size if size is None or isinstance(size, int) else (int(size[0]), int(size[1]))
