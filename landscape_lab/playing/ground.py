"""Where one plays: the landscape of the command, and what was drawn; descents on them, exactly."""

import hashlib
import io
import shlex
import time
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import torch
from jaxtyping import UInt16
from PIL import Image

from landscape_lab.drawing.palette import PATH_COLORS
from landscape_lab.drawing.report.arrays import packed
from landscape_lab.drawing.report.content import map_of
from landscape_lab.ensemble import Ensemble
from landscape_lab.errors import explain
from landscape_lab.landscapes import ImageLandscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.planes import Plane
from landscape_lab.playing.asked import Descents, Refused
from landscape_lab.playing.bundle import Arena
from landscape_lab.playing.descents import NotTogetherError, descend
from landscape_lab.playing.packing import shares_of, verdicts_packed
from landscape_lab.playing.players import Player, names, player
from landscape_lab.records.known import evenly
from landscape_lab.staging import scene_of

SECONDS = 12.0
"""After so long descents of one request are stopped."""
KEPT = 2000
"""The most places of a descent that are told."""
CELLS = 24
"""Starts of basins along the longer side of the window."""
DRAWINGS = 8
"""So many of the latest drawings are remembered."""
DRAWN = 256
"""Pixels of the longer side of a new drawing."""
FILE = "drawn.png"
"""What a drawing is called when it is saved."""


class Landscaped(NamedTuple):
    """A landscape to play on.

    Args:
        landscape: With one member, without augmentations.
        words: What chooses it on the command line.
        picture: Its heights, where it was drawn.
    """

    landscape: PointLandscape
    words: tuple[str, ...]
    picture: UInt16[np.ndarray, "height width"] | None = None


@dataclass(frozen=True)
class Own:
    """An optimizer as the command sets it.

    Args:
        player: The optimizer.
        words: What chooses it on the command line, but for its rate.
    """

    player: Player
    words: tuple[str, ...]


