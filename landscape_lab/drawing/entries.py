"""What takes part in a race, as data: its curves, what it is ranked by, and where it ended."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from landscape_lab.drawing.rates import lowest_so_far
from landscape_lab.drawing.strokes import Curve
from landscape_lab.drawing.titles import end_of, lost_as
from landscape_lab.drawing.value_axis import SO_FAR, ValueAxis, linear_axis, logarithmic_axis
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.records.measured import RESULTS
from landscape_lab.scene import Trace


class Entry(NamedTuple):
    """One configuration in a race.

    Args:
        curves: Of each of its traces.
        end: What it is ranked by; not finite where it diverged or failed.
        color: `None` where it is one of many that are grey.
        lost: What became of it then, in a word.
    """

    curves: list[Curve]
    end: float
    color: str | None
    lost: str

    @property
    def arrived(self) -> bool:
        """Whether it is ranked: it came to its end."""
        return bool(np.isfinite(self.end))

    @property
    def several(self) -> bool:
        """Whether it has several seeds or members."""
        return sum(curve.values.shape[1] for curve in self.curves) > 1


def entries_of(traces: Sequence[Trace], colors: Mapping[str, str], against: str, ranked: str) -> list[Entry]:
    """What is drawn of some traces: an entry for each label.

    Args:
        traces: In the order of their rank.
        colors: Of the labels that have one.
        against: What curves are drawn over.
        ranked: The result that decides the order.
    """
    own: dict[str, list[Trace]] = {}
    for trace in traces:
        own.setdefault(trace.label, []).append(trace)
    return [_entry(together, colors.get(label), against, ranked) for label, together in own.items()]


def _entry(traces: Sequence[Trace], color: str | None, against: str, ranked: str) -> Entry:
    """What is drawn of the traces of one label."""
    curves = [_curve(trace, against, ranked) for trace in traces]
    if ranked == "best_loss" or any(RESULTS.get(ranked, "") in trace.measured for trace in traces):
        last = np.concatenate([_last(curve.values) for curve in curves])
        arrived = np.isfinite(np.concatenate([trace.ends for trace in traces]) + last)
        end = float(typical(np.where(arrived, last, np.inf)))
    else:
        end = end_of(traces).loss
    return Entry(curves, end, color, lost_as(traces))


def _curve(trace: Trace, against: str, ranked: str) -> Curve:
    """What is ranked, at all records; of a network on all data: a lucky minibatch wins no race."""
    name = RESULTS.get(ranked, "measured_losses")
    name = name if name in trace.measured else "measured_losses"
    values, steps = trace.measured.get(name, trace.losses), trace.steps
    if name in trace.measured:
        steps = trace.measured["measured_steps"]
    values = np.where(np.isfinite(values), values, np.nan)
    return Curve(trace.cost(against, steps), lowest_so_far(values) if ranked == "best_loss" else values)


def _last(values: Float[np.ndarray, "records members"]) -> Float[np.ndarray, " members"]:
    """The last value of each member that there is."""
    there = np.isfinite(values)
    last = len(values) - 1 - there[::-1].argmax(axis=0)
    return np.where(there.any(axis=0), values[last, np.arange(values.shape[1])], np.nan)


def axis_of(entries: Sequence[Entry], ranked: str) -> ValueAxis:
    """Logarithmic where no value is negative and they span a decade."""
    names = {"best_loss": SO_FAR} | {name: name.replace("_", " ") for name in RESULTS}
    name = names.get(ranked, "loss")
    curves = [_middle(curve.values) for entry in entries for curve in entry.curves]
    linear = linear_axis(name, curves)
    if (np.concatenate(curves) < 0).any():
        return linear
    return logarithmic_axis(f"{name}, logarithmic", curves) or linear


def _middle(values: Float[np.ndarray, "records members"]) -> Float[np.ndarray, "records 1"]:
    """The median over members, as far as there are any."""
    return values if values.shape[1] == 1 else typical(values[~np.isnan(values).all(axis=1)])[:, None]


def end_on(axis: ValueAxis, entry: Entry) -> tuple[float, float]:
    """The cost and the value of an end, in the window; of what was lost those of the last that was finite."""
    costs, values = max(entry.curves, key=lambda curve: curve.costs[-1])
    value = entry.end
    if not np.isfinite(value):
        there = np.flatnonzero(np.isfinite(values).any(axis=1))
        costs, value = costs[: there[-1] + 1], float(typical(values[there[-1]]))
    return float(costs[-1]), float(np.clip(value, *axis.limits))
