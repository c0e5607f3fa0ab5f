"""Every optimizer of torch.optim and pytorch_optimizer by name, and what was found by trying it.

The name is that of the class in lower case.

`catalogue.csv` beside this file is what `python -m landscape_lab.optimizers --write` found in the
installed libraries; it is committed so that `--help` and tab completion list all of them without
importing torch.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from importlib.metadata import metadata
from pathlib import Path

import pytorch_optimizer
import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.dotted_paths import locate
from landscape_lab.optimizers.adapters import adapt
from landscape_lab.optimizers.building import make_optimizer
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import Factory, parts_of
from landscape_lab.optimizers.probing import Bowl, probe
from landscape_lab.optimizers.traits import Traits
from landscape_lab.tables import write_csv

PATH = Path(__file__).with_name("catalogue.csv")
NEEDS = {
    "gradient_first": "its gradient before the closure",
    "elsewhere": "an evaluation elsewhere than at its point",
    "repeats": "several evaluations in a step",
    "graph": "second derivatives",
    "sparse": "sparse gradients",
    "pair": "a closure that returns outputs and loss",
    "loss_alone": "losses without their gradient",
}
"""What the traits mean, in words."""
START = torch.tensor([[1.0, -0.7]])
"""Where the trial of an optimizer begins, `[1, 2]`."""


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Args:
        name: What `optimizer=NAME` calls it.
        target: Where the class is.
        needs: What it needs beyond a gradient, or why it cannot run here; empty where it needs
            nothing.
        elementwise: `yes` where each number moves as it would alone, `no` where not, empty where it
            does not run.
        paper: Where it is described.
    """

    name: str
    target: str
    needs: str = ""
    elementwise: str = ""
    paper: str = ""


def read() -> list[Entry]:
    """The committed catalogue."""
    with PATH.open(newline="") as file:
        return [Entry(**line) for line in csv.DictReader(file)]


def write(entries: list[Entry]) -> None:
    """Replace the committed catalogue."""
    write_csv(PATH, [one.name for one in fields(Entry)], (astuple(entry) for entry in entries))


def classes() -> Iterator[tuple[str, str]]:
    """Name and target of every optimizer class of the libraries.

    A name that torch has too gets `_po` after it.
    """
    taken = set()
    for library, suffix in ((torch.optim, ""), (pytorch_optimizer, "_po")):
        for word in sorted(vars(library), key=str.lower):
            made = vars(library)[word]
            if not isinstance(made, type) or not issubclass(made, Optimizer) or made is Optimizer:
                continue
            if library is pytorch_optimizer and not made.__module__.startswith("pytorch_optimizer"):
                continue  # torch's own, passed on
            name = word.lower()
            yield name + suffix * (name in taken), f"{library.__name__}.{word}"
            taken.add(name)


def describe(name: str, target: str, factory: Factory) -> Entry:
    """Try an optimizer on a bowl of two numbers.

    Args:
        name: What `optimizer=NAME` calls it.
        target: Where the class is.
        factory: The class, or a `functools.partial` with its settings.
    """
    paper, traits = _paper(target.rpartition(".")[2], parts_of(factory).maker), probe(factory)
    try:
        path = descend(factory, traits, START, steps=20)
    except Exception as error:  # noqa: BLE001 - a class may raise anything; the catalogue says what
        return Entry(name, target, f"cannot run: {_reason(error)}", "", paper)
    needs = [text for trait, text in NEEDS.items() if getattr(traits, trait)]
    if torch.equal(path[-1:], START.to(path)):
        needs.append("matrices, or numbers that begin small: two numbers do not move")
        return Entry(name, target, "; ".join(needs), "", paper)
    elementwise = "yes" if is_elementwise(factory, traits) else "no"
    return Entry(name, target, "; ".join(needs), elementwise, paper)


def is_elementwise(factory: Factory, traits: Traits) -> bool:
    """Whether each of two numbers, started apart, goes where it goes when it is alone, over 40 steps.

    An optimizer of rows says by its traits that it does not: the bowl does not couple its numbers,
    and Newton's method would pass there.
    """
    if traits.rows:
        return False
    together = descend(factory, traits, START, steps=40)
    try:
        alone = torch.cat([descend(factory, traits, one, steps=40) for one in START.split(1, dim=1)], dim=1)
    except Exception:  # noqa: BLE001 - it needs several numbers and does not treat each by itself
        return False
    tolerance = 1e-9 if together.dtype == torch.float64 else 1e-4
    return bool(torch.allclose(together, alone.to(together), rtol=tolerance, atol=1e-12))


def descend(factory: Factory, traits: Traits, start: Tensor, steps: int) -> Tensor:
    """The path `[steps, dims]` of a descent of the bowl from `start` `[1, dims]`, seeded.

    In float64, or in float32 where the optimizer keeps that in its state.
    """
    try:
        return _descend_in(torch.float64, factory, traits, start, steps)
    except RuntimeError:
        return _descend_in(torch.float32, factory, traits, start, steps)


def _descend_in(dtype: torch.dtype, factory: Factory, traits: Traits, start: Tensor, steps: int) -> Tensor:
    torch.manual_seed(0)
    landscape, path = Bowl(start.to(dtype)), []
    adapted = adapt(make_optimizer(factory, landscape, steps), landscape, traits)
    closure = Unrecorded(adapted.backward)
    for _ in range(steps):
        adapted.step(closure)
        path.append(landscape.flat().clone())
    return torch.cat(path)


def _reason(error: Exception) -> str:
    """The last sentence of what was raised, on one line."""
    return " ".join(str(error).split("cannot be built: ")[-1].split()) or type(error).__name__


def _paper(word: str, made: Factory) -> str:
    """The first address in the class's docstring, or in the table of the library's description."""
    pattern = r"https?://(?:arxiv\.org/abs|openreview\.net|jmlr\.org|proceedings)\S*[^\s`.,)>]"
    addresses = re.findall(pattern, made.__doc__ or "")
    if not addresses and made.__module__.startswith("pytorch_optimizer"):
        text = str(metadata("pytorch_optimizer"))
        line = re.search(rf"^\| *{re.escape(word)} *\|.*$", text, re.MULTILINE | re.IGNORECASE)
        addresses = re.findall(r"\[paper\]\((\S+?)\)", line[0]) if line else []
    return addresses[0] if addresses else ""


def generate() -> list[Entry]:
    """The catalogue of the installed libraries."""
    return [describe(name, target, locate("optimizer", target)) for name, target in classes()]
