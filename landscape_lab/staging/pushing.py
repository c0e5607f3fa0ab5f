"""What pushes a path at each of its points, as data for pages: gradients and the optimizer's state."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from landscape_lab.drawing.report.arrays import packed
from landscape_lab.errors import tell
from landscape_lab.landscapes.base import Landscape
from landscape_lab.planes.slopes import on_plane, slopes_of
from landscape_lab.records.known import evenly
from landscape_lab.records.state_curves import StateCurves
from landscape_lab.scene import Scene, Trace
from landscape_lab.staging.scenes import shown_members
from landscape_lab.trajectory import Trajectory

MEMBERS = 8
"""Of so many members of a path a page has arrows and state: the one that ended lowest, and others evenly."""
KEPT = 16_000
"""The most records of one entry of the state on a page, over all members."""
MOMENTUM = re.compile(r"^(m|mu|d)$|avg|moment|veloc|buf|direction|_ma$")
NO_MOMENTUM = re.compile(r"sq|col|row|lr|hess|slow|var|param")
"""How optimizers call what pushes, and what an average of something else has in its name."""
SQUARES = {
    "max_exp_avg_sq": "betas[1]",
    "exp_avg_sq": "betas[1]",
    "exp_avg_var": "betas[1]",
    "square_avg": "",
    "sum": "",
    "exp_inf": "",
}
"""What they call averages of squared gradients, and the setting by which Adam's begin at zero."""
ROOTS = ("exp_inf",)
"""Those that are no squares but sizes, with an ε of their own."""
NOT_RECORDED = "not recorded: callbacks.report.state=true does so"


