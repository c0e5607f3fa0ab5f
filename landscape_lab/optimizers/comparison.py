"""Every optimizer on two landscapes: the table of `docs/optimizers.md`."""

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import torch

from landscape_lab.landscapes.function import FunctionLandscape
from landscape_lab.optimizers.adapters import adapt
from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.catalogue import Entry
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import Factory
from landscape_lab.optimizers.probing import probe

LANDSCAPES = ("sphere", "rosenbrock")
STEPS = 200
RATES = (0.0001, 0.001, 0.01, 0.1, 1.0)
"""The learning rates tried beside the class's own."""
HEADER = f"""# Every optimizer on two landscapes

Written by `python -m landscape_lab.optimizers --table docs/optimizers.md`. Each optimizer \
makes {STEPS} steps of sphere and of
rosenbrock, of two dimensions, from the landscape's own start, with its class's defaults; of its \
default learning rate and
{", ".join(f"{rate:g}" for rate in RATES)}, the one that ends lowest is shown.
This tells that they run as they should, not which is best: two tame functions and one seed are no benchmark.

*Evaluations* are calls of the loss. *Elementwise* optimizers move each number as if it were alone.
Those that see losses only, on a network too: [evolution](evolution.md).
"""


@dataclass(frozen=True)
class Outcome:
    """How the best of some descents ended.

    Args:
        loss: The final loss, or NaN where no descent ran to its end.
        rate: The learning rate, or `None` for the class's own.
        evaluations: Calls of the loss.
        error: Why there is no loss.
    """

    loss: float
    rate: float | None = None
    evaluations: int = 0
    error: str = ""


def outcome(factory: Factory, name: str, rate: float | None = None, steps: int = STEPS) -> Outcome:
    """One descent of a function of the catalogue of landscapes."""
    torch.manual_seed(0)
    landscape = FunctionLandscape.named(name)
    if rate is not None:
        factory = partial(factory, lr=rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            optimizer = make_optimizer(factory, landscape, steps)
        except ValueError as error:
            return Outcome(math.nan, rate, 0, str(error).split("cannot be built: ")[-1])
        adapted = adapt(optimizer, landscape, probe(factory, steps))
        closure = Unrecorded(adapted.backward, landscape=landscape)
        try:
            for _ in range(steps):
                adapted.step(closure)
        except Exception as error:  # noqa: BLE001 - a class may raise anything; the table says what
            return Outcome(math.nan, rate, closure.calls, f"{type(error).__name__}: {error}")
    return Outcome(float(landscape.evaluate(landscape.flat())[0]), rate, closure.calls)


def best_outcome(factory: Factory, name: str) -> Outcome:
    """The lowest end over the learning rates; one without a rate has its defaults only."""
    outcomes = [outcome(factory, name, rate) for rate in (None, *RATES)]
    finished = [one for one in outcomes if not one.error and math.isfinite(one.loss)]
    return min(finished, key=lambda one: one.loss, default=outcomes[0])


def table(entries: Iterable[tuple[Entry, Factory]]) -> str:
    """The page."""
    lines = [
        HEADER,
        _line(
            [
                "optimizer",
                "class",
                *(f"{name}: loss | lr | evaluations" for name in LANDSCAPES),
                "elementwise",
                "needs",
            ]
        ),
    ]
    lines.append("|---|---|" + "--:|--:|--:|" * len(LANDSCAPES) + "---|---|")
    for entry, factory in entries:
        outcomes = [best_outcome(factory, name) for name in LANDSCAPES]
        cells = [_cells(one) for one in outcomes]
        reason = next((f"cannot run: {one.error}" for one in outcomes if one.error), entry.needs)
        lines.append(
            _line([f"`{entry.name}`", f"`{entry.target}`", *cells, entry.elementwise, _plain(reason)])
        )
    return "\n".join(lines) + "\n"


def _cells(one: Outcome) -> str:
    if one.error:
        return "– | – | –"
    loss = f"{one.loss:.2g}" if math.isfinite(one.loss) else "diverged"
    return f"{loss} | {'default' if one.rate is None else f'{one.rate:g}'} | {one.evaluations:,}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
