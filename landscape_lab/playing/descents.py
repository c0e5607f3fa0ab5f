"""Short descents from many starts at once, which leave no trace."""

import math
import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int

from landscape_lab.arrangement import arrange
from landscape_lab.chunk import Chunk
from landscape_lab.ensemble import Ensemble
from landscape_lab.errors import explain
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.networks.seeds import all_random
from landscape_lab.optimizers.layouts import Layout
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.playing.players import Player
from landscape_lab.raising import Holes
from landscape_lab.trajectory import Trajectory


class Ways(NamedTuple):
    """Where members were at some steps.

    Args:
        steps: Which, 0 first.
        points: Not finite from where a member diverged.
        losses: The landscape's own.
        ended: Why it ended before its last step; empty where it did not.
    """

    steps: Int[np.ndarray, " kept"]
    points: Float[np.ndarray, "kept members dims"]
    losses: Float[np.ndarray, "kept members"]
    ended: str = ""


class NotTogetherError(ValueError):
    """An optimizer cannot step many members at once."""


def descend(
    landscape: Landscape,
    ensemble: Ensemble,
    player: Player,
    kept: Int[np.ndarray, " kept"],
    *,
    until: float = math.inf,
    together: bool = False,
) -> Ways:
    """Let an optimizer descend from all starts of an ensemble, each at its learning rate.

    Args:
        landscape: Without augmentations; it stays as it is.
        ensemble: Who descends; its first seed is that of the optimizer's random numbers.
        player: The optimizer.
        kept: The steps whose points are kept, 0 first; the last one is the end.
        until: When it ends at the latest, as `time.monotonic` tells.
        together: Whether members have to share an optimizer: one for each takes long.

    Raises:
        NotTogetherError: They cannot.
    """
    with all_random(ensemble.seeds[0]):
        return _descend(landscape, ensemble, player, kept, until, together)


def _descend(
    landscape: Landscape,
    ensemble: Ensemble,
    player: Player,
    kept: Int[np.ndarray, " kept"],
    until: float,
    together: bool,
) -> Ways:
    recipe = Recipe(player.factory, None, int(kept[-1]), player.traits)
    members = landscape.with_members(ensemble.points.to(landscape.flat()))
    members.suit(exact=player.traits.exact)
    verdict, layout = arrange(members, ensemble, recipe)
    if together and not verdict.joint:
        raise NotTogetherError(f"{player.name} needs an optimizer for each start: {verdict.why}")
    parts = list(_chunks(members, layout, kept, until))
    steps, points, losses = (np.concatenate(arrays) for arrays in list(zip(*parts, strict=True))[:3])
    return Ways(steps, points, losses, _ended(parts[-1], int(kept[-1])))


def _ended(end: "_Part", last: int) -> str:
    """Why descents ended before their last step, in words; empty where they did not."""
    steps, _, losses, error = end
    if error is not None:
        return explain(error)
    early = steps[-1] < last and np.isfinite(losses[-1]).any()
    return f"stopped after {steps[-1]:,} steps: time is up" if early else ""


_Part = tuple[np.ndarray, np.ndarray, np.ndarray, Exception | None]


def _chunks(members: Landscape, layout: Layout, kept: np.ndarray, until: float) -> Iterator[_Part]:
    """What is kept of each chunk of steps, and at last of the end, with what the last step raised."""
    last, made, error = int(kept[-1]), 0, None
    trajectory = Trajectory(1, steps=last)
    trajectory.open(*members.flat().shape)
    chunk = Chunk(members, min(last, 1000), trajectory)
    going = True
    while made < last and going:
        error = chunk.run(layout, made, last - made)
        at = kept[(kept >= made) & (kept < made + chunk.number)]
        some = torch.from_numpy(at - made)
        yield at, chunk.points[some].numpy(), chunk.losses[some].numpy(), error
        made += chunk.number
        alive = bool(chunk.losses[chunk.number - 1].isfinite().any())
        going = alive and error is None and time.monotonic() < until
    if error is None:
        yield _end(members, made)


@torch.no_grad()
def _end(members: Landscape, made: int) -> _Part:
    """Where the members are in the end."""
    points = members.flat().clone()
    losses = Holes(members.evaluate)(points)
    return np.array([made]), points.numpy()[None], losses.numpy()[None], None
