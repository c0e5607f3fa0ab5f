"""What a descent gave, in numbers: `results.json`."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from landscape_lab.descent import Descent
from landscape_lab.ensemble import LISTED
from landscape_lab.optimizers.matching import settled, told
from landscape_lab.outcomes.converged import converged_after
from landscape_lab.outcomes.members import Outcomes
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.records.measured import RESULTS


def distances(descent: Descent, points: Tensor) -> Tensor | None:
    """How far points `[…, dims]` are from the nearest known minimum, or `None` where none is known."""
    minima = descent.landscape.minima
    return None if minima is None else (points.unsqueeze(-2) - minima.to(points)).norm(dim=-1).amin(dim=-1)


def outcomes(descent: Descent) -> Outcomes:
    """How each member ended."""
    trajectory = descent.trajectory
    return _outcomes(descent, np.asarray(trajectory.points[-1]), trajectory.losses[-1])


@torch.no_grad()
def standing(descent: Descent) -> Outcomes:
    """How each member would end now, by the landscape's own loss; no evaluation is counted."""
    points = descent.landscape.flat()
    return _outcomes(descent, points.cpu().numpy(), descent.landscape.evaluate(points).cpu().numpy())


def _outcomes(descent: Descent, points: np.ndarray, losses: np.ndarray) -> Outcomes:
    """What is known of each member where it is at `points` `[members, dims]` with `losses` `[members]`."""
    ending, tally = descent.ending, descent.tally
    alive = tally.alive.cpu().numpy() & np.isfinite(losses) & ending.regular
    distance = distances(descent, torch.from_numpy(points))
    status = np.where(alive, ending.status, "failed" if ending.status == "failed" else "diverged")
    failed = sorted(descent.layout.errors) if len(descent.ensemble) > 1 else []
    status[failed] = "failed"
    return Outcomes(
        descent.ensemble,
        points,
        np.where(alive, losses, np.inf).astype(np.float64),
        tally.best.double().cpu().numpy(),
        tally.hit.cpu().numpy(),
        np.full(len(alive), np.inf)
        if distance is None
        else np.where(alive, distance.double().numpy(), np.inf),
        status,
        float(typical(descent.trajectory.losses[0])),
    )


def metrics(descent: Descent) -> dict[str, Any]:
    """The results in numbers: plain Python, `None` where there is none.

    Of many members: the medians over starts and seeds at the best learning rate, and the start and
    end of the member that ended with the median loss.
    """
    trajectory, steps, ends = descent.trajectory, descent.global_step, outcomes(descent)
    shown, alone, seconds = ends.representative(), len(descent.ensemble) == 1, descent.tally.seconds
    return {
        "steps": steps,
        "evaluations": descent.tally.evaluations,
        "seconds": round(seconds, 6),
        "steps_per_second": round(steps / seconds, 1) if seconds else None,
        **_ends(trajectory.points, shown),
        "final_loss": _plain(trajectory.losses[-1, 0] if alone else ends.typical(ends.final_loss)),
        "best_loss": _plain(best_loss(descent) if alone else ends.typical(ends.best_loss)),
        **_measured(descent, shown),
        "distance_to_minimum": _plain(ends.typical(ends.distance)),
        "status": descent.ending.status,
        "ended_by": descent.ending.by,
    }


def best_loss(descent: Descent) -> float:
    """The lowest loss of the only member: of those that steps saw, or where these are samples, measured."""
    return float(descent.tally.best[0]) if descent.landscape.sampled else descent.trajectory.best[1]


def _measured(descent: Descent, member: int) -> dict[str, Any]:
    """What a network's last measurement told of a member, beside its loss."""
    found = {name: descent.trajectory.measured.last(array) for name, array in RESULTS.items()}
    return {name: _plain(values[member]) for name, values in found.items() if values is not None}


def _ends(points: Any, member: int) -> dict[str, Any]:
    """Where a member began and ended, unless these are too many numbers to be read."""
    if points.shape[-1] > LISTED:
        return {}
    return {"start": _plain(points[0, member]), "final": _plain(points[-1, member])}


def details(descent: Descent) -> dict[str, object]:
    """More results: kinds of evaluations, when the target was reached, and what concerns many members."""
    ends, tally = outcomes(descent), descent.tally
    found: dict[str, object] = {
        "gradient_evaluations": tally.gradient_evaluations,
        "hessian_vector_products": tally.hessian_vector_products,
        "target": tally.target,
        "steps_to_target": _whole(ends.typical(ends.steps_to_target)),
    }
    if (carried := getattr(descent.landscape, "carried_by", None)) is not None:
        found |= {"dims": descent.landscape.dims, "carried_by": carried}
    if (needed := converged_after(descent.trajectory.steps, descent.trajectory.evaluations)) is not None:
        found["converged_after"] = needed
    if groups := told(settled(descent.make_optimizer, descent.landscape), descent.landscape):
        found["groups"] = groups
    if len(descent.ensemble) == 1:
        return found
    return found | {
        "members": len(descent.ensemble),
        "best_lr": ends.best_rate,
        "diverged_fraction": ends.diverged_fraction,
        "layout": ("joint" if descent.verdict.joint else "separate") + f": {descent.verdict.why}",
    }


def _plain(value: Any) -> Any:
    """A number or nested lists of numbers for JSON, which knows no NaN and no infinity."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim:
        return [_plain(part) for part in array]
    return float(array) if np.isfinite(array) else None


def _whole(value: float) -> int | None:
    """A number of steps, or `None` where there is none."""
    return int(value) if np.isfinite(value) else None
