"""What was measured of a network on the way: seldom, because it costs a pass over all data."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

STEPS = "measured_steps"
PREFIXES = ("measured_", "validation_")
"""What the names of measured arrays begin with."""


class Measured:
    """Losses and metrics of all data at some steps, in the order of the steps.

    Attributes:
        steps: At which steps.
        values: The values `[members]` at each of them, by name: `measured_losses`, `validation_accuracy`, ….

    >>> measured = Measured()
    >>> measured.add(0, {"measured_losses": torch.tensor([2.0])})
    >>> measured.add(50, {"measured_losses": torch.tensor([0.5])})
    >>> measured.arrays()["measured_steps"], measured.last("measured_losses")
    (array([ 0, 50]), array([0.5], dtype=float32))
    """

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.values: dict[str, list[Tensor]] = {}

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, step: int, values: Mapping[str, Tensor]) -> None:
        """What was measured at a step, `[members]` each; each step gives the same names."""
        self.steps.append(step)
        for name, value in values.items():
            self.values.setdefault(name, []).append(value.detach().to("cpu", torch.float32))

    def last(self, name: str) -> np.ndarray | None:
        """The last values of a quantity, `[members]`, or `None` where it was never measured."""
        return self.values[name][-1].numpy() if self.values.get(name) else None

    def arrays(self) -> dict[str, np.ndarray]:
        """`measured_steps` `[n]`, int64, and each quantity `[n, members]`, float32."""
        if not self.steps:
            return {}
        steps = {STEPS: np.array(self.steps, dtype=np.int64)}
        return steps | {name: torch.stack(values).numpy() for name, values in self.values.items()}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Measured":
        """What `arrays` gave.

        Raises:
            ValueError: There is not a value for each step.
        """
        measured = cls()
        steps = arrays.get(STEPS, np.empty(0, dtype=np.int64))
        if any(len(values) != len(steps) for values in arrays.values()):
            raise ValueError("its arrays do not fit together")
        measured.steps = steps.tolist()
        measured.values = {
            name: list(torch.from_numpy(values)) for name, values in arrays.items() if name != STEPS
        }
        return measured

    def state_dict(self) -> dict[str, Tensor]:
        """Tensors only."""
        return {name: torch.from_numpy(values) for name, values in self.arrays().items()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state_dict` returned."""
        kept = Measured.of({name: values.numpy() for name, values in state.items()})
        self.steps, self.values = kept.steps, kept.values
