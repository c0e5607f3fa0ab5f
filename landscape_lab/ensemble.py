"""Many descents of one landscape in one tensor: each start with each learning rate and each seed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from landscape_lab.keys.running import ENSEMBLE
from landscape_lab.landscapes.base import Landscape
from landscape_lab.validation import check_number

LISTED = 16
"""Points of more numbers are not listed: they are in the trajectory."""


@dataclass(frozen=True)
class Ensemble:
    """The members of a landscape: the product of starts, learning rates and seeds.

    The seed varies fastest, then the rate, then the start: member `m` is
    `np.unravel_index(m, ensemble.shape)`.

    Args:
        starts: `[n, dims]`.
        rates: Learning rates, or `None` for the optimizer's own.
        seeds: Members of one seed see the same noise, that of a single descent with this seed.
        layout: `joint`, one optimizer for all; `separate`, one for each; or `auto`, joint where a
            trial shows that it is right.
        initial: Where members of each seed begin, `[seeds, dims]`, instead of the only start: the
            initial weights of a network.

    >>> ensemble = Ensemble(torch.zeros(2, 2), rates=(0.1, 0.2, 0.3), seeds=(0, 1))
    >>> len(ensemble), [int(place) for place in np.unravel_index(9, ensemble.shape)]
    (12, [1, 1, 1])
    """

    starts: Float[Tensor, "n dims"]
    rates: tuple[float, ...] | None = None
    seeds: tuple[int, ...] = (0,)
    layout: str = "auto"
    initial: Float[Tensor, "seeds dims"] | None = None

    def __len__(self) -> int:
        return math.prod(self.shape)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many starts, learning rates and seeds there are."""
        return len(self.starts), 1 if self.rates is None else len(self.rates), len(self.seeds)

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The number of each member's start, rate and seed, `[members]` each."""
        start, rate, seed = np.unravel_index(np.arange(len(self)), self.shape)
        return start, rate, seed

    def sample(self, most: int) -> "Ensemble":
        """At most so many of the members, evenly among them, at no learning rate of their own."""
        seeds = self.seeds[:most]
        some = torch.linspace(0, len(self.starts) - 1, min(len(self.starts), most // len(seeds))).long()
        initial = None if self.initial is None else self.initial[: len(seeds)]
        return Ensemble(self.starts[some], None, seeds, self.layout, initial)

    def columns(self) -> dict[str, np.ndarray]:
        """What tells members apart, `[members]` each."""
        start, rate, seed = self.places
        rates = {} if self.rates is None else {"lr": np.asarray(self.rates)[rate]}
        return {"start": start, **rates, "seed": np.asarray(self.seeds)[seed]}

    @property
    def points(self) -> Float[Tensor, "members dims"]:
        """Where each member begins."""
        start, _, seed = self.places
        if self.initial is not None:
            return self.initial[torch.from_numpy(seed)]
        return self.starts[torch.from_numpy(start)]

    @property
    def rate_of_member(self) -> list[float] | None:
        """The learning rate of each member."""
        return None if self.rates is None else np.asarray(self.rates)[self.places[1]].tolist()

    @property
    def seed_of_member(self) -> list[int]:
        """The seed of each member."""
        return np.asarray(self.seeds)[self.places[2]].tolist()


@ENSEMBLE.checks
def make_ensemble(
    landscape: Landscape,
    starts: Any = None,
    lr: Any = None,
    seeds: Any = None,
    layout: str = "auto",
    seed: int = 0,
) -> Ensemble:
    """The ensemble that a configuration describes.

    Args:
        landscape: Tells the bounds, and the starts where none are given.
        starts: `{"grid": [columns, rows]}`, the centres of such cells of the bounds, row by row;
            `{"random": n}`, uniform in the bounds, which counts if both are given; `None` for the
            landscape's own.
        lr: A list, or `{"low": …, "high": …, "num": …}`, evenly spaced on a logarithmic scale;
            `None` for the optimizer's own.
        seeds: A list, or how many, from `seed` on; `None` for `seed` alone.
        layout: See `Ensemble`.
        seed: Of the run; also of random starts.

    Raises:
        ValueError: One of them is none of these.
    """
    begins, all_seeds = _starts(landscape, starts, seed), _seeds(seeds, seed)
    initial = None
    draw_weights: Any = getattr(landscape, "initial_weights", None)  # of networks
    if starts is None and all_seeds != (seed,) and draw_weights is not None:
        initial = draw_weights(all_seeds)
        begins = initial[:1]
    return Ensemble(begins, _rates(lr), all_seeds, layout, initial)


def _starts(landscape: Landscape, starts: Any, seed: int) -> Tensor:
    if starts is None:
        return landscape.flat().clone() if landscape.start is None else landscape.start
    if hasattr(landscape, "initial_weights"):
        return _initial_weights(landscape, starts, seed)
    dims, bounds = landscape.flat().shape[1], landscape.bounds
    given = (
        [kind for kind in ("random", "grid") if starts.get(kind) is not None]
        if isinstance(starts, Mapping)
        else []
    )
    if not given or bounds is None or starts.keys() - {"random", "grid"}:
        raise ValueError(
            f"Parameter `ensemble.starts` should be a list, {{grid: [columns, rows]}} or {{random: n}}. "
            f"Found `{starts}`."
        )
    low, high = bounds.cpu()
    if given[0] == "random":
        shares = torch.rand(starts["random"], dims, generator=torch.Generator().manual_seed(seed))
        return low + shares * (high - low)
    cells = starts["grid"]
    if not isinstance(cells, Sequence) or len(cells) != dims:
        raise ValueError(
            f"Parameter `ensemble.starts.grid` should be {dims} whole numbers, one for each axis. "
            f"Found `{cells}`."
        )
    axes = [(torch.arange(number) + 0.5) / number for number in cells]
    shares = torch.cartesian_prod(*reversed(axes)).flip(-1)  # along the first axis fastest
    return low + shares * (high - low)


def _initial_weights(landscape: Any, starts: Any, seed: int) -> Tensor:
    """Starts of a network: a window that a grid could fill, there is none."""
    number = starts.get("random") if isinstance(starts, Mapping) else None
    if number is None:
        raise ValueError(
            "Parameter `ensemble.starts` should be {random: n} for a network: n initial weights, "
            f"ensemble=starts ensemble.starts.random=8. Found `ensemble.starts = {starts}`."
        )
    return landscape.initial_weights(range(seed, seed + number))


def _rates(lr: Any) -> tuple[float, ...] | None:
    if lr is None:
        return None
    if isinstance(lr, Mapping):
        check_number("ensemble.lr.high", lr["high"], low=lr["low"])
        return tuple(float(f"{rate:.6g}") for rate in np.geomspace(lr["low"], lr["high"], lr["num"]))
    return tuple(float(rate) for rate in lr)


def _seeds(seeds: Any, seed: int) -> tuple[int, ...]:
    if seeds is None:
        return (seed,)
    return tuple(range(seed, seed + seeds)) if isinstance(seeds, int) else tuple(seeds)
