"""What was measured of a network, or of shapes, on the way: seldom, because it costs a pass over all data."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from landscape_lab.keys.running import NEARNESS
from landscape_lab.landscapes import Landscape, NetworkLandscape, ShapesLandscape

STEPS = "measured_steps"
PREFIXES = ("measured_", "validation_")
"""What the names of measured arrays begin with."""
RESULTS = {
    "accuracy": "measured_accuracy",
    "validation_loss": "validation_losses",
    "validation_accuracy": "validation_accuracy",
    **{name: f"measured_{name}" for name in NEARNESS},
}
"""What results call the last values of some arrays; each may be an objective."""
CURVES = {array: name for name, array in RESULTS.items()} | {"measured_losses": "measured_loss"}
"""What loggers call the curves of these arrays; those of further metrics keep their names."""


def measure(landscape: Landscape, *, training: bool = True) -> dict[str, Tensor]:
    """Loss and more of the present point, of a network also on data held out, `[members]` each, by array.

    Args:
        landscape: What is descended.
        training: Whether its own data are measured where others are held out.
    """
    points = landscape.flat()
    held_out = landscape.validation if isinstance(landscape, NetworkLandscape) else None
    values = _named(landscape.measure(points), "measured") if training or held_out is None else {}
    if held_out is not None:
        values |= _named(held_out.measure(points), "validation")
    return values


def results_of(landscape: Landscape) -> tuple[str, ...]:
    """Which of `RESULTS` a landscape will have; none if it is neither a network nor made of shapes."""
    if isinstance(landscape, ShapesLandscape):
        return NEARNESS
    if not isinstance(landscape, NetworkLandscape):
        return ()
    known = {f"measured_{name}" for name in landscape.objective.metrics}
    if (held_out := landscape.validation) is not None:
        known |= {"validation_losses", *(f"validation_{name}" for name in held_out.objective.metrics)}
    return tuple(name for name, array in RESULTS.items() if array in known)


def _named(measures: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """`loss` as `measured_losses`, `accuracy` as `measured_accuracy`."""
    return {f"{prefix}_{'losses' if name == 'loss' else name}": value for name, value in measures.items()}


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


def of_members(measured: Mapping[str, np.ndarray], some: np.ndarray) -> dict[str, np.ndarray]:
    """Measured arrays `[n, members]` of some members; `measured_steps` `[n]` are those of all."""
    return {name: values[:, some] if values.ndim > 1 else values for name, values in measured.items()}
