"""What is drawn of a descent when it has ended: one scene, handed to every product."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl

from landscape_lab.answering import check_boundary, check_data
from landscape_lab.callbacks.tensorboard import png, show, tensorboards
from landscape_lab.descent import Descent
from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import FIGURES, save_figure
from landscape_lab.errors import tell
from landscape_lab.keys.callbacks import COSTS
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.planes.vectors import check_vectors
from landscape_lab.replaying import check_draws
from landscape_lab.scene import Scene
from landscape_lab.staging import scene_of
from landscape_lab.validation import check_choice

if TYPE_CHECKING:
    from landscape_lab.drawing.video import Film

FORMATS = ("mp4", "gif")
CURVES = ("loss", "evaluations")
"""The figures that TensorBoard draws itself."""
NEEDS = {"data": check_data, "boundary": check_boundary}
"""The figures that not every landscape has, and what tells so."""
VIEW_NEEDS = {"boundary": check_boundary, "draws": check_draws}
"""The same of views of a film."""


class Product(ABC):
    """Files that are made from a scene."""

    @property
    @abstractmethod
    def wanted(self) -> bool:
        """Whether there is anything to make."""

    @property
    @abstractmethod
    def grid(self) -> bool:
        """Whether it shows the losses in the window: only then are they evaluated."""

    @property
    def extras(self) -> set[str]:
        """What it shows beside the losses in the window and along the path."""
        return set()

    @abstractmethod
    def check(self, landscape: Landscape) -> None:
        """Raise `ValueError` unless a landscape has what is shown; called before the descent."""

    @abstractmethod
    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        """Write the files, and show them in the trainer's TensorBoard."""


class Products(pl.Callback):
    """Make the scene of a descent once, at its end, and hand it to every product.

    It makes none where no product is wanted.

    Args:
        products: What is made, in this order.
        settings: How the plane is chosen and drawn; the defaults if not given.

    Attributes:
        miss: How far the losses of the scene are from the landscape's own at its centre, beyond rounding.
    """

    def __init__(self, products: Sequence[Product], settings: PlaneSettings | None = None) -> None:
        self.products = tuple(products)
        self.settings = PlaneSettings() if settings is None else settings
        self.miss = 0.0

    @classmethod
    def gathering(
        cls, parts: Iterable[pl.Callback | Product], settings: PlaneSettings | None = None
    ) -> list[pl.Callback]:
        """Callbacks in their order, with one for all products where the first of them stood.

        Args:
            parts: Both.
            settings: How the plane of the products is chosen.
        """
        parts = list(parts)
        products = [part for part in parts if isinstance(part, Product)]
        gathered: list[pl.Callback] = []
        for part in parts:
            if not isinstance(part, Product):
                gathered.append(part)
            elif part is products[0]:
                gathered.append(cls(products, settings))
        return gathered

    @staticmethod
    def misses(trainer: pl.Trainer) -> dict[str, float]:
        """What `results.json` tells of a scene that misses its landscape; nothing where none does."""
        made: list[pl.Callback] = getattr(trainer, "callbacks", [])
        found = [part.miss for part in made if isinstance(part, Products) and part.miss > 0]
        return {"slice_miss": found[0]} if found else {}

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if any(product.wanted for product in self.products):
            check_shading(self.settings.colormap)
            check_vectors(pl_module.landscape, self.settings)
        for product in self.products:
            product.check(pl_module.landscape)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        wanted = [product for product in self.products if product.wanted]
        if not wanted:
            return
        scene = self._scene(pl_module, wanted)
        self.miss = scene.miss
        if self.miss > 0:
            tell(f"The slice of the landscape misses it at the centre of the plane by {self.miss:.1e}.")
        for product in wanted:
            product.make(scene, trainer)

    def _scene(self, descent: Descent, wanted: Sequence[Product]) -> Scene:
        """The scene on the plane that was asked for, or where this run has none, on its own."""
        grid = any(product.grid for product in wanted)
        extras = {name for product in wanted for name in product.extras}
        make = partial(scene_of, descent.landscape, [descent.trajectory], grid=grid)
        try:
            return make(settings=self.settings, extras=extras)
        except ValueError as error:  # the descent is over, and its results are to be kept
            tell(f"Drawn with plane=auto instead: {error}")
            return make()


