"""Whether the members of a landscape may share one optimizer, found out by trying it."""

import inspect
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from landscape_lab.landscapes.gradients import Evaluate
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.optimizers.building import Factory
from landscape_lab.optimizers.layouts import Joint, with_rate
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.optimizers.traits import Traits

STEPS = 240
"""How long the members are watched: some optimizers join them only after a while."""
CONCLUSIVE = 40
"""How many steps at least."""
STARTS = ((1.0, -0.7), (-1.6, 0.4), (0.3, 1.1), (-0.4, -1.3))
"""Where the members of the trial begin."""
MULTIPLES = (0.3, 1.0, 1.7, 0.6)
"""Their learning rates, as multiples of the optimizer's own."""
DIVERGENCE = 200
"""The step before which the last member diverges: the others must not be disturbed."""
ROUNDING = 5000
"""How many units in the last place are never a difference."""
NUDGE = 200
"""By how many a descent is nudged after each step, to see what becomes of rounding."""
CHAOS = 1e-3
"""Where nudges have grown to this, no comparison tells anything."""


@dataclass(frozen=True)
class Verdict:
    """What the trial of an optimizer found.

    Args:
        joint: Whether members may share it.
        draws: Whether it draws random numbers.
        why: In words.
    """

    joint: bool
    draws: bool
    why: str


_VERDICTS: dict[tuple[Any, ...], Verdict] = {}


def try_joint(optimizer: Factory, traits: Traits, scheduler: SchedulerFactory | None = None, *, rates: bool = False) -> Verdict:
    """Compare members that share an optimizer with the same descents made one by one; in float64, on a valley of two numbers.

    The two differ by rounding even where sharing is right, and a descent may amplify that without bound. So where they part, the
    descents are made once more, nudged after each step by more than rounding: a difference that the nudges do not reach is one of
    structure. What was found is remembered for each class and its settings.

    Args:
        optimizer: The class with its settings.
        traits: How it wants to be called.
        scheduler: The schedule of its learning rate, if there is one.
        rates: Whether members have learning rates of their own.

    >>> try_joint(torch.optim.Adam, Traits(), rates=True).joint
    True
    >>> try_joint(torch.optim.LBFGS, Traits(repeats=True)).joint
    False
    """
    if _key(scheduler)[0] is ReduceLROnPlateau:
        return Verdict(False, True, "its schedule follows the loss")
    key = (*_key(optimizer), *_key(scheduler), rates)
    if key not in _VERDICTS:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _VERDICTS[key] = _try(optimizer, traits, scheduler, rates)
    return _VERDICTS[key]


def _key(factory: Any) -> tuple[Any, ...]:
    """A class and its settings, but for the learning rate: of a trial it is only the scale."""
    if not isinstance(factory, partial):
        return factory, "[]"
    return factory.func, repr(sorted((name, value) for name, value in factory.keywords.items() if name != "lr"))


def _try(optimizer: Factory, traits: Traits, scheduler: SchedulerFactory | None, rates: bool) -> Verdict:
    """The first trial that is conclusive: at the optimizer's own rate, or at a lower one where that diverges."""
    own, draws = own_rate(optimizer) or (1e-3 if rates else None), False
    for multiple in (1.0, 0.1, 0.01, 0.001) if own else (1.0,):
        for dtype in (torch.float64, torch.float32):
            trial = _Trial(optimizer, traits, scheduler, own * multiple if own else None, rates, dtype)
            try:
                draws |= trial.draws()
            except Exception as error:  # noqa: BLE001 - a class may raise anything; some do not work in float64
                why = f"it raises {type(error).__name__}"
                continue
            if draws:
                return Verdict(False, True, "it draws random numbers")
            verdict = trial.verdict()
            if verdict is not None:
                return verdict
            why = "its path is chaotic"
            break
    return Verdict(False, draws, why)


def own_rate(optimizer: Factory) -> float | None:
    """The learning rate that is set, or the class's default; `None` where that is no number."""
    keywords = optimizer.keywords if isinstance(optimizer, partial) else {}
    maker = optimizer.func if isinstance(optimizer, partial) else optimizer
    parameter = inspect.signature(maker).parameters.get("lr")
    rate = keywords.get("lr", None if parameter is None else parameter.default)
    if isinstance(rate, int | float) and rate > 0:
        return float(rate)
    return None


