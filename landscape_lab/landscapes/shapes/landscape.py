"""Shapes that approximate a picture, as a landscape: its coordinates are theirs."""

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor

from landscape_lab.keys.landscapes import SHAPES
from landscape_lab.landscapes.parts import Parts
from landscape_lab.landscapes.shapes.cohorts import Cohorts, kept_shapes
from landscape_lab.landscapes.shapes.coordinates import Coordinates, Painted, Seed
from landscape_lab.landscapes.shapes.growth import births_of, sizes_of
from landscape_lab.landscapes.shapes.layout import Layout, table
from landscape_lab.landscapes.shapes.lineage import LARGEST, TILED, Lineage, Task
from landscape_lab.landscapes.shapes.moves import SWAPS, drawn, moved, swapped
from landscape_lab.landscapes.shapes.rendering import formula_of, only_in_over, render
from landscape_lab.landscapes.shapes.shape import Shapes
from landscape_lab.landscapes.shapes.target import Difference, difference, psnr, read_target, rmse, ssim
from landscape_lab.validation import refusal

HARMONICS = 8
"""Of a blob, unless told."""
MOST_UNCUT = 64
"""Shapes that act on every pixel: more would take a second and more a step."""


@SHAPES.checks_class
class ShapesLandscape(Cohorts):
    """Descend the difference between a picture and one made of smooth closed shapes.

    Each kind of number that shapes have is a parameter `[members, shapes, …]`: `centre`, `rotation`, `scale`,
    `cosines`, `sines`, `colour`, and more, as the model needs them. So a kind may have its own learning rate:
    `optimizer.groups=[{match: centre, lr: 0.01}]`. Members are drawn one after another.

    Args:
        image: What is approximated: a file, `skimage:data/astronaut.png` of an installed package, or an array
            `[height, width]` or `[height, width, 3]`.
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
        colours: Of `over`: `free`, or each shape's `bounded` to 0…1, as SVG cuts it.
        loss: `rmse`, `mse`, `l1`, `ssim` (1 - SSIM), `mix` (0.8 l1 + 0.2 ssim), or a function of (picture,
            target), differentiable, `[channels, height, width]` each.
        size: Pixels along the longer side of the picture, or (height, width), to which it is stretched;
            `None`: its own.
        seed: Of the start.
        cohorts: In how many the shapes come, each in front of those before it and where the picture is
            worst by then. Above 1, each kind is a list of parameters, `centre.0`, `centre.1`, …, from the
            front to the back, `sum` is told in the coordinates of `over`, and `see` has to be called
            before each step.
        until: By which share of the steps the last cohort has had its turn; 0: all are there at once.
        steps: The length of the descent; `None`: nobody knows, and every step sees what it is at the end.
        weights: A run, or its file of weights, whose shapes are those to begin with, all at once.

    Attributes:
        target: The picture, `[channels, height, width]`, from 0 to 1.
        coordinates: What their numbers mean.
        plan: Of cohorts, the step before which each is born, from the front to the back; a part of
            checkpoints.

    Raises:
        ValueError: A parameter is out of range, or the picture cannot be read.

    >>> half = torch.zeros(8, 12)
    >>> landscape = ShapesLandscape(half, shapes=3, model="sum", size=None)
    >>> landscape.dims, landscape().item()  # it begins as black as this picture
    (69, 9.999999974752427e-07)
    """

    target: Float[Tensor, "channels height width"]
    plan: Int[Tensor, " cohorts"]

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
        colours: str = "free",
        loss: str | Difference = "rmse",
        size: int | Sequence[int] | None = 256,
        seed: int = 0,
        cohorts: int = 1,
        until: float = 0.6,
        steps: int | None = None,
        weights: str | PathLike[str] | None = None,
    ) -> None:
        super().__init__()
        only_in_over(model, primitive=primitive, texture=texture, order=order, edges=edges, colours=colours)
        if model == "uncut" and shapes > MOST_UNCUT:
            raise refusal("shapes", f"at most {MOST_UNCUT} where `model` is uncut", shapes)
        if order == "learned" and steps is None:
            raise refusal("steps", "the length of the run where `order` is learned", steps)
        if harmonics is None:
            harmonics = HARMONICS if primitive == "blob" else 0
        self.register_buffer("target", read_target(image, _pair(size)), persistent=False)
        height, width = self.target.shape[1:]
        self.coordinates: Coordinates = (
            Painted(shapes, harmonics, (height, width), texture, edges, model != "sum", order, colours)
            if model == "over" or cohorts > 1
            else Seed(shapes, harmonics)
        )
        self.model, self.primitive = model, primitive
        self.steps, self.progress = steps, 1.0
        self.difference = difference(loss, self.target)
        begin = self.coordinates.begin(self.target, torch.Generator().manual_seed(seed))
        if weights is not None:
            begin, until = kept_shapes(begin, weights), 0.0
        self._hold(begin, sizes_of(cohorts, shapes), births_of(cohorts, until, steps, model))
        self.layout = Layout(self._at(torch.arange(self.dims).double()))
        self.lineage = Lineage()

    @property
    def stochastic(self) -> bool:
        """Whether steps see something that changes as the run goes on."""
        return isinstance(self.coordinates, Painted) and self.coordinates.annealed

    @torch.no_grad()
    def see(self, step: int | None) -> None:
        """See what a step sees, and let the cohorts whose step it is be born, unless they are.

        Args:
            step: `None`: what there is at the end.
        """
        self.progress = 1.0 if step is None or not self.steps else min(1.0, step / self.steps)
        for cohort, member in self._unborn(step):
            picture = self._drawn(self._numbers(member), progress=self.progress)
            painted = cast(Painted, self.coordinates)  # others have no cohorts
            self._bear(cohort, member, partial(painted.newborn, self.target, picture))

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
        """Without a gradient, what points have in common with the last of them is not drawn again."""
        learned = isinstance(self.coordinates, Painted) and self.coordinates.order == "learned"
        remembered = self.model in TILED and self.target[0].numel() <= LARGEST and not learned
        if torch.is_grad_enabled() or not remembered:
            return torch.stack([self._loss(self._at(point)) for point in points])
        task = Task(
            self.layout,
            self.coordinates,
            formula_of(self.model, self.primitive),
            self.target,
            self.difference,
        )
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

    def picture_at(
        self, point: Float[Tensor, " dims"], size: tuple[int, int] | None = None
    ) -> Float[Tensor, "channels height width"]:
        """What the shapes of any point look like, cut to 0…1."""
        with torch.no_grad():
            return self._drawn(self._at(point), size).clamp(0, 1)

    def shapes_of(self, member: int = 0) -> tuple[Shapes, Tensor | None]:
        """The shapes of a member, and the background, detached."""
        with torch.no_grad():
            return self.coordinates.shapes(self._numbers(member))

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
