"""The optimizer's state while a descent goes on."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.errors import tell
from landscape_lab.optimizers.closures import Watch
from landscape_lab.optimizers.layouts import Joint, Layout
from landscape_lab.optimizers.remembered import remembered
from landscape_lab.records.series import State
from landscape_lab.records.state_curves import StateCurves, StateSeries


class StateRecorder(pl.Callback):
    """Record what the optimizer remembers after each step whose point the trajectory keeps.

    It looks at the optimizer's own state between its step and that of its schedule; steps are the same to
    the bit with it and without. Of members with an optimizer each, it is that of each member.

    A descent that goes on from a checkpoint goes on with what was recorded. If its first part was not
    recorded, the state is known from there on.

    Args:
        file: Where it goes.
    """

    def __init__(self, file: str | PathLike[str]) -> None:
        self.file = Path(file)
        self._series: StateSeries | None = None
        self._restored: State | None = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        """Look at the optimizers from now on: they are what they will be."""
        members, dims = pl_module.landscape.flat().shape
        trajectory, layout = pl_module.trajectory, pl_module.layout
        trajectory.open(members, dims)  # decides how many records there are
        series = self._series = StateSeries(
            members, dims, trajectory.records, pl_module.steps, trajectory.spacing
        )
        if self._restored is not None:
            series.load_state_dict(self._restored)
        elif trainer.global_step > 0:
            tell(f"The optimizer's state is known from step {trainer.global_step:,} on.")
        layout.watch = _watch(layout, series, trainer.global_step)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: Mapping[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        """A chunk's steps are made, by all members."""
        if self._series is not None:
            self._series.settle()

    def on_fit_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        if self._series is None:
            return
        curves = self._series.curves(before=pl_module.global_step)
        for line in _told(curves, type(pl_module.layout.optimizers[0]).__name__):
            tell(line)
        curves.save(self.file)

    def state_dict(self) -> State:
        """What a checkpoint keeps."""
        return {} if self._series is None else self._series.state_dict()

    def load_state_dict(self, state_dict: State) -> None:
        """What `state_dict` returned, from which training goes on."""
        self._restored = state_dict or None


def _watch(layout: Layout, series: StateSeries, first: int) -> Watch:
    """What looks at the optimizers of a layout, whose next step is the step `first`."""
    steps = [first] * len(layout.optimizers)
    together = layout if isinstance(layout, Joint) else None

    def look(number: int) -> None:
        step = steps[number]
        steps[number] += 1
        if not series.wants(step):
            return
        members = series.members if together else 1
        found = remembered(layout.optimizers[number], layout.parameters(number), members)
        if together and together.rates is not None and "lr" in found.numbers:
            found.numbers["lr"] *= together.rates  # the optimizer runs with a rate of 1
        series.add(step, slice(None) if together else slice(number, number + 1), found)

    return look


def _told(curves: StateCurves, name: str) -> Iterator[str]:
    """What is not there, in a line each."""
    if not curves.vectors and not any(np.ptp(values, axis=0).any() for values in curves.numbers.values()):
        yield f"{name} remembers nothing that changes from step to step: its state is its settings."
    if curves.skipped:
        kinds = ", ".join(f"{entry} ({kind})" for entry, kind in sorted(curves.skipped.items()))
        yield f"Of the state of {name} these are no numbers and are left out: {kinds}."
