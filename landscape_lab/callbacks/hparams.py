"""TensorBoard's HPARAMS tab."""

import pytorch_lightning as pl
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard.summary import hparams as hparams_summaries

from landscape_lab import results
from landscape_lab.callbacks.tensorboard import tensorboards
from landscape_lab.descent import Descent
from landscape_lab.escaping import fenced
from landscape_lab.keys.running import MEASURED
from landscape_lab.records.measured import results_of

COMPARED = ("final_loss", "best_loss", "distance_to_minimum", "evaluations", "steps_per_second")
"""The results by which TensorBoard's HPARAMS tab compares runs; of networks also what is measured."""


def final(name: str) -> str:
    """The tag of a result: single numbers stand apart from the curves."""
    return f"final/{name}"


class HParams(pl.Callback):
    """Fill TensorBoard's HPARAMS tab and keep the composed configuration as text.

    The metrics' names are registered at the start, their values written at the end into the same file.

    Args:
        parameters: What the tab lists, in this order: numbers, words and truth values.
        text: The whole configuration, as YAML.
    """

    def __init__(self, parameters: dict[str, bool | int | float | str], text: str) -> None:
        self.parameters = parameters
        self.text = text

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        for logger in tensorboards(trainer):
            compared = dict.fromkeys(map(final, (*COMPARED, *results_of(pl_module.landscape))), 0.0)
            experiment, start, self._end = hparams_summaries(self.parameters, compared)
            writer = logger.experiment._get_file_writer()
            writer.add_summary(experiment)
            writer.add_summary(start)
            logger.hparams.update(self.parameters)
            logger.experiment.add_text("configuration", fenced(self.text, "yaml"))

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        for logger in tensorboards(trainer):
            writer = logger.experiment._get_file_writer()
            metrics = results.metrics(pl_module)
            values = [
                Summary.Value(tag=final(name), simple_value=metrics[name])
                for name in (*COMPARED, *MEASURED)
                if metrics.get(name) is not None
            ]
            writer.add_summary(Summary(value=values), trainer.global_step)
            writer.add_summary(self._end)
