"""A whole sweep in TensorBoard."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from omegaconf import OmegaConf
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard.summary import hparams as hparams_summaries
from torch.utils.tensorboard.summary import text
from torch.utils.tensorboard.writer import FileWriter

from landscape_lab.callbacks.hparams import COMPARED, final
from landscape_lab.callbacks.tensorboard import image_summary, lossy
from landscape_lab.configuration.composed import PARAMETERS, compared_values
from landscape_lab.drawing.look import card_file
from landscape_lab.keys.running import MEASURED
from landscape_lab.runs import Run

SUFFIX = ".sweep"
"""Ends the name of the sweep's own event file."""


def write_events(folder: Path, jobs: Iterable[Run]) -> None:
    """Show a sweep in TensorBoard: its table in HPARAMS, its pictures in IMAGES, its leaderboard in TEXT.

    Every parameter of any job is named: TensorBoard takes the table's columns from the first run it finds.

    Args:
        folder: The sweep's folder, which becomes that first run; what is shown of it has been written.
        jobs: The runs of its jobs; each writes its own line of the table into its own events.
    """
    values: dict[str, bool | int | float | str] = {"landscape": "", "optimizer": ""}
    compared = dict.fromkeys(COMPARED)
    for job in jobs:
        compared |= dict.fromkeys(name for name in MEASURED if name in (job.results() or {}))
        if (settings := job.settings()).keys() >= set(PARAMETERS):
            values |= compared_values(OmegaConf.create(settings), {}, job.overrides())
    _forget(folder)
    experiment, _, _ = hparams_summaries(values, dict.fromkeys(map(final, compared), 0.0))
    with lossy():
        writer = FileWriter(str(folder), filename_suffix=SUFFIX)
    for summary in (experiment, *_pages(folder)):
        writer.add_summary(summary)
    writer.close()


def _forget(folder: Path) -> None:
    """Remove what was shown of the sweep before."""
    for old in folder.glob(f"events*{SUFFIX}"):
        old.unlink()


def _pages(folder: Path) -> Iterator[Summary]:
    """What can be looked at of a sweep."""
    for file in sorted(
        [*folder.glob("race.png"), *folder.glob("plane_*.png"), *folder.glob("connectivity.png")]
    ):
        card = card_file(file)
        yield image_summary(file.stem, (card if card.is_file() else file).read_bytes())
    if (table := folder / "leaderboard.md").is_file():
        yield text("leaderboard", table.read_text())
