"""What is drawn of a descent when it has ended: one scene, handed to every product."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

import pytorch_lightning as pl

from landscape_lab.callbacks import spectra
from landscape_lab.callbacks.looks import Drawing, OwnMap, share_look
from landscape_lab.callbacks.meshes import show_solid
from landscape_lab.descent import Descent
from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.curves import loss_figure, without_repetition
from landscape_lab.drawing.figures import FIGURES
from landscape_lab.drawing.look import Look
from landscape_lab.errors import tell
from landscape_lab.keys.callbacks import COSTS
from landscape_lab.landscapes import Landscape, NetworkLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.planes.vectors import check_vectors
from landscape_lab.scene import Scene
from landscape_lab.staging import archive_of, scene_of
from landscape_lab.staging.answering import check_boundary, check_data
from landscape_lab.staging.bending import check_curvature
from landscape_lab.staging.mapping import check_shown
from landscape_lab.validation import check_choice

CURVES = ("loss", "evaluations")
"""The figures that TensorBoard draws itself."""
NEEDS: Mapping[str, Callable[[Landscape], None]] = {
    "data": check_data,
    "boundary": check_boundary,
    "curvature": check_curvature,
    "ratio": partial(check_curvature, figure="ratio"),
}
"""The figures that not every landscape has, and what tells so."""


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
        folder: Where the losses of a network are kept, so that a process that is killed while they are
            evaluated goes on where it was.
        about: What explains the pictures, in grey below their titles.

    Attributes:
        told: What `results.json` tells: `slice_miss`, how far the losses of the scene are from the
            landscape's own at its centre, beyond rounding; and `curvature`, where it is drawn.
    """

    def __init__(
        self,
        products: Sequence[Product],
        settings: PlaneSettings | None = None,
        folder: Path | None = None,
        about: str = "",
    ) -> None:
        self.products = tuple(products)
        self.settings = PlaneSettings() if settings is None else settings
        self.folder = folder
        self.about = about
        self.told: dict[str, object] = {}

    @classmethod
    def gathering(
        cls,
        parts: Iterable[pl.Callback | Product],
        settings: PlaneSettings,
        folder: Path,
        about: str = "",
    ) -> list[pl.Callback]:
        """Callbacks in their order, with one for all products where the first of them stood.

        Args:
            parts: Both.
            settings: How planes are chosen and maps drawn, and whether the plane is a product.
            folder: That of the run.
            about: What explains the pictures.
        """
        check_shading(settings.colormap)
        parts = [*parts, *([PlaneArchive(folder)] if settings.save else [])]
        products = [part for part in parts if isinstance(part, Product)]
        gathered: list[pl.Callback] = []
        share_look(parts)
        for part in parts:
            if isinstance(part, OwnMap):
                part.settings, part.about = settings, about
            if not isinstance(part, Product):
                gathered.append(part)
            elif part is products[0]:
                gathered.append(cls(products, settings, folder, about))
        return gathered

    @staticmethod
    def told_of(trainer: pl.Trainer) -> dict[str, object]:
        """What `results.json` tells of the scene; mostly nothing."""
        made: list[pl.Callback] = getattr(trainer, "callbacks", [])
        return next((part.told for part in made if isinstance(part, Products)), {})

    def on_fit_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if any(product.wanted for product in self.products):
            check_vectors(pl_module.landscape, self.settings)
            check_shown(pl_module.landscape, self.settings)
        for product in self.products:
            product.check(pl_module.landscape)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        wanted = [product for product in self.products if product.wanted]
        if not wanted:
            return
        scene = replace(self._scene(pl_module, wanted), about=self.about)
        if scene.miss > 0:
            self.told["slice_miss"] = scene.miss
            tell(f"The slice of the landscape misses it at the centre of the plane by {scene.miss:.1e}.")
        if scene.bend is not None:
            self.told["curvature"] = spectra.told(scene.bend.spectrum)
            spectra.log_spectrum(trainer, scene.bend.spectrum)
        for product in wanted:
            product.make(scene, trainer)
        show_solid(trainer, scene)

    def _scene(self, descent: Descent, wanted: Sequence[Product]) -> Scene:
        """The scene on the plane that was asked for, or where this run has none, on its own."""
        grid = any(product.grid for product in wanted)
        extras = {name for product in wanted for name in product.extras}
        make = partial(scene_of, descent.landscape, [descent.trajectory], grid=grid, folder=self.folder)
        try:
            return make(settings=self.settings, extras=extras)
        except ValueError as error:  # the descent is over, and its results are to be kept
            tell(f"Drawn with plane=auto instead: {error}")
            return make(extras=extras & {"draws"})  # which no plane lacks, and its film does not go without


class PlaneArchive(Product):
    """`plane.npz`: the plane, the losses on it, and the paths.

    Args:
        folder: Where it goes.
    """

    wanted = grid = True

    def __init__(self, folder: Path) -> None:
        self.file = folder / "plane.npz"

    def check(self, landscape: Landscape) -> None:
        """Every landscape has a plane."""

    def make(self, scene: Scene, trainer: pl.Trainer) -> None:
        archive_of(scene).save(self.file)


class Pictures(Product, Drawing):
    """Figures; TensorBoard shows them too, but for the loss, which it draws itself.

    Args:
        folder: Where they go.
        figures: Any of `path`, `loss`, `evaluations` (the loss against them), `surface`, `gradient`,
            `topology`, `line`, `planes`, `curvature` and `ratio`; of a network also `data`, and of two
            features `boundary`.
        against: What the loss is drawn over: `steps`, `evaluations`, `seconds`, or `epochs` of a network.
        format: Any of `png`, `svg` and `pdf`, or several; as the next two, of all figures of the run.
        style: `light` for paper, `dark` for slides.
        width: Inches, 3.4 for one column of a paper; `None`: as wide as suits the figure.
    """

    def __init__(
        self,
        folder: str | PathLike[str],
        figures: Sequence[str] = ("path", "loss"),
        against: str = "steps",
        format: str | Sequence[str] = ("png",),
        style: str = "light",
        width: float | None = None,
    ) -> None:
        for name in figures:
            check_choice("figures", name, FIGURES)
        check_choice("against", against, COSTS)
        self.folder = Path(folder)
        self.figures = tuple(figures)
        self.against = against
        self.look = self.asked = Look(format, style, width)

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
        for name in without_repetition(self.figures, scene, self.against):
            if FIGURES[name].lacks(scene):
                continue  # why has been told
            draw = FIGURES[name] if name != "loss" else partial(loss_figure, against=self.against)
            make = partial(draw, scene)
            self.draw(trainer, name, make, shown=name not in CURVES)
