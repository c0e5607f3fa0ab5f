"""How the members of an ensemble ended."""

from dataclasses import dataclass
from functools import cached_property
from os import PathLike

import numpy as np

from landscape_lab.ensemble import LISTED, Ensemble
from landscape_lab.outcomes.good_rates import GoodRates, good_rates
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.tables import write_csv


@dataclass(frozen=True)
class Outcomes:
    """How each member ended, `[members]` each.

    Args:
        ensemble: Who they are.
        points: Where they ended, `[members, dims]`.
        final_loss: Infinite where a member diverged or failed.
        best_loss: The lowest on the way.
        steps_to_target: The first step at which the loss was no higher than the target; infinite
            where it never was, or where there is no target.
        distance: To the nearest known minimum at the end; infinite where none is known.
        status: `completed`, `stopped`, `pruned`, `diverged` or `failed`.
        begin: The median loss at the start.
    """

    ensemble: Ensemble
    points: np.ndarray
    final_loss: np.ndarray
    best_loss: np.ndarray
    steps_to_target: np.ndarray
    distance: np.ndarray
    status: np.ndarray
    begin: float

    @property
    def best_rate(self) -> float | None:
        """The middle of the widest interval of good learning rates; `None` where there is none."""
        return None if self.good_rates is None else self.good_rates.best

    @cached_property
    def good_rates(self) -> GoodRates | None:
        """The widest interval of good learning rates; `None` where members have none, or all diverged."""
        if (rates := self.ensemble.rates) is None:
            return None
        return good_rates(np.asarray(rates), self.by_rate(self.final_loss), self.begin)

    @property
    def _best_place(self) -> int:
        """The number of the best rate; the first where none is better than others."""
        rates = self.ensemble.rates
        return 0 if rates is None or self.best_rate is None else rates.index(self.best_rate)

    def by_rate(self, values: np.ndarray) -> np.ndarray:
        """Values `[members]` as `[rates, starts × seeds]`."""
        return values.reshape(self.ensemble.shape).swapaxes(0, 1).reshape(self.ensemble.shape[1], -1)

    def typical(self, values: np.ndarray) -> float:
        """The median over starts and seeds, at the best learning rate."""
        return float(typical(self.by_rate(values)[self._best_place]))

    def representative(self) -> int:
        """The member that ended with the median loss at the best learning rate."""
        members = self.by_rate(np.arange(len(self.ensemble)))[self._best_place]
        losses = self.final_loss[members]
        return int(members[np.argsort(losses, kind="stable")[(len(losses) - 1) // 2]])

    @property
    def diverged_fraction(self) -> float:
        """The share of members that diverged or failed."""
        return float(self.lost.mean())

    @property
    def lost(self) -> np.ndarray:
        """Who diverged or failed, `[members]`."""
        return np.isin(self.status, ("diverged", "failed"))

    def columns(self) -> dict[str, np.ndarray]:
        """All of it, in columns: the table `members.csv`."""
        known = self.ensemble.columns()
        dims = self.points.shape[1]
        names = ["x", "y"] if dims == 2 else [f"x{axis}" for axis in range(dims)]
        names = names if dims <= LISTED else []
        begins = self.ensemble.starts.cpu().numpy()[known["start"]]
        return {
            "member": np.arange(len(self.ensemble)),
            **known,
            **{f"start_{name}": begins[:, axis] for axis, name in enumerate(names)},
            "status": self.status,
            "final_loss": self.final_loss,
            "best_loss": self.best_loss,
            "steps_to_target": self.steps_to_target,
            "distance_to_minimum": np.where(
                np.isfinite(self.distance), self.distance, np.nan
            ),  # nothing is that far
            **{f"final_{name}": self.points[:, axis] for axis, name in enumerate(names)},
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write the table as CSV."""
        columns = self.columns()
        lines = zip(*(values.tolist() for values in columns.values()), strict=True)
        write_csv(path, columns, lines, digits=9)
