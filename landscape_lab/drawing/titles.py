"""What stands above a figure."""

from collections.abc import Sequence

import numpy as np

from landscape_lab.scene import Trace

DIVERGED = "diverged"


def title_of(traces: Sequence[Trace]) -> str:
    """What, how long, and how it ended; of several traces their labels."""
    if len(traces) > 1:
        return " · ".join(trace.label for trace in traces)
    (trace,) = traces
    final = trace.losses[-1]
    parts = [trace.label, f"{trace.steps[-1]:,} steps"]
    if trace.total > 1:
        parts.append(
            f"{trace.total:,} members" + (f", {len(final):,} shown" if len(final) < trace.total else "")
        )
    return " · ".join(part for part in (*parts, _end_of(trace)) if part)


def _end_of(trace: Trace) -> str:
    """How a descent ended."""
    told = ending([trace])
    return f"{told}, best loss {trace.best[1]:.4g}" if told == DIVERGED else told


def ending(traces: Sequence[Trace]) -> str:
    """The final loss, of several members or traces their median; those that diverged do not count."""
    ends = np.concatenate([trace.losses[-1] for trace in traces])
    finite = ends[np.isfinite(ends)]
    if not len(finite):
        return DIVERGED
    return (
        f"{'median ' if sum(trace.total for trace in traces) > 1 else ''}final loss {np.median(finite):.4g}"
    )
