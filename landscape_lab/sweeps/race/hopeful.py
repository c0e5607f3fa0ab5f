"""Which trials of a race go on after their first steps."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import compress
from pathlib import Path

import numpy as np

from landscape_lab.outcomes.quantiles import typical
from landscape_lab.sweeps.race.heats import Heat, read_heats
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.tuned import curves_of

LITTLE = 0.01
"""Of the way of the best: who came less far after the first steps is hopeless."""


def hopeful_heats(protocol: Protocol, folder: Path) -> Iterator[Heat]:
    """The heats for tuning of those trials that their first steps did not show to be hopeless.

    Hopeless is who stands still or diverges: its way down from the start, median over descents, is less than
    a hundredth of that of the optimizer's best trial. A stricter rule would be unfair, because many descents
    begin on a plateau.

    Args:
        protocol: Of the race.
        folder: In which the first steps of all trials were run.
    """
    ways = {
        heat: _way(curves_of(heat, folder / name, protocol).losses)
        for heat, name in read_heats(folder).items()
        if heat.stage == "try"
    }
    best: dict[tuple[str, str, int], float] = {}
    for heat, way in ways.items():
        entry = heat.landscape, heat.optimizer, heat.study
        best[entry] = max(best.get(entry, 0.0), float(way.max()))
    for heat, way in ways.items():
        hopeful = way >= LITTLE * best[heat.landscape, heat.optimizer, heat.study]
        if hopeful.any():
            rates = None if heat.rates is None else tuple(compress(heat.rates, hopeful))
            yield replace(heat, stage="tune", rates=rates)


def _way(losses: np.ndarray) -> np.ndarray:
    """How far each trial came down, `[records, trials, descents]` to `[trials]`."""
    begun = np.isfinite(losses[0])
    return typical(np.subtract(losses[0], losses[-1], out=np.zeros(begun.shape), where=begun))
