"""Samples and what a network answers to them: points, a sheet of pictures, or lines of text."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from landscape_lab.drawing.palette import FRAME, GREY, GRID, INK, PATH_COLORS, WRONG
from landscape_lab.drawing.regions import draw_classes, right_share, write_classes
from landscape_lab.drawing.style import STYLE
from landscape_lab.drawing.titles import explain, title_of
from landscape_lab.escaping import visible
from landscape_lab.scene import Samples, Scene

POINTS, PICTURES, LINES = 2000, 60, 10
"""The most samples that are drawn of each kind."""
ACROSS = 12
"""Pictures in a line of a sheet."""
SIGNS = {"\n": "↵", "\t": "→", " ": "␣"}
"""What is drawn for characters that leave no ink."""
RIGHT_COLOR, FAINT_COLOR, POINT_COLOR = INK, GREY, PATH_COLORS[0]
TALL = 1.24
"""A picture and the words below it, in heights of the picture."""
CELL, MARGIN = 0.15, 9
"""The width of a token in inches, and of what stands before a line of them in tokens."""


def data_figure(scene: Scene) -> Figure:
    """The samples with their targets, and what the network answers at the end of the descent.

    Raises:
        ValueError: The scene has no network.
    """
    if scene.answers is None:
        raise ValueError("Parameter `figures` may be data only for one run of a network. Found none.")
    samples = scene.answers.samples(POINTS)
    words = [title_of(scene.traces), scene.answers.member]
    title = "\n".join(word for word in words if word)
    with rc_context(STYLE):
        figure = _figure_of(samples, title)
        explain(figure.axes[0], scene, figure.axes[0].get_title(loc="left"))
    return figure


def _figure_of(samples: Samples, title: str) -> Figure:
    """The picture for their kind: sequences, numbers, pictures or points."""
    if samples.tokens or not np.issubdtype(samples.inputs.dtype, np.floating):
        return _of_sequences(_first(samples, LINES), title)
    if not samples.classes:
        return _of_numbers(samples, title)
    if samples.inputs.ndim == 4:
        return _of_pictures(_first(samples, PICTURES), title)
    return _of_points(samples, title)


def _first(samples: Samples, most: int) -> Samples:
    """At most so many of the samples, evenly spaced."""
    chosen = np.linspace(0, len(samples.inputs) - 1, min(most, len(samples.inputs))).round().astype(int)
    parts = (samples.inputs[chosen], samples.targets[chosen], samples.answers[chosen])
    return Samples(*parts, samples.classes, samples.tokens, samples.held_out)


def _of_points(samples: Samples, title: str) -> Figure:
    """Points in the colours of their classes; of more than two features on their principal directions."""
    places = samples.inputs.reshape(len(samples.inputs), -1)
    labels = ("feature 1", "feature 2")
    if places.shape[1] != 2:
        places, labels = _principal(places), ("direction 1 of the inputs", "direction 2 of the inputs")
    figure = Figure(figsize=(7.4, 6.6), layout="constrained")
    axes = figure.add_subplot()
    draw_classes(axes, places, samples)
    write_classes(axes, samples)
    axes.set(aspect="equal", xlabel=labels[0], ylabel=labels[1])
    axes.margins(0.06)
    _finish(axes, f"{title}\n{right_share(samples)}")
    return figure


def _principal(inputs: np.ndarray) -> np.ndarray:
    """Inputs `[n, features]` on their two principal directions; a single one on itself and nothing."""
    centred = inputs - inputs.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    places = centred @ directions.T
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))


def _of_numbers(samples: Samples, title: str) -> Figure:
    """Targets and answers over a single feature; of more features, the answers against the targets."""
    figure = Figure(figsize=(7.4, 5.4), layout="constrained")
    axes = figure.add_subplot()
    inputs = samples.inputs.reshape(len(samples.inputs), -1)
    targets, answers = (part.reshape(len(inputs), -1)[:, 0] for part in (samples.targets, samples.answers))
    if inputs.shape[1] == 1:
        order = inputs[:, 0].argsort()
        axes.plot(inputs[:, 0], targets, "o", color=GREY, markersize=3, label="target")
        axes.plot(inputs[order, 0], answers[order], color=POINT_COLOR, linewidth=1.8, label="answer")
        axes.set(xlabel="feature", ylabel="target")
    else:
        ends = [float(min(targets.min(), answers.min())), float(max(targets.max(), answers.max()))]
        axes.plot(ends, ends, color=GREY, linewidth=1.0, label="answer = target")
        axes.plot(targets, answers, "o", color=POINT_COLOR, markersize=3, alpha=0.6, label="samples")
        axes.set(xlabel="target", ylabel="answer", aspect="equal")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    where = " held out" if samples.held_out else ""
    _finish(axes, f"{title}\n{len(inputs):,} samples{where}")
    return figure


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _blank(columns: float, rows: float, width: float, height: float, title: str) -> tuple[Figure, Axes]:
    """Axes without a frame, one unit for each column and row, the first row at the top."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0.0, columns), ylim=(rows, 0.0))
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=11)
    return figure, axes


