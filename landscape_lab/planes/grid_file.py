"""A grid that survives its process: what was measured so far, in a file named by its content."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from torch import Tensor

from landscape_lab.files.writing import replacing
from landscape_lab.planes.refinement import Measure
from landscape_lab.records.archive import DAMAGED, arrays_in

SECONDS = 1.0
"""How much work is lost at most when the process is killed, beside the block that it works on."""


class GridFile:
    """Remembers measurements in the order in which they were asked for.

    A refinement asks for the same places in the same order whenever it gets the same answers. So the
    answers alone are kept: begun again, it gets those that are known at once and goes on from there,
    to the bit. The file appears by renaming, so it is whole at each moment.

    Args:
        file: Where they are kept; `None` for nowhere.
        key: What identifies the content; a file of another content is begun anew.
        seconds: The shortest time between two writings.

    Attributes:
        made: How many places were measured by this process.
    """

    def __init__(self, file: Path | None, key: str = "", seconds: float = SECONDS) -> None:
        self.file = file
        self.key = key
        self.seconds = seconds
        self.facts, self.known = ({}, {}) if file is None else _read(file, key)
        self.new: dict[str, list[np.ndarray]] = {}
        self.asked = self.made = 0
        self.saved = time.monotonic()

    def fact(self, name: str, find: Callable[[], Float[np.ndarray, " n"]]) -> Float[np.ndarray, " n"]:
        """Some numbers that later work depends on, such as how long an evaluation takes: found once."""
        if name not in self.facts:
            self.facts[name] = np.asarray(find(), dtype=np.float64)
        return self.facts[name]

    def measured(self, measure: Measure, block: int, progress: Callable[[int, int], None]) -> Measure:
        """The same measure, with its answers remembered.

        Args:
            measure: Is asked for what is not known.
            block: So many places at once; part of the content, as sums may differ in their last bit.
            progress: Is told how many are known, and how many of them this process has measured.
        """

        def ask(places: Float[Tensor, "n 2"]) -> Mapping[str, Float[np.ndarray, " n"]]:
            parts = []
            for part in places.split(block):
                parts.append(self._part(measure, part))
                progress(self.asked, self.made)
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

        return ask

    def _part(self, measure: Measure, places: Tensor) -> Mapping[str, np.ndarray]:
        """What is known of a block, or is measured now."""
        begin, self.asked = self.asked, self.asked + len(places)
        if self.asked <= len(next(iter(self.known.values()), ())):
            return {name: values[begin : self.asked] for name, values in self.known.items()}
        found = measure(places)
        self.made += len(places)
        for name, values in found.items():
            self.new.setdefault(name, []).append(np.asarray(values, dtype=np.float64))
        if time.monotonic() - self.saved >= self.seconds:
            self.save()
        return found

    def save(self) -> None:
        """Write what is known, unless nothing is new."""
        if self.file is None or not self.new:
            return
        none = np.empty(0)
        self.known = {
            name: np.concatenate([self.known.get(name, none), *parts]) for name, parts in self.new.items()
        }
        self.new = {}
        arrays = {f"fact_{name}": values for name, values in self.facts.items()}
        arrays |= {f"measured_{name}": values for name, values in self.known.items()}
        with replacing(self.file) as unfinished:
            np.savez(unfinished, allow_pickle=False, key=np.array(self.key), **arrays)
        self.saved = time.monotonic()


def _read(file: Path, key: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The facts and the measurements in a file; none where it is not there, cut, or of another content."""
    try:
        arrays = arrays_in(file)
    except DAMAGED:
        return {}, {}
    if str(arrays.get("key")) != key:
        return {}, {}
    return _named(arrays, "fact_"), _named(arrays, "measured_")


def _named(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): part for name, part in arrays.items() if name.startswith(prefix)}