class Pictures(Product):
    """Figures; TensorBoard shows them too, but for the loss, which it draws itself.

    Args:
        folder: Where they go.
        figures: Any of `path`, `loss`, `evaluations` (the loss against them), `surface` and `gradient`;
            of a network also `data`, and of two features `boundary`.
        against: What the loss is drawn over: `steps`, `evaluations`, `seconds`, or `epochs` of a network.
    """

    def __init__(
        self,
        folder: str | PathLike[str],
        figures: Sequence[str] = ("path", "loss"),
        against: str = "steps",
    ) -> None:
        for name in figures:
            check_choice("figures", name, FIGURES)
        check_choice("against", against, COSTS)
        self.folder = Path(folder)
        self.figures = tuple(figures)
        self.against = against

    @property
    def wanted(self) -> bool:
        return len(self.figures) > 0

    @property
    def grid(self) -> bool:
        return any(FIGURES[name].grid for name in self.figures)

    @property
    def extras(self) -> set[str]:
        return {extra for name in self.figures if (extra := FIGURES[name].extra) is not None}

    def check(self, landscape: Landscape) -> None:
        if self.against == "epochs" and not isinstance(landscape, NetworkLandscape):
            raise ValueError(
                "Parameter `callbacks.pictures.against` may be epochs only of a network: landscape=network. "
                f"Found a {type(landscape).__name__}."
            )
        for name in self.figures:
            if name in NEEDS:
                NEEDS[name](landscape)

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        for name in self.figures:
            if FIGURES[name].lacks(scene):
                continue  # why has been told
            file = self.folder / f"{name}.png"
            save_figure(loss_figure(scene, self.against) if name == "loss" else FIGURES[name](scene), file)
            if name not in CURVES:
                show(trainer, name, file.read_bytes())


class Video(Product):
    """Films. TensorBoard's IMAGES tab plays the GIF, and has a few key frames beside it.

    Args:
        folder: Where they go.
        formats: Any of `mp4` and `gif`; none for no film.
        settings: Those of `landscape_lab.drawing.video.Film`.
    """

    def __init__(
        self, folder: str | PathLike[str], formats: Sequence[str] = ("mp4",), **settings: object
    ) -> None:
        for kind in formats:
            check_choice("video", kind, FORMATS)
        self.folder = Path(folder)
        self.formats = tuple(formats)
        self.film = _film(settings) if formats else None

    @property
    def wanted(self) -> bool:
        return self.film is not None

    @property
    def grid(self) -> bool:
        return self.film is not None and self.film.view != "boundary"

    @property
    def extras(self) -> set[str]:
        return set() if self.film is None else self.film.extras

    def check(self, landscape: Landscape) -> None:
        if self.film is not None and self.film.view in VIEW_NEEDS:
            VIEW_NEEDS[self.film.view](landscape, "callbacks.video.view")

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        if self.film is None:
            return
        for kind in self.formats:
            file = self.folder / f"descent.{kind}"
            self.film.write(scene, file)
            if kind == "gif":
                show(trainer, "descent", file.read_bytes())
        if tensorboards(trainer):  # only there are key frames seen, which take a while to draw
            for step, frame in self.film.key_frames(scene).items():
                show(trainer, "descent/key_frames", png(frame), step)


def _film(settings: dict[str, Any]) -> "Film":
    """How a film is taken; imported when one is asked for, since FFmpeg takes a while to load."""
    from landscape_lab.drawing.video import Film

    return Film(**settings)