class Valley(PointLandscape):
    """The landscape of the trial: four times as steep across as along, with bumps, its minimum away from the origin.

    A path sees its gradient grow and shrink, and the same of its distance from the origin.

    Args:
        start: `[members, 2]`.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__(start, torch.tensor([[-2.0, -2.0], [2.0, 2.0]]), Slope(start))

    def loss(self, points: Tensor) -> Tensor:
        places = self.gradient.places(points)
        return (0.25 * places.square() - (2.0 * places).cos()).sum(-1)


class Slope(nn.Module):
    """The gradient of the valley in closed form: it is taken some thousand times.

    Args:
        like: A tensor of the type of the points.
    """

    def __init__(self, like: Tensor) -> None:
        super().__init__()
        self.matrix = like.new_tensor([[1.0, 0.3], [-0.6, 2.0]])
        self.offset = like.new_tensor([-0.7, 1.9])

    def places(self, points: Tensor) -> Tensor:
        """Where points are along the valley and across it."""
        return torch.addmm(self.offset, points, self.matrix)

    def forward(self, evaluate: Evaluate, points: Tensor) -> Tensor:
        """Losses that autograd follows back to the points."""
        return evaluate(points)

    def sample(self, evaluate: Evaluate, points: Tensor) -> tuple[Tensor, Tensor]:
        """Losses and their gradients."""
        places = self.places(points)
        return evaluate(points), (0.5 * places + 2.0 * (2.0 * places).sin()) @ self.matrix.T


class _Trial:
    """Members that share an optimizer beside the same descents one by one.

    Args:
        optimizer, traits, scheduler: As in `try_joint`.
        rate: The learning rate of the trial, or `None` where there is none.
        rates: Whether members have multiples of it.
        dtype: Of the points.
    """

    def __init__(
        self,
        optimizer: Factory,
        traits: Traits,
        scheduler: SchedulerFactory | None,
        rate: float | None,
        rates: bool,
        dtype: torch.dtype,
    ) -> None:
        self.optimizer, self.traits, self.scheduler = optimizer, traits, scheduler
        self.rates = None if rate is None else [rate * (multiple if rates else 1.0) for multiple in MULTIPLES]
        self.each_its_own = rates
        self.starts = torch.tensor(STARTS, dtype=dtype)
        self.unit = torch.finfo(dtype).eps

    def draws(self) -> bool:
        """Whether a single descent draws random numbers."""
        before = torch.get_rng_state()
        descent = self._single(0)
        for _ in range(8):
            next(descent)
        return not torch.equal(before, torch.get_rng_state())

    def verdict(self) -> Verdict | None:
        """Whether the members that share an optimizer go where they go alone; `None` where it cannot be told."""
        alone, nudged, together = self._all_single(), None, self._together()
        grown, step = 0.0, 0
        try:
            for step in range(STEPS):
                ends = next(alone)
                if not bool(ends.isfinite().all()):
                    break
                difference = _distance(next(together), ends)
                if difference <= ROUNDING * self.unit:
                    if nudged is not None:
                        next(nudged)
                    continue
                if nudged is None:
                    nudged = self._all_single(nudge=NUDGE * self.unit)
                    for _ in range(step):
                        next(nudged)
                grown = max(grown, _distance(next(nudged), ends))
                if grown > CHAOS:
                    break
                if difference > grown:
                    return Verdict(False, False, f"members differ from step {step + 1} on")
        except Exception as error:  # noqa: BLE001 - a class may raise anything when it is shared
            return Verdict(False, False, f"shared, it raises {type(error).__name__}")
        return Verdict(True, False, f"members agree over {step + 1} steps") if step + 1 >= CONCLUSIVE else None

    def _together(self) -> Iterator[Tensor]:
        """The ends of the members' steps with one optimizer; the last member has diverged in the end."""
        optimizer = self.optimizer if self.rates is None or self.each_its_own else with_rate(self.optimizer, self.rates[0])
        landscape = Valley(self.starts)
        descent = self._descent(landscape, optimizer, self.rates if self.each_its_own else None)
        for step in count():
            if step == DIVERGENCE:
                landscape.points.detach()[-1] = math.nan
            yield next(descent)

    def _all_single(self, nudge: float = 0.0) -> Iterator[Tensor]:
        """The ends of their steps one by one."""
        descents = [self._single(number, nudge) for number in range(len(STARTS))]
        while True:
            yield torch.cat([next(descent) for descent in descents])

    def _single(self, number: int, nudge: float = 0.0) -> Iterator[Tensor]:
        """The ends of the steps of one member by itself."""
        landscape = Valley(self.starts[number : number + 1])
        optimizer = self.optimizer if self.rates is None else with_rate(self.optimizer, self.rates[number])
        random = torch.Generator().manual_seed(number)
        for end in self._descent(landscape, optimizer, None):
            yield end
            if nudge:
                landscape.points.detach().mul_(1.0 + nudge * (torch.rand(1, 2, generator=random) - 0.5).sign().to(end))

    def _descent(self, landscape: Valley, optimizer: Factory, rates: list[float] | None) -> Iterator[Tensor]:
        """The ends of the steps of a landscape's members."""
        adapted = Joint(landscape, optimizer, self.scheduler, STEPS, rates).adapt(self.traits, [])

        def closure() -> Tensor:
            losses = adapted.backward()
            return losses.detach() if self.traits.rows else losses.sum()

        while True:
            adapted.step(closure)
            yield landscape.flat().clone()


def _distance(ends: Tensor, others: Tensor) -> float:
    """The greatest distance along an axis; infinite where one is not finite, but for the last, which may have diverged."""
    differences = (ends - others).abs()
    differences[-1].nan_to_num_(nan=0.0)
    return float(differences.nan_to_num(nan=math.inf).max())
