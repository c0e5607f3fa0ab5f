"""The records of some steps in a row, in tensors made once."""

from collections.abc import Callable

import torch
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.optimizers.layouts import Layout

CHUNK_MEMORY = 2**26
"""The most bytes that the points and gradients of one chunk of steps take."""


class Chunk:
    """The records of some steps in a row, in tensors made once.

    Args:
        landscape: What is descended.
        size: The most steps; fewer where they would take too much memory.
    """

    def __init__(self, landscape: Landscape, size: int) -> None:
        flat = landscape.flat()
        self.landscape = landscape
        self.size = max(1, min(size, CHUNK_MEMORY // (8 * flat.numel())))
        self.points = flat.new_empty(self.size, *flat.shape)
        self.gradients = flat.new_zeros(self.size, *flat.shape)
        self.losses = flat.new_empty(self.size, len(flat))
        self.rows = list(zip(self.points.unbind(), self.losses.unbind(), self.gradients.unbind(), strict=True))
        self.number = 0
        self.calls: list[int] = []
        self.losses_only = 0
        self.rates: list[float] = []

    def run(self, layout: Layout, number: int, advance: Callable[[], None] | None) -> Exception | None:
        """Make `number` steps, or as many as go well, and return the error of the one that did not.

        The record of a step is of the point where it begins: the first evaluation within it, unless the optimizer notes another.
        """
        landscape, calls, backward = self.landscape, 0, layout.backward
        flat, flat_gradient, total = landscape.flat, landscape.flat_gradient, self._total(layout)
        self.number, self.calls, self.losses_only, self.rates = number, [], 0, []

        def step() -> None:
            if advance is not None:
                advance()
            self.rates.append(layout.rate)
            layout.step(closure)  # type: ignore[arg-type]

        def closure() -> Tensor:
            nonlocal calls
            loss = backward()
            if calls == 0:
                row[1].copy_(loss)
                row[2].copy_(flat_gradient().detach())
            calls += 1
            return total(loss)

        def losses() -> Tensor:
            nonlocal calls
            loss = self._seen(flat())
            if calls == 0:
                row[1].copy_(loss)
            calls += 1
            self.losses_only += 1
            return total(loss)

        def note(losses: Tensor | None = None, gradients: Tensor | None = None) -> None:
            row[1].copy_(self._seen(row[0]) if losses is None else losses)
            if gradients is not None:
                row[2].copy_(gradients)

        closure.losses, closure.note = losses, note  # type: ignore[attr-defined]
        for row in self.rows[:number]:
            row[0].copy_(flat())
            calls = 0
            error = _raised(step)
            self.calls.append(calls)
            if calls == 0:
                note()
            if error is not None:
                self.number = len(self.calls)
                return error
        return None

    @torch.no_grad()
    def _seen(self, points: Tensor) -> Tensor:
        """The losses `[members]` at points `[members, dims]` as the optimizer sees them in this step."""
        augmented = self.landscape.augmented
        return self.landscape.evaluate(points) if augmented is None else augmented.evaluate(points)

    def _total(self, layout: Layout) -> Callable[[Tensor], Tensor]:
        """What the closure returns of the members' losses `[members]`."""
        if layout.rows:
            return Tensor.detach
        return Tensor.squeeze if self.losses.shape[1] == 1 else Tensor.sum

    def finite_steps(self) -> Tensor | None:
        """How many steps each member made before point, loss or gradient was not finite, `[members]`; `None`: all."""
        points, losses, gradients = (kept[: self.number] for kept in (self.points, self.losses, self.gradients))
        if all(
            bool(kept.sum().isfinite()) for kept in (points, losses, gradients)
        ):  # one number is waited for, not all looked at
            return None
        finite = (points.isfinite() & gradients.isfinite()).all(-1) & losses.isfinite()
        return finite.long().cumprod(0).sum(0)

    def forget_after(self, finite: Tensor) -> None:
        """What a member is said to do after its first record that is not finite is nothing."""
        after = torch.arange(self.number, device=finite.device).unsqueeze(-1) > finite
        for kept in (self.points, self.losses, self.gradients):
            kept[: self.number][after] = torch.nan

    def outputs(self, first: int, evaluations: int, records: int) -> dict[str, Tensor]:
        """The first `records` records, after `first` steps and so many evaluations."""
        made = torch.tensor([evaluations, *self.calls]).cumsum(0)
        return {
            "steps": torch.arange(first, first + records),
            "points": self.points[:records],
            "losses": self.losses[:records],
            "gradients": self.gradients[:records],
            "evaluations": made[:records],
        }


def _raised(step: Callable[[], None]) -> Exception | None:
    """Make a step and return what it raised: an optimizer may raise anything, and the descent keeps what was made before."""
    try:
        step()
    except Exception as error:  # noqa: BLE001
        return error
    return None
