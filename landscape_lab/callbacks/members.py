"""What many members give: a table, the spread of losses, the sensitivity to the learning rate."""

from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
import pytorch_lightning as pl

from landscape_lab import results
from landscape_lab.callbacks.looks import Drawing
from landscape_lab.descent import Descent
from landscape_lab.drawing.sensitivity import Sensitivity, sensitivity_figure
from landscape_lab.files.writing import replacing
from landscape_lab.outcomes.members import Outcomes
from landscape_lab.outcomes.quantiles import QUARTILES, quantiles, typical
from landscape_lab.tables import write_csv
from landscape_lab.trajectory import Trajectory

TABLE_MEMBERS = 100_000
"""The most members that are listed in a text file."""
DECILES = (0.1, *QUARTILES, 0.9)


class Members(pl.Callback, Drawing):
    """Write `members.csv` and `quantiles.csv` of an ensemble at its end.

    With several learning rates also `lr.csv` and `lr.png`.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if len(pl_module.ensemble) == 1:
            return
        outcomes, trajectory = results.outcomes(pl_module), pl_module.trajectory
        if len(pl_module.ensemble) <= TABLE_MEMBERS:
            outcomes.save(self.folder / "members.csv")
        else:
            with replacing(self.folder / "members.npz") as unfinished:
                np.savez(unfinished, allow_pickle=False, **outcomes.columns())
        _write(self.folder / "quantiles.csv", _quantiles(trajectory))
        if outcomes.ensemble.shape[1] > 1:
            _write(self.folder / "lr.csv", _by_rate(outcomes))
            self.draw(trainer, "lr", partial(sensitivity_figure, _sensitivity(outcomes, trajectory)))


def _write(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write columns of one length as a table."""
    write_csv(path, columns, zip(*(values.tolist() for values in columns.values()), strict=True), digits=9)


def _quantiles(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """The losses of all members at each record; who diverged counts as infinite."""
    names = ["best", *(f"quantile_{share:g}" for share in DECILES)]
    rows = [quantiles(np.nan_to_num(losses, nan=np.inf), (0.0, *DECILES)) for losses in trajectory.losses]
    return {"step": trajectory.steps} | dict(zip(names, np.array(rows).T, strict=True))


def _sensitivity(outcomes: Outcomes, trajectory: Trajectory) -> Sensitivity:
    """What the figure of learning rates shows."""
    return Sensitivity(
        trajectory.label,
        np.asarray(outcomes.ensemble.rates),
        outcomes.by_rate(outcomes.final_loss),
        outcomes.by_rate(outcomes.best_loss),
        outcomes.by_rate(outcomes.lost).mean(axis=1),
        outcomes.begin,
        outcomes.good_rates,
    )


def _by_rate(outcomes: Outcomes) -> dict[str, np.ndarray]:
    """How each learning rate did, over starts and seeds."""
    columns = {"lr": np.asarray(outcomes.ensemble.rates)}
    for name, values in (("final_loss", outcomes.final_loss), ("best_loss", outcomes.best_loss)):
        quartiles = quantiles(outcomes.by_rate(values), QUARTILES)
        columns |= dict(
            zip((f"{name}_quartile_1", f"{name}_median", f"{name}_quartile_3"), quartiles, strict=True)
        )
    columns["steps_to_target_median"] = typical(outcomes.by_rate(outcomes.steps_to_target))
    columns["diverged_fraction"] = (outcomes.by_rate(outcomes.lost)).mean(axis=1)
    return columns