class Pushed(NamedTuple):
    """A path as a page shows it.

    Args:
        trace: Its places.
        trajectory: What happened.
        state: What its optimizer remembered, where that was recorded.
        columns: Which members of the trace have arrows.
        members: Which of the trajectory these are.
    """

    trace: Trace
    trajectory: Trajectory
    state: StateCurves | None
    columns: np.ndarray
    members: np.ndarray

    def some(self, steps: np.ndarray) -> np.ndarray:
        """Of records at some steps those that a page has room for, evenly."""
        return evenly(len(steps), max(2, KEPT // len(self.columns)))


def pushes_of(
    scene: Scene,
    landscape: Landscape,
    trajectories: Sequence[Trajectory],
    states: Sequence[StateCurves | None] = (),
    say: Callable[[str], None] = tell,
) -> dict[str, object]:
    """The sections `arrows` and `state` of a page; the second only where a state was recorded.

    Args:
        scene: What the page shows.
        landscape: Whose clean gradients are taken at some points of the paths.
        trajectories: Those of the scene's traces, in their order.
        states: What the optimizer of each remembered, `None` where that is not known, as of those left out.
        say: Takes some lines about the progress of long work.
    """
    known = [*states, *[None] * (len(trajectories) - len(states))]
    paths = list(map(_pushed, scene.traces, trajectories, known))
    arrows = [_arrows(scene, landscape, path, say) for path in paths]
    found: dict[str, object] = {"arrows": {"paths": arrows, "labels": list(scene.plane.axes.labels)}}
    if any(path.state is not None for path in paths):
        found["state"] = {"paths": [_curves(path, scene.plane.axes.labels) for path in paths]}
    return found


def _pushed(trace: Trace, trajectory: Trajectory, state: StateCurves | None) -> Pushed:
    ends = np.nan_to_num(trace.losses[-1], nan=np.inf)
    columns = np.unique([*evenly(len(ends), MEMBERS - 1), ends.argmin()])
    return Pushed(trace, trajectory, state, columns, shown_members(trace.total)[columns])


def _arrows(
    scene: Scene, landscape: Landscape, path: Pushed, say: Callable[[str], None]
) -> dict[str, object]:
    """The gradients of a path, and what of its optimizer's state is a direction or a scale."""
    slopes = slopes_of(landscape, scene.plane, path.trajectory.points, path.members.tolist(), say)
    found: dict[str, object] = {
        "members": path.columns.tolist(),
        "gradient": _seen(scene, path.trace.path_steps[slopes.places], -slopes.gradients, slopes.norms),
    }
    if path.state is None:
        return {**found, "vectors": [], "why": NOT_RECORDED}
    pushes = [name for name in path.state.vectors if _is_momentum(name)]
    vectors = [_vector(scene, path, path.state, name) for name in pushes]
    why = "the optimizer keeps none" if path.state.vectors else "not kept of points of so many numbers"
    return {**found, "vectors": vectors, "why": why, "scale": _scale(path, path.state, landscape.dims)}


def _is_momentum(name: str) -> bool:
    """Whether a part of the state pushes, by what it is called."""
    return MOMENTUM.search(name) is not None and NO_MOMENTUM.search(name) is None


def _vector(scene: Scene, path: Pushed, state: StateCurves, name: str) -> dict[str, object]:
    """A part of the state as a push: turned as the steps go, against which an average gradient points."""
    at = path.some(state.vector_steps)
    whole = state.vectors[name][at][:, path.members]
    seen, steps = on_plane(scene.plane, whole), state.vector_steps[at]
    sign = 1 if _cosine(path, steps, seen) > 0 else -1
    norms = np.sqrt((whole.astype(np.float64) ** 2).sum(-1))
    return {"name": name, "sign": sign, **_seen(scene, steps, sign * seen, norms)}


def _seen(scene: Scene, steps: np.ndarray, values: np.ndarray, norms: np.ndarray) -> dict[str, object]:
    """Vectors on the map, and where they are longer than that, or in other units, how long in all."""
    whole = scene.traces[0].off is None and set(scene.plane.axes.unit) == {1.0}
    return {"at": packed(steps), "values": packed(values), "norms": None if whole else packed(norms)}


def _cosine(path: Pushed, steps: np.ndarray, seen: np.ndarray) -> float:
    """The mean cosine of vectors with the steps that were made there."""
    known, places = path.trace.path_steps, path.trace.places[:, path.columns]
    if len(known) < 2:
        return 0.0
    here = (np.searchsorted(known, steps, side="right") - 1).clip(0, len(known) - 2)
    way = places[here + 1] - places[here]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        cosines = (way * seen).sum(-1) / np.sqrt((way**2).sum(-1) * (seen**2).sum(-1))
    cosines = cosines[np.isfinite(cosines)]
    return float(cosines.mean()) if len(cosines) else 0.0


def _scale(path: Pushed, state: StateCurves, dims: int) -> dict[str, object] | None:
    """By what the optimizer multiplies each axis, 1 / (√v̂ + ε), on two dimensions."""
    name = next((name for name in SQUARES if name in state.vectors), None)
    if name is None or dims != 2:
        return None
    at = path.some(state.vector_steps)
    values = state.vectors[name][at][:, path.members].astype(np.float64)
    rows = np.searchsorted(state.steps, state.vector_steps[at])  # of points of two numbers all are there
    numbers = {entry: one[rows][:, path.members, None] for entry, one in state.numbers.items()}
    with np.errstate(divide="ignore"):
        scales = 1.0 / _sizes(name, values, numbers)
    return {"name": name, "at": packed(state.vector_steps[at]), "values": packed(scales)}


def _sizes(name: str, averages: np.ndarray, numbers: Mapping[str, np.ndarray]) -> np.ndarray:
    """√v̂ + ε of averages v: those that began at zero are divided by 1 - βᵗ after t steps."""
    if name in ROOTS:
        return averages
    if SQUARES[name] in numbers and "step" in numbers:
        averages = averages / (1.0 - numbers[SQUARES[name]] ** numbers["step"])
    return np.sqrt(averages) + numbers.get("eps", 0.0)


def _curves(path: Pushed, labels: Sequence[str]) -> dict[str, object] | None:
    """The state over steps: what changes, and by their values what does not."""
    if (state := path.state) is None:
        return None
    at = path.some(state.steps)
    numbers = {name: values[:, path.members] for name, values in state.numbers.items()}
    changing = {name: values for name, values in numbers.items() if _changes(values)}
    charts = [
        {"name": name, "lines": [""], **_curve(state.steps, values[..., None], at)}
        for name, values in changing.items()
    ]
    return {
        "members": path.columns.tolist(),
        "charts": [*_coordinates(path, state, labels), *charts],
        "constant": _constants({name: one for name, one in numbers.items() if name not in changing}),
        "skipped": dict(state.skipped),
        "first": int(state.steps[0]) if len(state.steps) else 0,
    }


def _coordinates(path: Pushed, state: StateCurves, labels: Sequence[str]) -> list[dict[str, object]]:
    """Vectors of two coordinates, one curve for each."""
    at = path.some(state.vector_steps)
    return [
        {"name": name, "lines": list(labels), **_curve(state.vector_steps, values[:, path.members], at)}
        for name, values in state.vectors.items()
        if values.shape[-1] == 2
    ]


def _curve(steps: np.ndarray, values: np.ndarray, at: np.ndarray) -> dict[str, object]:
    """`[records, members, lines]` values at steps."""
    return {"steps": packed(steps[at]), "values": packed(values[at])}


def _changes(values: np.ndarray) -> bool:
    """Whether values of some records differ, for any member."""
    return len(values) > 0 and not bool((values == values[:1]).all() or np.isnan(values).all())


def _constants(numbers: Mapping[str, np.ndarray]) -> dict[str, str]:
    """What never changed, as text: of members that differ, from and to."""
    told = {}
    for name, values in numbers.items():
        known = values[np.isfinite(values)]
        if len(known):
            low, high = known.min(), known.max()
            told[name] = f"{low:.6g}" if low == high else f"{low:.6g} … {high:.6g}"
    return told
