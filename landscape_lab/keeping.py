"""The results of a descent are kept before anything is drawn of it."""

from collections.abc import Mapping

import pytorch_lightning as pl
from omegaconf import DictConfig

from landscape_lab import results
from landscape_lab.callbacks import Products, Sharpness
from landscape_lab.descent import Descent
from landscape_lab.files.weights import LAST, save_weights
from landscape_lab.landscapes import NetworkLandscape, ShapesLandscape
from landscape_lab.process.stopping import signals
from landscape_lab.raising import raised
from landscape_lab.rates.search import RateSearch
from landscape_lab.runs import Run


class LowerRate(Exception):
    """A descent diverged at the rate that was chosen; nothing is drawn of it, as a lower rate comes next.

    Args:
        search: What is left of the search, with the lower rate.
    """

    def __init__(self, search: RateSearch) -> None:
        super().__init__()
        self.search = search


class Keeper(pl.Callback):
    """Write what a descent found, once before its pictures and once after them.

    A picture may fail or be killed, and nothing is lost. Until the pictures are made, `results.json`
    holds `unfinished`, so that a run with `resume` draws them.

    It has to be the first of the callbacks: what others measure, they measure when training ends; what
    they draw, they draw when fitting ends.

    Until everything is built, the optimizer too, nothing is written: what is refused leaves the folder
    as it was.

    Args:
        run: Where it goes.
        known: Results that are known before the descent, such as what the landscape is called.
        configuration: What the run is, as it is kept in its folder.
        hydra: Hydra's own part of it.

    Attributes:
        search: Where the learning rate was found, if it was.
        retreats: How many lower rates may follow one at which the descent diverges.
    """

    def __init__(
        self, run: Run, known: Mapping[str, object], configuration: DictConfig, hydra: DictConfig
    ) -> None:
        self.run = run
        self.known = dict(known)
        self.configuration = configuration
        self.hydra = hydra
        self.search: RateSearch | None = None
        self.retreats = 0
        self.found: dict[str, object] = {}

    def note_search(self, search: RateSearch | None) -> float | None:
        """Keep how the learning rate was found, if it was, and return the rate."""
        self.search = search
        if search is None:
            return None
        self.known |= {"lr": search.chosen, "lr_search": search.told()}
        return search.chosen

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.ckpt_path is None:
            self.run.forget()
        self.run.write_configuration(self.configuration, self.hydra)
        self.run.search_file.unlink(missing_ok=True)
        if self.search is not None:
            self.search.save(self.run.search_file)

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self.search is not None and self.retreats > 0 and pl_module.ending.status == "diverged":
            raise LowerRate(self.search.retreat(pl_module.global_step, pl_module.tally.evaluations))
        pl_module.trajectory.save(self.run.trajectory_file)
        landscape = pl_module.landscape
        if isinstance(landscape, NetworkLandscape | ShapesLandscape):  # of many, the representative's
            member = results.outcomes(pl_module).representative()
            save_weights(landscape.state_of(member), self.run.folder / LAST)
        self.found = self._results(pl_module)
        self.run.write_results({**self.found, "unfinished": True})
        signals.settle("before its pictures were drawn")

    def finish(self, descent: Descent) -> dict[str, object]:
        """Write the results, and what the pictures found, once these are made.

        Returns:
            The content of `results.json`.
        """
        found = self.found | Products.told_of(descent.trainer)
        self.run.write_results(found)
        return found

    def _results(self, descent: Descent) -> dict[str, object]:
        found = {**self.known, **results.metrics(descent), **results.details(descent)}
        found |= Sharpness.told(descent.trainer)
        if (error := descent.ending.error) is not None and descent.ending.status == "failed":
            found["error"] = raised(error)
        return found
