"""CMA-ES through the `cmaes` package."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT, StateDict

from landscape_lab.keys.optimizers import CMA_ES
from landscape_lab.optimizers.rows import evaluate_losses, losses_of, move_to, points_of
from landscape_lab.optimizers.traits import Traits

if TYPE_CHECKING:
    from cmaes import CMA, SepCMA


@CMA_ES.checks_class
class CMAES(Optimizer):
    """Covariance matrix adaptation: one step is one generation.

    The parameters are the mean of its distribution. Each row of a parameter has a distribution of
    its own; candidates of all rows are evaluated together. The distributions and their random
    numbers are part of a checkpoint.

    References: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772; Ros and Hansen,
    "A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity", PPSN 2008 (separable).

    Args:
        params: Parameters, at least two numbers.
        sigma: The first standard deviation, positive.
        candidates: Evaluations in a step, or `None` for 4 + 3 log(dims).
        separable: Whether there is a spread for each number and no covariance. Then time and memory
            grow with dims and not with its square, as networks need, and what is learned is learned
            (dims + 2) / 3 times faster; but a narrow valley at an angle to the axes stays narrow.
    """

    traits: ClassVar[Traits] = Traits(repeats=True, rows=True, gradient_free=True, elsewhere=True)

    def __init__(
        self, params: ParamsT, sigma: float = 0.1, candidates: int | None = None, separable: bool = False
    ) -> None:
        super().__init__(params, {"sigma": sigma, "candidates": candidates, "separable": separable})
        self._rows: list[CMA | SepCMA] = []

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:
        """One generation."""
        if not self._rows:
            self._begin(len(evaluate_losses(closure)))
        means = points_of(self, len(self._rows))
        asked = np.stack(
            [[row.ask() for row in self._rows] for _ in range(self._rows[0].population_size)]
        )  # [candidates, rows, dims]
        losses = losses_of(self, torch.from_numpy(asked).to(means), closure)
        found = losses.double().cpu().numpy()
        for i, row in enumerate(self._rows):
            row.tell([(points[i], float(loss[i])) for points, loss in zip(asked, found, strict=True)])
        move_to(self, torch.from_numpy(np.stack([row.mean for row in self._rows])).to(means))
        return losses.amin(0)

    def state_dict(self) -> StateDict:
        """With the distributions."""
        return {**super().state_dict(), "distributions": [_state_of(row) for row in self._rows]}

    def inner_state(self) -> dict[str, np.ndarray]:
        """The step size of each row `[rows]`, and the standard deviation along each axis `[rows, dims]`."""
        variances = [row._C.diagonal() if row._C.ndim == 2 else row._C for row in self._rows]
        sigma = np.array([row._sigma for row in self._rows])
        return {"sigma": sigma, "deviation": sigma[:, None] * np.sqrt(np.array(variances))}

    def load_state_dict(self, state_dict: StateDict) -> None:
        """With the distributions."""
        super().load_state_dict({name: state_dict[name] for name in ("state", "param_groups")})
        self._rows = []
        for kept in state_dict.get("distributions", []):
            row = self._distribution(np.zeros(len(kept["_mean"])), seed=0)
            _restore(row, kept)
            self._rows.append(row)

    def _begin(self, rows: int) -> None:
        """A distribution around each row, its seed taken from torch's random numbers."""
        for point in points_of(self, rows).double().cpu().numpy():
            if len(point) < 2:
                raise ValueError("CMA-ES needs at least two parameters.")
            self._rows.append(self._distribution(point, seed=int(torch.randint(2**31, ()))))

    def _distribution(self, mean: np.ndarray, seed: int) -> "CMA | SepCMA":
        from cmaes import CMA, SepCMA  # heavy: scipy is not needed before

        settings = self.param_groups[0]
        kind = SepCMA if settings["separable"] else CMA
        return kind(mean, settings["sigma"], seed=seed, population_size=settings["candidates"])


def _state_of(row: "CMA | SepCMA") -> StateDict:
    """All of a distribution, as tensors and numbers.

    The package's own way loses the random numbers, and half of a matrix that is symmetric but for
    rounding.
    """
    state = {name: _plain(value) for name, value in vars(row).items() if name != "_rng"}
    _, *random = row._rng.get_state()
    return {**state, "random": [_plain(value) for value in random]}


def _restore(row: "CMA | SepCMA", state: StateDict) -> None:
    """Give a distribution a state that `_state_of` told."""
    key, *rest = state["random"]
    row._rng.set_state(("MT19937", key.numpy(), *rest))
    for name in vars(row).keys() & state.keys():
        value = state[name]
        setattr(row, name, value.numpy().copy() if isinstance(value, Tensor) else value)


def _plain(value: object) -> object:
    """An array as a tensor, and a NumPy number as Python's."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    return value.item() if isinstance(value, np.generic) else value
