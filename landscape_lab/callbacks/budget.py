"""The end of a descent that has spent its seconds."""

import pytorch_lightning as pl
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.keys.callbacks import BUDGET
from landscape_lab.records.clock import Clock, Moments


@BUDGET.checks_class
class Budget(pl.Callback):
    """End a descent after so many seconds of stepping, so that optimizers compare at equal costs.

    On a processor these are the seconds that the thread had, whatever else the machine does; elsewhere
    they are those of the clock. They are looked at after each `steps_per_batch` steps. The curves of
    such a run over seconds are over these.

    Args:
        seconds: What may be spent, positive; `None`: no end.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self.clock = Clock()

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: Descent,
        outputs: dict[str, Tensor],
        batch: object,
        batch_idx: int,
    ) -> None:
        spent = self.clock.moments[-1][1] + float(outputs["seconds"])
        self.clock.read(trainer.global_step, spent)
        if self.seconds is not None and spent >= self.seconds and trainer.global_step < pl_module.steps:
            pl_module.end("stopped", f"callbacks.budget, after {self.seconds:g} s as asked")

    def on_train_end(self, trainer: pl.Trainer, pl_module: Descent) -> None:
        pl_module.trajectory.clock = self.clock

    def state_dict(self) -> dict[str, Moments]:
        return {"moments": list(self.clock.moments)}

    def load_state_dict(self, state_dict: dict[str, Moments]) -> None:
        self.clock.moments = list(state_dict["moments"])
