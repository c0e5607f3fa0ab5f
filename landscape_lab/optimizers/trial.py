"""Whether the members of a landscape may share one optimizer, found out by trying it."""

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import torch
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import Factory, own_rate, parts_of
from landscape_lab.optimizers.groups import with_rate
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.schedulers import SchedulerFactory
from landscape_lab.optimizers.traits import Traits
from landscape_lab.optimizers.valley import POINTS, TENSORS, Valley

STEPS = 240
"""How long the members are watched: some optimizers join them only after a while."""
CONCLUSIVE = 40
"""How many steps at least."""
MULTIPLES = (0.3, 1.0, 1.7, 0.6)
"""The learning rates of the trial's members, as multiples of the optimizer's own."""
DIVERGENCE = 200
"""The step before which the last member diverges: the others must not be disturbed."""
ROUNDING = 5000
"""How many units in the last place are never a difference."""
NUDGE = 200
"""By how many a descent is nudged after each step, to see what becomes of rounding."""
CHAOS = 1e-3
"""Where nudges have grown to this, a comparison of paths says nothing."""


@dataclass(frozen=True)
class Verdict:
    """What the trial of an optimizer found.

    Args:
        joint: Whether members may share it.
        draws: Whether it uses random numbers.
        why: In words.
    """

    joint: bool
    draws: bool
    why: str


_VERDICTS: dict[tuple[object, ...], Verdict] = {}


def try_joint(
    optimizer: Factory,
    traits: Traits,
    scheduler: SchedulerFactory | None = None,
    *,
    rates: bool = False,
    tensors: bool = False,
) -> Verdict:
    """Compare members that share an optimizer with the same descents made one by one, in float64.

    The two differ by rounding even where sharing is right, and a descent may amplify that without
    bound. So where they part, the descents are made once more, nudged after each step by more than
    rounding: a difference that the nudges do not reach is one of structure. What was found is
    remembered for each class and its settings.

    Args:
        optimizer: The class with its settings.
        traits: How it wants to be called.
        scheduler: The schedule of its learning rate, if there is one.
        rates: Whether members have learning rates of their own.
        tensors: Whether a member is more than one vector. Then each member of the trial is a matrix
            and a vector, and an optimizer that treats a matrix or its rows as a whole shows itself.

    >>> try_joint(torch.optim.Adam, Traits(), rates=True).joint
    True
    >>> try_joint(torch.optim.LBFGS, Traits(repeats=True)).joint
    False
    """
    if scheduler is not None and parts_of(scheduler).maker is ReduceLROnPlateau:
        return Verdict(False, True, "its schedule follows the loss")
    key = (*_key(optimizer), *([] if scheduler is None else _key(scheduler)), rates, tensors)
    if key not in _VERDICTS:
        recipe = Recipe(optimizer, scheduler, STEPS, traits)
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _VERDICTS[key] = _try(recipe, TENSORS if tensors else POINTS, rates)
    return _VERDICTS[key]


def _key(factory: Callable[..., object]) -> tuple[object, ...]:
    """A class and its settings, but for the learning rate: of a trial it is only the scale."""
    maker, settings = parts_of(factory)
    return maker, repr(sorted((name, value) for name, value in settings.items() if name != "lr"))


def _try(recipe: Recipe, starts: Tensor, rates: bool) -> Verdict:
    """The first trial that is conclusive: at the optimizer's own rate, or a lower one if that diverges."""
    own, draws = _rate(recipe.factory) or (1e-3 if rates else None), False
    for multiple in (1.0, 0.1, 0.01, 0.001) if own else (1.0,):
        for dtype in (torch.float64, torch.float32):
            trial = _Trial(recipe, starts.to(dtype), own * multiple if own else None, rates)
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


def _rate(factory: Factory) -> float | None:
    """The optimizer's own learning rate, or its class's where that is higher.

    At a tiny rate the members of a class that finds its step size, as Prodigy does, hardly move, and
    do not come to the step in which they disturb each other.
    """
    maker, settings = parts_of(factory)
    usual = own_rate(partial(maker, **{name: value for name, value in settings.items() if name != "lr"}))
    return max((rate for rate in (own_rate(factory), usual) if rate is not None), default=None)