def _of_pictures(samples: Samples, title: str) -> Figure:
    """A sheet of pictures, each with its class; where the answer differs, that in red, and a red frame."""
    lines = -(-len(samples.inputs) // ACROSS)
    height = TALL * lines  # in pictures
    figure, axes = _blank(ACROSS, height, 10.0, 0.83 * height + 0.7, f"{title}\n{right_share(samples)}")
    low, high = samples.inputs.min(), samples.inputs.max()
    shown = ((samples.inputs - low) / max(high - low, 1e-12)).transpose(0, 2, 3, 1)
    shown = shown if shown.shape[-1] == 3 else shown.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    for number, picture in enumerate(shown):
        corner = number % ACROSS + 0.06, TALL * (number // ACROSS) + 0.06
        target, answer = (samples.classes[part[number]] for part in (samples.targets, samples.answers))
        _draw_picture(axes, picture, corner, target, answer)
    axes.set(xlim=(0.0, ACROSS), ylim=(height, 0.0), aspect="equal")
    return figure


def _draw_picture(
    axes: Axes, picture: np.ndarray, corner: tuple[float, float], target: str, answer: str
) -> None:
    """A picture, its frame, and its class below it."""
    x, y = corner
    wrong = target != answer
    color = WRONG if wrong else RIGHT_COLOR
    axes.imshow(picture, extent=(x, x + 0.88, y + 0.88, y), interpolation="nearest", zorder=2)
    frame, width = (color, 2.4) if wrong else (FRAME, 0.8)
    axes.add_patch(Rectangle((x, y), 0.88, 0.88, fill=False, zorder=3, edgecolor=frame, linewidth=width))
    words = f"{target} → {answer}" if wrong else target
    size = float(np.clip(90.0 / len(words), 5.5, 9.5))  # long names are written small
    axes.text(x + 0.44, y + 0.92, words, color=color, fontsize=size, ha="center", va="top")


def _of_sequences(samples: Samples, title: str) -> Figure:
    """Each sequence with the token that comes next at each position, true above predicted."""
    if samples.targets.ndim == 1:
        return _of_sums(samples, title)
    lines, length = samples.targets.shape
    where = " held out" if samples.held_out else ""
    right = (
        f"{lines} samples{where} · {(samples.targets == samples.answers).mean():.1%} of the next tokens right"
    )
    size = CELL * (length + MARGIN) + 0.3, 0.56 * lines + 0.8
    figure, axes = _blank(length + MARGIN, 3.0 * lines, *size, f"{title}\n{right}")
    for line, (target, answer) in enumerate(zip(samples.targets, samples.answers, strict=True)):
        _write_predictions(axes, 3.0 * line, samples.classes, target, answer)
    return figure


def _write_predictions(
    axes: Axes, top: float, names: tuple[str, ...], target: np.ndarray, answer: np.ndarray
) -> None:
    """The tokens that come next, and below them the predicted ones."""
    for below, (name, tokens) in enumerate((("next", target), ("predicted", answer))):
        y = top + 1.1 * below + 0.6
        axes.text(0.0, y, name, color=GREY, fontsize=8, va="center")
        for position, token in enumerate(tokens):
            color = FAINT_COLOR if below == 0 else _color(token == target[position])
            _write(axes, position + MARGIN, y, _sign(names[token]), color)


def _of_sums(samples: Samples, title: str) -> Figure:
    """Sequences, each with its class and the answer."""
    lines, length = samples.inputs.shape
    wide = length + MARGIN + 16
    figure, axes = _blank(
        wide, 2.0 * lines, max(6.0, CELL * wide + 0.3), 0.36 * lines + 0.8, f"{title}\n{right_share(samples)}"
    )
    names = samples.tokens or tuple(map(str, range(int(samples.inputs.max()) + 1)))
    for line, (tokens, target, answer) in enumerate(
        zip(samples.inputs, samples.targets, samples.answers, strict=True)
    ):
        y = 2.0 * line + 0.7
        for position, token in enumerate(tokens):
            _write(axes, position + 0.5, y, _sign(names[token]), RIGHT_COLOR)
        _write(axes, length + 3.0, y, f"→ {samples.classes[target]}", RIGHT_COLOR)
        answered = f"predicted {samples.classes[answer]}"
        _write(axes, length + 12.0, y, answered, _color(target == answer))
    return figure


def _color(right: bool | np.bool_) -> str:
    """Of an answer."""
    return RIGHT_COLOR if right else WRONG


def _write(axes: Axes, x: float, y: float, text: str, color: str) -> None:
    """A token in its cell; a wrong one is bold, for eyes that do not see red."""
    weight = "bold" if color == WRONG else "normal"
    axes.text(x, y, text, color=color, weight=weight, family="DejaVu Sans Mono", ha="center", va="center")


def _sign(token: str) -> str:
    """What is drawn for a token."""
    return SIGNS.get(token, visible(token))
