"""What one step after another saw of the landscape, beside the whole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg

from landscape_lab.drawing.growing import GrowingMap, on_canvas
from landscape_lab.drawing.ink import Label, draw_crosses, draw_heads
from landscape_lab.planes.window import Window
from landscape_lab.scene import Replay, Scene

DRAWS = 24
"""How many draws a film shows at most: each long enough to be looked at."""
LOWEST_COLOR = "#ff2d95"
"""Of the lowest place of each draw."""
DOT = 2.6
"""The radius of a dot at those of former draws, pixels."""


class Held:
    """A replay that shows the draw of one step until it is told to turn to the next.

    Args:
        replay: What is held.
        window: What it shows.

    Attributes:
        step: Whose draw it is; `None` before the first.
        words: What that step saw.
        lowest: The lowest place of each draw so far, `[2]` each.
    """

    def __init__(self, replay: Replay, window: Window) -> None:
        self.replay = replay
        self.window = window
        self.step: int | None = None
        self.words = replay.name(None)
        self.lowest: list[np.ndarray] = []
        self._losses: np.ndarray | None = None

    def turn(self) -> None:
        """Show the draw of the step that is asked for next."""
        self._losses = None

    def losses(self, step: int, place: Float[np.ndarray, "2"], shape: tuple[int, int]) -> np.ndarray:
        """See `landscape_lab.scene.Replay`."""
        if self._losses is None:
            self.step, self._losses = step, self.replay.losses(step, place, shape)
            self.words = self.name(step)  # once a draw: a minibatch is made for it
            if np.isfinite(self._losses).any():
                cell = int(np.nanargmin(self._losses))
                self.lowest.append(self.window.centres(*shape[::-1])[cell].numpy())
        return self._losses

    def name(self, step: int | None) -> str:
        """See `landscape_lab.scene.Replay`."""
        return self.replay.name(step)


class SuccessiveDraws:
    """Two maps with the traces: the whole landscape, and the draw of one step after another.

    Both have the same colours. A cross is the lowest place of the draw, dots are those of former
    draws: where descents on each draw alone would lead.

    Args:
        scene: What is filmed.
        maps: The left and the right one, with the landscape on them.
        renderer: The canvas.

    Raises:
        ValueError: The steps of the scene saw no draws.
    """

    def __init__(self, scene: Scene, maps: Sequence[Axes], renderer: RendererAgg) -> None:
        if scene.replay is None:
            raise ValueError(
                "Parameter `view` may be draws only where all paths saw the same minibatches or "
                "augmentations. Found none."
            )
        self.last = int(scene.traces[0].path_steps[-1])
        self.axes = tuple(maps)
        self.held = Held(scene.replay, scene.window)
        drawn = replace(
            scene,
            replay=self.held,
            traces=tuple(replace(trace, departure=None) for trace in scene.traces),
        )
        self.maps = (
            GrowingMap(replace(scene, replay=None), maps[0], renderer),
            GrowingMap(drawn, maps[1], renderer),
        )
        self.number = -1

    def keep(self, moment: float) -> None:
        """Draw for good what happened up to a step."""
        for part in self.maps:
            part.keep(moment)

    def show(self, renderer: RendererAgg, since: float, moment: float, progress: float) -> None:
        """Draw for one frame both maps, and where the draws were lowest."""
        number = min(DRAWS - 1, int(progress * DRAWS))
        if number != self.number:
            self.number = number
            self.held.turn()
        whole, drawn = self.maps
        whole.show(renderer, since, moment, progress)
        drawn.show(renderer, since, min(moment, self.last - 1), progress)  # no step saw the end point
        if self.held.lowest:
            for axes in self.axes:
                pixels = on_canvas(axes, np.stack(self.held.lowest))
                draw_heads(renderer, pixels[:-1], LOWEST_COLOR, DOT, axes.bbox)
                draw_crosses(renderer, pixels[-1:], LOWEST_COLOR, axes.bbox)

    def labels(self) -> list[Label]:
        """What the two maps show."""
        words = [self.held.name(None), f"{self.held.words} · ×: its lowest loss, dots: earlier"]
        boxes = [axes.bbox for axes in self.axes]
        return [Label(box.x0, box.y1 + 5.0, text, "lb") for box, text in zip(boxes, words, strict=True)]
