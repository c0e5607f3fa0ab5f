"""Every optimizer of torch.optim and pytorch_optimizer by the name of its class in lower case, and what trying it tells.

`catalogue.csv` beside this file is what `python -m landscape_lab.optimizers --write` found in the installed libraries; it is
committed so that `--help` and tab completion list all of them without importing torch.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from importlib.metadata import metadata
from pathlib import Path

import pytorch_optimizer
import torch
from torch.optim import Optimizer

from landscape_lab.optimizers.adapters import adapt
from landscape_lab.optimizers.building import build_optimizer
from landscape_lab.optimizers.traits import Bowl, Traits, probe
from landscape_lab.tables import write_csv

PATH = Path(__file__).with_name("catalogue.csv")
NEEDS = {
    "gradient_first": "its gradient before the closure",
    "elsewhere": "an evaluation elsewhere than at its point",
    "repeats": "several evaluations in a step",
    "graph": "second derivatives",
    "sparse": "sparse gradients",
    "pair": "a closure that returns outputs and loss",
}
"""What the traits mean, in words."""


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Args:
        name: What `optimizer=NAME` calls it.
        target: Where the class is.
        needs: What it needs beyond a gradient, or why it cannot run here; empty where it needs nothing.
        elementwise: `yes` where each number moves as it would alone, `no` where not, empty where it does not run.
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
        return [Entry(**row) for row in csv.DictReader(file)]


def write(entries: list[Entry]) -> None:
    """Replace the committed catalogue."""
    write_csv(PATH, [one.name for one in fields(Entry)], (astuple(entry) for entry in entries))


def classes() -> Iterator[tuple[str, str]]:
    """Name and target of every optimizer class of the libraries; a name that torch has too gets `_po` after it."""
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


def describe(name: str, target: str) -> Entry:
    """Try an optimizer on a bowl of two numbers."""
    library, _, word = target.rpartition(".")
    made = getattr(torch.optim if library == "torch.optim" else pytorch_optimizer, word)
    traits = probe(made)
    try:
        end = descend(made, traits, [1.0, -0.7], steps=20)
        moved = not torch.equal(end, torch.tensor([1.0, -0.7], dtype=end.dtype))
        elementwise = "yes" if is_elementwise(made, traits) else "no"
    except Exception as error:  # noqa: BLE001 - a class may raise anything; the catalogue says what
        return Entry(name, target, f"cannot run: {_reason(error)}", "", _paper(word, made))
    words = [text for trait, text in NEEDS.items() if getattr(traits, trait)]
    if not moved:
        words.append("matrices, or numbers that begin small: two numbers do not move")
        elementwise = ""
    return Entry(name, target, "; ".join(words), elementwise, _paper(word, made))


def is_elementwise(made: type[Optimizer], traits: Traits) -> bool:
    """Whether each of two numbers, started apart, goes where it goes when it is alone, over 40 steps."""
    together = descend(made, traits, [1.0, -0.7], steps=40)
    alone = torch.cat([descend(made, traits, [start], steps=40) for start in (1.0, -0.7)])
    return bool(torch.allclose(together, alone, rtol=1e-9 if together.dtype == torch.float64 else 1e-4, atol=1e-12))


def descend(made: type[Optimizer], traits: Traits, start: list[float], steps: int) -> torch.Tensor:
    """The end of a descent of the bowl, seeded; in float64, or in float32 where the optimizer keeps that in its state."""
    try:
        return _descend_in(torch.float64, made, traits, start, steps)
    except RuntimeError:
        return _descend_in(torch.float32, made, traits, start, steps)


def _descend_in(dtype: torch.dtype, made: type[Optimizer], traits: Traits, start: list[float], steps: int) -> torch.Tensor:
    torch.manual_seed(0)
    landscape = Bowl(torch.tensor([start], dtype=dtype))
    adapted = adapt(build_optimizer(made, landscape, steps), landscape, traits)
    for _ in range(steps):
        adapted.step(lambda: adapted.backward().squeeze())
    return landscape.flat()[0].clone()


def _reason(error: Exception) -> str:
    """The last sentence of what was raised, on one line."""
    return " ".join(str(error).split("cannot be built: ")[-1].split()) or type(error).__name__


def _paper(word: str, made: type[Optimizer]) -> str:
    """The first address in the class's docstring, or in the table of the library's description."""
    addresses = re.findall(r"https?://(?:arxiv\.org/abs|openreview\.net|jmlr\.org|proceedings)\S*[^\s`.,)>]", made.__doc__ or "")
    if not addresses and made.__module__.startswith("pytorch_optimizer"):
        text = str(metadata("pytorch_optimizer"))
        row = re.search(rf"^\| *{re.escape(word)} *\|.*$", text, re.MULTILINE | re.IGNORECASE)
        addresses = re.findall(r"\[paper\]\((\S+?)\)", row[0]) if row else []
    return addresses[0] if addresses else ""


def generate() -> list[Entry]:
    """The catalogue of the installed libraries."""
    return [describe(name, target) for name, target in classes()]
