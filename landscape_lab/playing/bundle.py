"""A bundle: what real optimizers did from everywhere, computed once, small enough for a page.

Members are starts × learning rates of each optimizer. A page shows the nearest one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from landscape_lab.drawing.palette import path_color
from landscape_lab.drawing.proportions import map_ratio
from landscape_lab.ensemble import Ensemble
from landscape_lab.errors import tell
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.playing.descents import NotTogetherError, Ways, descend
from landscape_lab.playing.packing import (
    losses_packed,
    paced,
    places_packed,
    shares_of,
    steps_packed,
    verdicts_packed,
)
from landscape_lab.playing.playable import without_augmentations
from landscape_lab.playing.players import Player
from landscape_lab.records.known import evenly
from landscape_lab.scene import Scene

STARTS, RATES, PLACES = 12, 9, 100
"""Starts along the longer side of the window, learning rates, and kept places of a member."""
FEWEST_STARTS, FEWEST_PLACES = 3, 30
STEPS = 2000
"""The most steps of a member."""
STRIDE = 0.5
"""From one rate to the next, in decades."""


class Crowd(NamedTuple):
    """What one optimizer did from all starts at all rates.

    Args:
        player: The optimizer.
        steps: Of each member, `[starts, rates, kept]`, denser where it moves.
        shares: Its places then, as shares of the window; NaN from where it is gone.
        losses: Its losses.
    """

    player: Player
    steps: Int[np.ndarray, "starts rates kept"]
    shares: Float[np.ndarray, "starts rates kept 2"]
    losses: Float[np.ndarray, "starts rates kept"]

    def thinned(self, number: int) -> "Crowd":
        """At most so many of what is kept of each member."""
        at = evenly(self.steps.shape[-1], number)
        return Crowd(self.player, self.steps[..., at], self.shares[:, :, at], self.losses[..., at])


@dataclass(frozen=True)
class Arena:
    """Where the members of a bundle begin, and how far they go.

    Args:
        landscape: Without augmentations.
        scene: In the cells of whose window members begin.
        rates: Of all optimizers that have one.
        steps: Of each member.
        starts: Along the longer side of the window.
    """

    landscape: PointLandscape
    scene: Scene
    rates: tuple[float, ...]
    steps: int
    starts: int

    @property
    def cells(self) -> tuple[int, int]:
        """Columns and rows of starts: cells are as square as they can be."""
        ratio = map_ratio(self.scene)  # height over width
        return (
            max(2, round(self.starts * min(1.0, 1.0 / ratio))),
            max(2, round(self.starts * min(1.0, ratio))),
        )

    @property
    def every(self) -> Int[np.ndarray, " all"]:
        """All steps."""
        return np.arange(self.steps + 1)

    def crowd(self, player: Player) -> Crowd:
        """Let an optimizer descend from all starts.

        Raises:
            NotTogetherError: That takes long, because each member needs an optimizer of its own.
        """
        points = self.scene.plane.points(self.scene.window.centres(*self.cells)).float()
        ensemble = Ensemble(points, None if player.rate is None else self.rates)
        ways = _filled(self._ways(ensemble, player), self.every)
        with np.errstate(invalid="ignore"):  # of members that diverged
            places = self.scene.plane.project(ways.points).swapaxes(0, 1)  # [members, all, 2]
        shares = shares_of(self.scene.window, places)
        at = paced(shares, PLACES)
        shape = len(points), ensemble.shape[1], at.shape[1]
        losses = np.take_along_axis(ways.losses.T, at, axis=1).reshape(shape)
        return Crowd(
            player, at.reshape(shape), np.take_along_axis(shares, at[..., None], 1).reshape(*shape, 2), losses
        )

    def _ways(self, ensemble: Ensemble, player: Player) -> Ways:
        """All members at once; or the members of each rate, where these cannot be together."""
        try:
            return descend(self.landscape, ensemble, player, self.every, together=True)
        except NotTogetherError:
            if ensemble.rates is None:
                raise
        each = [self._ways_at(rate, ensemble, player) for rate in ensemble.rates]
        points = np.stack([ways.points for ways in each], 2)
        losses = np.stack([ways.losses for ways in each], 2)
        return Ways(self.every, points.reshape(len(points), -1, 2), losses.reshape(len(losses), -1))

    def _ways_at(self, rate: float, ensemble: Ensemble, player: Player) -> Ways:
        """The members of one rate."""
        members = replace(ensemble, rates=(rate,))
        ways = descend(self.landscape, members, player, self.every, together=True)
        return _filled(ways, self.every)


def _filled(ways: Ways, kept: np.ndarray) -> Ways:
    """Ways with all kept steps: those that were not made are not finite."""
    points = np.full((len(kept), *ways.points.shape[1:]), np.nan)
    losses = np.full((len(kept), ways.losses.shape[1]), np.nan)
    made = np.isin(ways.steps, kept)
    at = np.searchsorted(kept, ways.steps[made])
    points[at], losses[at] = ways.points[made], ways.losses[made]
    return Ways(kept, points, losses, ways.ended)


def bundle_of(
    landscape: PointLandscape,
    scene: Scene,
    players: Sequence[Player],
    steps: int,
    megabytes: float,
) -> dict[str, object]:
    """The bundle as a page reads it; on standard error a line tells what is being made.

    Args:
        landscape: Its augmentations are left out, and it stays as it is.
        scene: In the cells of whose window members begin.
        players: The optimizers; the rates lie around that of the first.
        steps: At most `STEPS` are made.
        megabytes: How large it may become, of 10⁶ bytes: fewer places and starts are taken then.

    Raises:
        NotTogetherError: Nobody can take part.
    """
    arena = Arena(without_augmentations(landscape), scene, rates_around(players), min(steps, STEPS), STARTS)
    while True:
        crowds, left_out = crowds_of(arena, players)
        if not crowds:
            raise NotTogetherError("; ".join(left_out.values()))
        for number in (PLACES, 70, 50, FEWEST_PLACES):
            section = section_of(arena, crowds, number) | {"left_out": left_out}
            size = len(json.dumps(section))
            if size <= 1e6 * megabytes:
                return section
        if arena.starts <= FEWEST_STARTS:
            tell(f"The playground takes {size / 1e6:.2f} MB, more than callbacks.report.megabytes.")
            return section
        fewer = int(arena.starts * min(0.9, (1e6 * megabytes / size) ** 0.5))
        arena = replace(arena, starts=max(FEWEST_STARTS, fewer))


def rates_around(players: Sequence[Player]) -> tuple[float, ...]:
    """Rates half a decade apart, that of the first player among them, around those of all."""
    own = [player.rate for player in players if player.rate is not None] or [0.01]
    middle = np.log10(min(own) * max(own)) / 2
    lowest = round((middle - np.log10(own[0])) / STRIDE) - RATES // 2
    return tuple(float(f"{own[0] * 10 ** (STRIDE * number):.6g}") for number in range(lowest, lowest + RATES))


def crowds_of(arena: Arena, players: Sequence[Player]) -> tuple[list[Crowd], dict[str, str]]:
    """What the players did, and who did not take part, with the reason."""
    crowds, left_out = [], {}
    columns, rows = arena.cells
    tell(f"The playground: {len(players)} optimizers from {columns} × {rows} starts, {arena.steps:,} steps.")
    for player in players:
        try:
            crowds.append(arena.crowd(player))
        except NotTogetherError as reason:
            left_out[player.name] = str(reason)
    return crowds, left_out


def section_of(arena: Arena, crowds: Sequence[Crowd], number: int) -> dict[str, object]:
    """Crowds for a page, with at most so many places of each member."""
    crowds = [crowd.thinned(number) for crowd in crowds]
    columns, rows = arena.cells
    heights, losses = losses_packed(arena.scene, [crowd.losses for crowd in crowds])
    told = {
        "starts": {"columns": columns, "rows": rows},
        "rates": list(arena.rates),
        "heights": heights,
        "optimizers": [
            {
                "name": crowd.player.name,
                "color": path_color(number + 1),  # the first is that of the run
                "rate": crowd.player.rate,
                "steps": steps_packed(crowd.steps),
                "paths": places_packed(crowd.shares),
                "losses": drawn,
            }
            for number, (crowd, drawn) in enumerate(zip(crowds, losses, strict=True))
        ],
    }
    told["note"] = _note(arena, crowds)
    return told | verdicts_packed(arena.scene, [(crowd.shares, crowd.steps) for crowd in crowds])


def _note(arena: Arena, crowds: Sequence[Crowd]) -> str:
    """How much a bundle holds, and of what."""
    kept = crowds[0].steps.shape[-1] if crowds else 0
    columns, rows = arena.cells
    return (
        f"Computed once by the real optimizers: {len(crowds)} of them from {columns} × {rows} starts at "
        f"{len(arena.rates)} learning rates, {arena.steps:,} steps each, of which {kept} are kept; each "
        "place is exact to a twenty-thousandth of the window, each loss to a thousandth. All go on the "
        "clean landscape: no augmentations of the run, no schedule of its rate; the run's own optimizer as "
        "it is set there, the others as the catalogue has them."
    )
