"""TensorBoard's HPARAMS table of a whole sweep."""

from collections.abc import Iterable
from pathlib import Path

from omegaconf import OmegaConf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard.summary import hparams as hparams_summaries

from landscape_lab.callbacks.hparams import COMPARED
from landscape_lab.configuration import PARAMETERS, flat_values
from landscape_lab.keys.running import MEASURED
from landscape_lab.runs import Run

SUFFIX = ".sweep"
"""Ends the name of the sweep's own event file."""


def write_hparams(folder: Path, jobs: Iterable[Run]) -> None:
    """Name every parameter of any job: TensorBoard takes the table's columns from the first run it finds.

    Args:
        folder: The sweep's folder, which becomes that first run.
        jobs: The runs of its jobs; each writes its own line of the table into its own events.
    """
    values: dict[str, bool | int | float | str] = {"landscape": "", "optimizer": ""}
    compared = dict.fromkeys(COMPARED)
    for job in jobs:
        compared |= dict.fromkeys(name for name in MEASURED if name in (job.results() or {}))
        if (settings := job.settings()).keys() >= set(PARAMETERS):
            values |= flat_values(OmegaConf.create(settings), PARAMETERS)
    for old in folder.glob(f"events*{SUFFIX}"):
        old.unlink()
    experiment, _, _ = hparams_summaries(values, dict.fromkeys(compared, 0.0))
    writer = EventFileWriter(str(folder), filename_suffix=SUFFIX)
    writer.add_event(Event(summary=experiment))
    writer.close()
