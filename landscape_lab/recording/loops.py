"""For loops that are not ours: what a plain PyTorch loop does to a landscape, recorded from the outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from torch.optim import optimizer as torch_optimizer

from landscape_lab.landscapes.base import Landscape
from landscape_lab.notebook import figure_png, trajectory_html
from landscape_lab.planes import PlaneSettings
from landscape_lab.recording.listening import Listener
from landscape_lab.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Recording:
    """A landscape and what a loop did to it.

    It has its trajectory's `points`, `losses`, `steps`, `evaluations`, `lr`, `label` and `best`.

    Args:
        landscape: What is descended.
        trajectory: What happened.
    """

    landscape: Landscape
    trajectory: Trajectory

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.trajectory, name)

    def plot(
        self,
        path: str | PathLike[str] | None = None,
        settings: PlaneSettings | None = None,
        **look: object,
    ) -> "Figure":
        """Draw the path on the landscape.

        Args:
            path: A PNG, PDF or SVG file to which it is written, when given.
            settings: How the plane is chosen and drawn; the defaults if not given.
            **look: `style="dark"` for slides, `width=3.4` for one column of a paper, in inches.
        """
        from landscape_lab.drawing.figures import path_figure  # matplotlib takes a second to load
        from landscape_lab.drawing.look import Look
        from landscape_lab.staging import scene_of

        scene = scene_of(self.landscape, [self.trajectory], settings=settings)
        return Look.of(**look).draw(partial(path_figure, scene), path)

    def report(self, path: str | PathLike[str], settings: PlaneSettings | None = None) -> None:
        """Write a page of the path on the landscape, to be turned and played, which works offline.

        Args:
            path: An HTML file.
            settings: How the plane is chosen and drawn; the defaults if not given.
        """
        from landscape_lab.drawing.report import Report, write_page  # matplotlib takes a second to load
        from landscape_lab.staging import scene_of
        from landscape_lab.staging.pushing import pushes_of

        scene = scene_of(self.landscape, [self.trajectory], settings=settings)
        write_page(Report.of(scene, sections=pushes_of(scene, self.landscape, [self.trajectory])), path)

    def _repr_html_(self) -> str:
        return trajectory_html(self.trajectory, self.plot())

    def _repr_png_(self) -> bytes:
        return figure_png(self.plot())


@contextmanager
def record(
    landscape: Landscape, records: int = 10_000, to: str | PathLike[str] | None = None
) -> Iterator[Recording]:
    """Record a loop of your own.

    Evaluations are the landscape's forward calls, steps those of any optimizer of its parameters. A loop
    may also step by hand, `p.data -= lr * p.grad`: while no optimizer has stepped, a point that moves
    after a backward pass has made a step.

    The recording is complete when the block is left, also by an exception.

    Args:
        landscape: What is descended.
        records: The most evenly spaced records kept.
        to: A file for points too large for memory.

    >>> import torch
    >>> from landscape_lab.landscapes import ImageLandscape
    >>> landscape = ImageLandscape([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], smoothing=0, interpolation="bilinear")
    >>> optimizer = torch.optim.SGD(landscape.parameters(), lr=0.001)
    >>> with record(landscape) as recording:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         landscape().sum().backward()
    ...         _ = optimizer.step()
    >>> recording.points[:, 0, 0]
    array([ 0.  , -0.05, -0.1 , -0.15], dtype=float32)
    """
    listener = Listener(landscape, Trajectory(records, to=to))
    handles = [
        landscape.register_forward_hook(listener.on_forward),
        torch_optimizer.register_optimizer_step_pre_hook(listener.on_step_start),
        torch_optimizer.register_optimizer_step_post_hook(listener.on_step_end),
    ]
    try:
        yield Recording(landscape, listener.trajectory)
    finally:
        for handle in handles:
            handle.remove()
        listener.close()
