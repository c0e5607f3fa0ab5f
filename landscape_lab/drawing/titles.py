"""What stands above a figure."""

from collections.abc import Sequence

import numpy as np

from landscape_lab.scene import Trace


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
    """How a descent ended; of many members the median of those that did not diverge."""
    finite = trace.losses[-1][np.isfinite(trace.losses[-1])]
    if not len(finite):
        return f"diverged, best loss {trace.best[1]:.4g}"
    median = "median " if trace.total > 1 else ""
    return f"{median}final loss {np.median(finite):.4g}"