class Ground:
    """The landscape of the command, the latest drawings, and descents on them.

    Args:
        first: The landscape of the command.
        own: The optimizer of the command.
        seed: Of optimizers that draw random numbers.
    """

    def __init__(self, first: Landscaped, own: Own, seed: int = 0) -> None:
        self.first = first
        self.own = own
        self.seed = seed
        self.names = tuple(dict.fromkeys((own.player.name, *names())))
        self.drawings: OrderedDict[str, Landscaped] = OrderedDict()

    def told(self, steps: int, others: Sequence[str]) -> dict[str, object]:
        """The sections of the page: what it may ask.

        Args:
            steps: That a descent makes at first.
            others: Who may be chosen beside the optimizer of the command, before another is asked for.
        """
        mine = self.own.player
        shown = [mine, *(player(name) for name in others if name != mine.name)]
        optimizers = [
            {"name": one.name, "rate": one.rate, "color": color}
            for one, color in zip(shown, (*PATH_COLORS[1:], PATH_COLORS[0]), strict=False)
        ]
        start = Plane.of(self.first.landscape).project(self.first.landscape.flat().numpy())[0].tolist()
        ground = {
            "live": True,
            "optimizers": optimizers,
            "names": list(self.names),
            "steps": steps,
            "start": start,
        }
        return {"playground": ground, "draw": {"side": DRAWN, "file": FILE}}

    def draw(self, pixels: UInt16[np.ndarray, "height width"]) -> dict[str, object]:
        """Take up a drawing, and tell its name and its map."""
        name = hashlib.sha256(pixels.tobytes() + bytes(str(pixels.shape), "ascii")).hexdigest()[:16]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a flat one may be drawn, too
            landscape = ImageLandscape(pixels)
        words = ("landscape=image", f"landscape.image={FILE}")
        self.drawings[name] = Landscaped(landscape, words, pixels)
        self.drawings.move_to_end(name)
        while len(self.drawings) > DRAWINGS:
            self.drawings.popitem(last=False)
        scene = scene_of(landscape, [])
        return {"landscape": name, "map": map_of(scene), "minima": packed(scene.minima)}

    def picture(self, name: str) -> bytes:
        """A drawing as a file: grey, 16 bits.

        Raises:
            Refused: There is none of this name.
        """
        pixels = self._landscaped(name).picture
        if pixels is None:
            raise Refused("There is nothing here.", 404)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "png")
        return file.getvalue()

    def descend(self, asked: Descents) -> dict[str, object]:
        """The descents that were asked for, each as a member of a page's playground."""
        chosen = self._landscaped(asked.landscape)
        place = torch.tensor([asked.start], dtype=torch.float64)
        point = [float(f"{number:.7g}") for number in Plane.of(chosen.landscape).points(place)[0].tolist()]
        each = SECONDS / len(asked.optimizers)
        return {"members": [self._member(chosen, name, point, asked, each) for name in asked.optimizers]}

    def basins(self, asked: Descents) -> dict[str, object]:
        """Which point the first optimizer asked for reached from the middle of each cell of the window.

        Raises:
            Refused: It needs an optimizer for each start: that takes long.
        """
        chosen, name = self._landscaped(asked.landscape), asked.optimizers[0]
        scene, playing = scene_of(chosen.landscape, []), self._player(name)
        columns, rows = Arena(chosen.landscape, scene, (), asked.steps, CELLS).cells
        starts = scene.plane.points(scene.window.centres(columns, rows)).float()
        ensemble = Ensemble(starts, None if playing.rate is None else (asked.lr,), (self.seed,))
        kept, until = evenly(asked.steps + 1, KEPT // 10), time.monotonic() + SECONDS
        try:
            ways = descend(chosen.landscape, ensemble, playing, kept, until=until, together=True)
        except NotTogetherError as reason:
            raise Refused(f"No basins: {reason}.") from None
        with np.errstate(invalid="ignore"):
            places = scene.plane.project(ways.points).swapaxes(0, 1)
        shares = shares_of(scene.window, places)[:, None]
        steps = np.broadcast_to(ways.steps, shares.shape[:-1])
        told = verdicts_packed(scene, [(shares, steps)])
        (cells,) = cast("list[object]", told.pop("reached"))
        return {"columns": columns, "rows": rows, "cells": cells, "ended": ways.ended, **told}

    def _player(self, name: str) -> Player:
        """An optimizer of the catalogue, or that of the command."""
        return self.own.player if name == self.own.player.name else player(name)

    def _landscaped(self, name: str | None) -> Landscaped:
        if name is None:
            return self.first
        if name not in self.drawings:
            raise Refused("This drawing is not there any more: draw it again.", 410)
        return self.drawings[name]

    def _member(
        self, chosen: Landscaped, name: str, point: Sequence[float], asked: Descents, seconds: float
    ) -> dict[str, object]:
        """One descent: `steps`, `losses`, `places` `[kept, 2]`, and the command that repeats it."""
        playing = self._player(name)
        rates = None if playing.rate is None else (asked.lr,)
        ensemble = Ensemble(torch.tensor([point]), rates, (self.seed,))
        told: dict[str, object] = {"name": name, "rate": None if rates is None else asked.lr}
        try:
            ways = descend(
                chosen.landscape,
                ensemble,
                playing,
                evenly(asked.steps + 1, KEPT),
                until=time.monotonic() + seconds,
            )
        except Exception as error:  # noqa: BLE001 - an optimizer may raise anything
            return told | {"failed": explain(error)}
        with np.errstate(invalid="ignore"):
            places = Plane.of(chosen.landscape).project(ways.points[:, 0])
        return told | {
            "steps": packed(ways.steps),
            "places": packed(places),
            "losses": packed(ways.losses[:, 0]),
            "ended": ways.ended,
            "command": self._command(chosen, playing, point, asked),
        }

    def _command(self, chosen: Landscaped, playing: Player, point: Sequence[float], asked: Descents) -> str:
        """What repeats a descent."""
        optimizer = self.own.words if playing is self.own.player else (f"optimizer={playing.name}",)
        rate = () if playing.rate is None else (f"optimizer.lr={asked.lr!r}",)
        start = f"start=[{','.join(map(repr, point))}]"
        words = (*chosen.words, *optimizer, *rate, start, f"steps={asked.steps}")
        return shlex.join(["python", "-m", "landscape_lab", *words])