class _Trial:
    """Members that share an optimizer beside the same descents one by one.

    Args:
        recipe: The optimizer.
        starts: Where the members begin, `[members, dims]`.
        rate: The learning rate of the trial, or `None` where there is none.
        rates: Whether members have multiples of it.
    """

    def __init__(self, recipe: Recipe, starts: Tensor, rate: float | None, rates: bool) -> None:
        self.recipe = recipe
        self.starts = starts
        self.rates = None if rate is None else [rate * (multiple if rates else 1.0) for multiple in MULTIPLES]
        self.each_its_own = rates
        self.unit = torch.finfo(starts.dtype).eps

    def draws(self) -> bool:
        """Whether a single descent uses random numbers."""
        before = torch.get_rng_state()
        descent = self._single(0)
        for _ in range(8):
            next(descent)
        return not torch.equal(before, torch.get_rng_state())

    def verdict(self) -> Verdict | None:
        """Whether members that share an optimizer go where they go alone; `None` where it stays open."""
        try:
            steps, same = self._watch()
        except Exception as error:  # noqa: BLE001 - a class may raise anything when it is shared
            return Verdict(False, False, f"shared, it raises {type(error).__name__}")
        if not same:
            return Verdict(False, False, f"members differ from step {steps} on")
        return Verdict(True, False, f"members agree over {steps} steps") if steps >= CONCLUSIVE else None

    def _watch(self) -> tuple[int, bool]:
        """How many steps were compared, and whether they were the same but for rounding and chaos.

        Chaos or structure? Chaos also drives apart two descents that differ by less than sharing
        makes them differ. So descents that part are compared with others that are nudged.
        """
        alone, together = self._all_single(), self._together()
        # Nudged descents cost as much as the others: they begin when they are needed, and catch up.
        nudged, behind = self._all_single(nudge=NUDGE * self.unit), 0
        grown, step = 0.0, 0
        for step in range(STEPS):
            ends = next(alone)
            if not bool(ends.isfinite().all()):
                break
            behind += 1
            difference = _distance(next(together), ends)
            if difference <= ROUNDING * self.unit:
                continue
            reached = [next(nudged) for _ in range(behind)][-1]
            behind = 0
            # Paths that part may come together again, and stay as sensitive as they were: the
            # greatest distance so far counts.
            grown = max(grown, _distance(reached, ends))
            if grown > CHAOS:
                break
            if difference > grown:
                return step + 1, False
        return step + 1, True

    def _together(self) -> Iterator[Tensor]:
        """The ends of the members' steps with one optimizer; the last member has diverged in the end."""
        recipe = self.recipe
        if self.rates is not None and not self.each_its_own:
            recipe = replace(recipe, factory=with_rate(recipe.factory, self.rates[0]))
        landscape = Valley(self.starts)
        descent = _ends(landscape, recipe, self.rates if self.each_its_own else None)
        for step in count():
            if step == DIVERGENCE:
                for parameter in landscape.parts:
                    parameter.detach()[-1] = math.nan
            yield next(descent)

    def _all_single(self, nudge: float = 0.0) -> Iterator[Tensor]:
        """The ends of their steps one by one."""
        descents = [self._single(number, nudge) for number in range(len(self.starts))]
        while True:
            yield torch.cat([next(descent) for descent in descents])

    def _single(self, number: int, nudge: float = 0.0) -> Iterator[Tensor]:
        """The ends of the steps of one member by itself."""
        landscape, recipe = Valley(self.starts[number : number + 1]), self.recipe
        if self.rates is not None:
            recipe = replace(recipe, factory=with_rate(recipe.factory, self.rates[number]))
        random = torch.Generator().manual_seed(number)
        for end in _ends(landscape, recipe):
            yield end
            for parameter in landscape.parts if nudge else ():
                signs = (torch.rand(parameter.shape, generator=random) - 0.5).sign().to(end)
                parameter.detach().mul_(1.0 + nudge * signs)


def _ends(landscape: Valley, recipe: Recipe, rates: list[float] | None = None) -> Iterator[Tensor]:
    """The ends `[members, dims]` of the steps of a landscape's members."""
    layout = Joint(landscape, recipe, rates)
    closure = Unrecorded(layout.backward, layout.rows)
    while True:
        layout.step(closure)
        yield landscape.flat().clone()


def _distance(ends: Tensor, others: Tensor) -> float:
    """The greatest distance along an axis.

    Infinite where a number is not finite, but for those of the last member, which may have
    diverged.
    """
    differences = (ends - others).abs()
    differences[-1].nan_to_num_(nan=0.0)
    return float(differences.nan_to_num(nan=math.inf).max())
