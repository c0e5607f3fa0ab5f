"""The draw of a network's step: a minibatch, dropout, one update of running statistics."""

from collections.abc import Sequence

from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.seeds import Purpose, seed_of
from landscape_lab.landscapes.networks.trees import Batch


class Draws:
    """What the present step sees: a pure function of (seed, step), so that nothing of it is saved.

    Args:
        batches: Where minibatches come from.
        seeds: One for each member.
        random: Whether the model draws random numbers (dropout).

    Attributes:
        step: The present step.
        evaluated: Whether an evaluation of this step was made. The first one updates running
            statistics, later ones (a line search, a second gradient) do not: a step counts once,
            whatever the optimizer asks.
    """

    def __init__(self, batches: Batches, seeds: Sequence[int], random: bool) -> None:
        self.batches = batches
        self.seeds = tuple(seeds)
        self.random = random
        self.step = -1
        self.stepping = False
        self.evaluated = False
        self._batch: tuple[Batch, bool] | None = None

    def see(self, step: int | None) -> None:
        """Move to the draw of a step; with `None`, each evaluation moves on by itself."""
        self.stepping = step is not None
        if step is not None:
            self._move_to(step)

    def begin(self) -> bool:
        """Begin an evaluation; whether it is the first of its step."""
        if not self.stepping:
            self._move_to(self.step + 1)
        first, self.evaluated = not self.evaluated, True
        return first

    def batch(self) -> tuple[Batch, bool]:
        """The present minibatch, and whether each member has its own in the first dimension."""
        if not self.batches.stochastic:
            return self.batches.batch(0, self.seeds)
        if self._batch is None:
            self._batch = self.batches.batch(max(self.step, 0), self.seeds)
        return self._batch

    def model_seeds(self) -> list[int] | None:
        """The seed of each member's dropout in this step; `None` where the model draws nothing."""
        return (
            [seed_of(seed, Purpose.MODEL, max(self.step, 0)) for seed in self.seeds] if self.random else None
        )

    def seeds_of(self, members: int, seeds: Sequence[int] | None) -> tuple[int, ...]:
        """The seeds of so many members, if none are given those of the present first one.

        Raises:
            ValueError: There are more or fewer.
        """
        seeds = [self.seeds[0]] * members if seeds is None else seeds
        if len(seeds) != members:
            raise ValueError(
                f"Parameter `seeds` should have one for each member, {members}. Found {len(seeds)}."
            )
        return tuple(seeds)

    def forget(self) -> None:
        """The data moved to another device or precision: take the minibatch from there."""
        self._batch = None

    def _move_to(self, step: int) -> None:
        self.step, self.evaluated, self._batch = step, False, None
