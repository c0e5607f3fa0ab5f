"""What an optimizer needs, found out by calling it."""

import warnings
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from landscape_lab.optimizers.adapters import adapt, takes_closure
from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.closures import Around, Closure, Unrecorded
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.groups import groups_of
from landscape_lab.optimizers.traits import Traits

STEPS = 4
"""How many steps are tried: an average of points, where some evaluate, parts from the point at the third."""
REFUSALS = {
    "graph": ("does not require grad", "create_graph"),
    "sparse": ("does not support dense gradients",),
    "pair": ("0-d tensor",),
    "loss_alone": ("__call__() takes 1 positional argument", "__call__() got an unexpected keyword"),
}
"""What an optimizer says when it is not called as it wants to be: the trait, and words of the error."""


class Bowl(nn.Module):
    """The landscape on which optimizers are tried: steep and curved, of two numbers or fewer.

    Args:
        start: `[members, dims]`.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.points = nn.Parameter(start.clone())

    def forward(self) -> Tensor:
        """The losses `[members]`."""
        return self._losses(self.points)

    def backward(self) -> Tensor:
        """The losses `[members]`; their gradients are then in the parameters."""
        # Not through the parameter itself: some optimizers hang a hook on it that makes their step.
        points = self.points.detach().requires_grad_()
        with torch.enable_grad():
            losses = self._losses(points)
            (self.points.grad,) = torch.autograd.grad(losses.sum(), points)
        return losses.detach()

    def flat(self) -> Tensor:
        """The points `[members, dims]`, detached."""
        return self.points.detach()

    @staticmethod
    def _losses(points: Tensor) -> Tensor:
        return (points.square() + 0.1 * points.pow(4)).sum(-1)


def probe(factory: Factory, steps: int = 1000) -> Traits:
    """A few steps on a bowl show how the optimizer calls its closure; what it refuses is offered otherwise.

    Where groups of parameters have classes of their own, all have to make do with one gradient in a
    step, because each moves only a part of the point.

    A class that declares its traits is not tried. An optimizer that fails here for a reason of its
    own gets no traits: it will fail again where the user sees it. Torch's random numbers go on as
    if none had been used.

    Args:
        factory: A class, or a `functools.partial` with its settings.
        steps: How many steps the descent will make, for a class that wants to know.

    Raises:
        ValueError: Groups have classes of which one needs more than a gradient.

    >>> probe(torch.optim.LBFGS).repeats
    True
    """
    default, *others = groups_of(factory)
    classes = [default.factory, *(group.factory for group in others if group.apart)]
    if len(classes) == 1:
        return _probe(classes[0], steps)
    for one in classes:
        _check_part(one, _probe(one, steps))
    return Traits()


def takes_part(factory: Factory, traits: Traits) -> bool:
    """Whether a class can step some of the parameters beside others: it needs one gradient, nothing else."""
    maker = parts_of(factory).maker
    # Such methods make the backward pass, or switch to a mode in which it is taken.
    evaluates = any(callable(getattr(maker, name, None)) for name in ("fused_backward", "backward", "train"))
    return not evaluates and replace(traits, gradient_first=False) == Traits()


def _check_part(factory: Factory, traits: Traits) -> None:
    """Raise `ValueError` for a class that cannot step some of the parameters beside others."""
    if not takes_part(factory, traits):
        raise ValueError(
            "Parameter `optimizer.groups` should join optimizers that need one gradient a step and "
            f"nothing else. Found {parts_of(factory).name}, which has to step all parameters."
        )


def _probe(factory: Factory, steps: int) -> Traits:
    """What one class needs."""
    maker, settings = parts_of(factory)
    declared: Traits | Callable[..., Traits] | None = getattr(maker, "traits", None)
    if declared is not None:
        return declared if isinstance(declared, Traits) else declared(**settings)
    traits = Traits()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(1 + len(REFUSALS)):
            try:
                return _observe(factory, steps, traits)
            except Exception as error:  # noqa: BLE001 - the class may raise anything
                refused = _refused(str(error))
                if refused is None or getattr(traits, refused):
                    break
                traits = replace(traits, **{refused: True})
    return traits


def _refused(message: str) -> str | None:
    """The trait that an error asks for, if it asks for one."""
    asked = (name for name, wordings in REFUSALS.items() if any(words in message for words in wordings))
    return next(asked, None)


def _observe(factory: Factory, steps: int, traits: Traits) -> Traits:
    """What an optimizer does in some steps, called with the traits that are known."""
    end, counts, elsewhere = first_steps(factory, steps, traits)
    if not elsewhere:
        return replace(traits, repeats=max(counts) > 1, gradient_first=min(counts) == 0)
    # It moved before it evaluated. If it goes the same way from a gradient of zeros, it does not need one.
    try:
        alone, _, _ = first_steps(factory, steps, traits, gradient_first=False)
        needless = torch.equal(alone, end)
    except Exception:  # noqa: BLE001 - as expected of one that needs its gradient
        needless = False
    repeats = max(counts) > 1 or not needless
    return replace(traits, repeats=repeats, gradient_first=not needless, elsewhere=needless)


def first_steps(
    factory: Factory, steps: int, traits: Traits, gradient_first: bool = True
) -> tuple[Tensor, list[int], bool]:
    """Where the steps lead, how often each calls its closure, and whether it had moved when it first did."""
    torch.manual_seed(0)
    landscape = Bowl(torch.tensor([[1.0, -0.7]]))
    optimizer = make_optimizer(factory, landscape, steps)
    adapted = adapt(optimizer, landscape, traits)
    counts, elsewhere = [], False
    for _ in range(STEPS):
        if gradient_first:
            adapted.backward()
        else:
            landscape.points.grad = torch.zeros_like(landscape.points)
        closure = _Watched(Unrecorded(adapted.backward), landscape)
        adapted.step(closure)
        counts.append(closure.calls if takes_closure(optimizer) else 0)
        elsewhere |= closure.elsewhere
    return landscape.flat().clone(), counts, elsewhere


class _Watched(Around):
    """A closure that looks where it is first called.

    Args:
        inner: The closure around which it is.
        landscape: Whose point is looked at.

    Attributes:
        calls: How many evaluations were made.
        elsewhere: Whether the point had moved before the first.
    """

    def __init__(self, inner: Closure, landscape: Bowl) -> None:
        super().__init__(inner)
        self.landscape = landscape
        self.begin = landscape.flat().clone()
        self.calls = 0
        self.elsewhere = False

    def __call__(self) -> Tensor:
        if self.calls == 0:
            self.elsewhere = not torch.equal(self.begin, self.landscape.flat())
        self.calls += 1
        return self.inner()
