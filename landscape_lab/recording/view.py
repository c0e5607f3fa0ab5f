"""The loss of a LightningModule around where its training went: a plane, pictures and films of it."""

import inspect
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from landscape_lab.keys.callbacks import FILM
from landscape_lab.keys.planes import PLANE
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.seeds import all_random
from landscape_lab.notebook import card, figure_png, image
from landscape_lab.planes import PlaneSettings
from landscape_lab.recording.gathering import gather
from landscape_lab.recording.untold import told_scene_of
from landscape_lab.scene import Scene
from landscape_lab.trajectory import Trajectory
from landscape_lab.validation import check_choice

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXTRAS = ("line", "compared", "bend", "ratios", "replay", "cropped")
"""What of a scene is made only where a picture shows it."""


@dataclass(frozen=True)
class View:
    """Losses on a plane, and the paths there.

    Args:
        scene: The losses, the plane and the paths, as data.
        landscape: A copy of the module and its loss, as a landscape.
        trajectories: The paths.
        settings: How the plane was chosen and is drawn.
    """

    scene: Scene
    landscape: NetworkLandscape
    trajectories: tuple[Trajectory, ...]
    settings: PlaneSettings

    def plot(self, path: str | PathLike[str] | None = None, figure: str = "path", **look: object) -> "Figure":
        """Draw the paths on the losses.

        Args:
            path: A PNG, PDF or SVG file to which it is written, when given.
            figure: `path`, or another figure of a run: `surface`, `loss`, `curvature`, `line`, `planes`,
                `topology`, `ratio`, `gradient`.
            **look: `style="dark"` for slides, `width=3.4` for one column of a paper, in inches.

        Raises:
            ValueError: There is no such figure, or the module does not have what it shows.
        """
        from landscape_lab.callbacks.products import NEEDS  # matplotlib takes a second to load
        from landscape_lab.drawing.figures import FIGURES
        from landscape_lab.drawing.look import Look

        check_choice("figure", figure, FIGURES)
        if figure in NEEDS:
            NEEDS[figure](self.landscape)
        kind = FIGURES[figure]
        scene = self._with([] if kind.extra is None else [kind.extra])
        return Look.of(**look).draw(partial(kind.draw, scene), path)

    def film(self, path: str | PathLike[str], **settings: object) -> None:
        """Film the paths as they grow, into an `.mp4` or a `.gif`.

        Args:
            path: The file.
            **settings: `frames`, `fps`, `length`, `clock`, `size` and `view`, as for `callbacks.video`.

        Raises:
            ValueError: A setting does not fit, or there is no such format.
        """
        from landscape_lab.drawing.video import Film

        checked = {name: FILM.check(name, value) for name, value in settings.items()}
        film = Film(**checked)  # type: ignore[arg-type] # they were checked
        film.write(self._with(film.extras), path)

    def report(self, path: str | PathLike[str]) -> None:
        """Write a page of the plane and the paths, to be turned and played, which works offline.

        Args:
            path: An HTML file.
        """
        from landscape_lab.drawing.report import Report, write_page  # matplotlib takes a second to load
        from landscape_lab.staging.pushing import pushes_of

        pushes = pushes_of(self.scene, self.landscape, self.trajectories)
        write_page(Report.of(self.scene, sections=pushes), path)

    def mesh(self, path: str | PathLike[str], cells: int = 256) -> None:
        """Write the surface and the paths as triangles, for programs that show or print such.

        Args:
            path: A `.glb`, `.obj` or `.ply` file.
            cells: The most vertices along the longer side of the surface.

        Raises:
            ValueError: There is no such format, or no loss is finite.
        """
        from landscape_lab.drawing.mesh_files import write_mesh  # matplotlib takes a second to load
        from landscape_lab.drawing.solid import solid

        write_mesh(solid(self.scene, cells), path)

    def _repr_html_(self) -> str:
        paths = {trace.label or "path": f"best loss {trace.best[1]:.4g}" for trace in self.scene.traces}
        return card("losses on a plane", paths, image(self._repr_png_()))

    def _repr_png_(self) -> bytes:
        return figure_png(self.plot())

    def _with(self, extras: Collection[str]) -> Scene:
        """The scene with what else a picture shows."""
        if not extras:
            return self.scene
        plane, window, settings = self.scene.plane, self.scene.window, self.settings
        stage = partial(told_scene_of, self.landscape, self.trajectories, plane, window, settings=settings)
        fresh = stage(grid=False, extras=extras)
        return replace(self.scene, **{name: getattr(fresh, name) for name in EXTRAS})


def loss_plane(
    module: nn.Module,
    loader: object,
    trajectory: object,
    directions: str = "pca",
    loss: Callable[..., Tensor] | str | None = None,
    folder: str | PathLike[str] | None = None,
    **settings: object,
) -> View:
    """Look at the loss of any LightningModule around where its training went.

    All is done on a copy of the module, in evaluation mode and without its logging; the module
    itself stays as it is, to the bit, which is checked. Where a training told no loss, as a folder
    of checkpoints does, the module's own is evaluated at some of its points.

    Args:
        module: Its `training_step` is the loss, and what it logs may be shown: `show="accuracy"`.
        loader: A DataLoader or a LightningDataModule, whose training data are taken as a whole;
            `None`: the module's own.
        trajectory: Of a `TrajectoryRecorder`; or the folder of a run, a folder or a pattern of
            checkpoints (`Trajectory.from_checkpoints`); or several of these on one plane, as a list
            or by their names.
        directions: Of the plane, as `PlaneSettings` names them.
        loss: Instead of `training_step`: `loss(prediction, target)`, or a function whose parameters
            are called `model` and `batch`. A module with manual optimization needs it.
        folder: Where losses are kept, so that the next look at this plane evaluates none.
        **settings: More of `PlaneSettings`: `centre`, `window`, `resolution`, `samples`, ….

    Raises:
        ValueError: There are no data, no loss or no path, or they do not fit each other.
    """
    checked = {name: PLANE.check(name, value) for name, value in settings.items()}
    how = PlaneSettings(directions, **checked)  # type: ignore[arg-type] # they were checked
    paths = tuple(gather(trajectory, module))
    with _untouched(module), all_random(how.seed or 0), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Of \w+'s hooks")  # a plane needs none of them
        landscape = NetworkLandscape.from_lightning(module, loader, **_measured_by(loss))
        kept = None if folder is None else Path(folder)
        return View(told_scene_of(landscape, paths, settings=how, folder=kept), landscape, paths, how)


@contextmanager
def _untouched(module: nn.Module) -> Iterator[None]:
    """Look whether weights and buffers are afterwards what they were.

    Raises:
        RuntimeError: One is not.
    """
    before = {name: part.clone() for name, part in _tensors(module)}
    yield
    for name, part in _tensors(module):
        if not torch.equal(part, before[name]):
            raise RuntimeError(
                f"The module should stay as it is, but its copy shares {name}, and it changed."
            )


def _tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Weights and buffers by name, also those that a checkpoint leaves out."""
    for name, part in chain(module.named_parameters(), module.named_buffers()):
        yield name, part.detach()


def _measured_by(loss: Callable[..., Tensor] | str | None) -> dict[str, object]:
    """A loss as a landscape takes it: of a prediction and its target, or of a model and a batch."""
    if loss is None:
        return {}
    names = [] if isinstance(loss, str) else list(inspect.signature(loss).parameters)
    return {"batch_loss" if {"model", "batch"} & {*names} else "loss": loss}
