"""What stands above a film: the step and the losses, who has which colour, and how time passes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib import font_manager
from PIL import ImageDraw, ImageFont

from landscape_lab.drawing.maps import colored
from landscape_lab.drawing.pacing import WORDS, Pacing
from landscape_lab.drawing.palette import GREY, PATH_COLORS, path_color
from landscape_lab.outcomes.quantiles import typical
from landscape_lab.scene import Scene, Trace, last_before

LINE, ROW = 34, 20
"""Pixels of the line of numbers, and of each row of names below it."""
LEFT = 14
"""Pixels left and right of all lines."""
SWATCH = 10
"""The side of a square in the colour of a path, pixels."""
NAME_COLOR, VALUE_COLOR = "#6f757a", "#202124"
LOSS = "-0.0000e+00"
"""A loss as long as they get."""
FONT = font_manager.findfont("DejaVu Sans")


class Word(NamedTuple):
    """A part of the line of numbers; it has the room that its longest value needs, so that nothing jumps."""

    text: str
    longest: str
    color: str


class Entry(NamedTuple):
    """A path: its colour, its name, and its loss or nothing."""

    color: str
    name: str
    loss: str


def _longest(entry: Entry) -> str:
    """A path's name with a loss as long as they get."""
    return f"{entry.name}  {LOSS if entry.loss else ''}"


class Header:
    """The lines above a film.

    Args:
        scene: What is filmed.
        pacing: When its frames are taken.
        width: Of a frame, pixels.
    """

    def __init__(self, scene: Scene, pacing: Pacing, width: int) -> None:
        self.scene = scene
        self.width = width
        self.small = ImageFont.truetype(FONT, 11)
        room, line = width - 2 * LEFT, caption(scene, np.inf)
        self.font = _fitting("".join(word.longest for word in line), room, 15)
        used = sum(self.font.getlength(word.longest) for word in line)
        self.clock = self._clock(WORDS[pacing.clock], room - used)
        names = list(map(_longest, entries(scene.traces, np.inf)))
        longest = max(names, key=len, default="")
        self.fine = _fitting(longest, room - 2 * SWATCH, 13)
        rows = -(-len(names) // max(1, int(room / (self.fine.getlength(longest) + 3 * SWATCH))))
        self.columns = max(1, -(-len(names) // max(1, rows)))
        self.height = LINE + ROW * rows

    def _clock(self, words: str, room: float) -> str:
        """What is told of the clock in so many pixels."""
        ways = (words, words.removeprefix("paced "))
        return next((told for told in ways if self.small.getlength(told) <= room), "")

    def write(self, draw: ImageDraw.ImageDraw, moment: float) -> None:
        """The lines at a step."""
        x = float(LEFT)
        for word in caption(self.scene, moment):
            draw.text((x, LINE / 2), word.text, fill=word.color, font=self.font, anchor="lm")
            x += self.font.getlength(word.longest)
        draw.text((self.width - LEFT, LINE / 2), self.clock, fill=NAME_COLOR, font=self.small, anchor="rm")
        apart = (self.width - 2 * LEFT) / self.columns
        for number, entry in enumerate(entries(self.scene.traces, moment)):
            row, column = divmod(number, self.columns)
            self._write_entry(draw, LEFT + column * apart, LINE + (row + 0.25) * ROW, entry)

    def _write_entry(self, draw: ImageDraw.ImageDraw, x: float, y: float, entry: Entry) -> None:
        """A square in the colour of a path, its name and its loss."""
        half = SWATCH / 2
        draw.rectangle((x, y - half, x + SWATCH, y + half), fill=entry.color)
        x += 1.6 * SWATCH
        draw.text((x, y), entry.name, fill=VALUE_COLOR, font=self.fine, anchor="lm")
        x += self.fine.getlength(f"{entry.name}  ")
        draw.text((x, y), entry.loss, fill=NAME_COLOR, font=self.fine, anchor="lm")


def entries(traces: Sequence[Trace], moment: float) -> list[Entry]:
    """Several traces with their losses at a step, or the lowest, the middle and the highest rate of one."""
    if len(traces) == 1:
        return _rates(traces[0])
    named = [
        Entry(path_color(number), trace.label, _loss(trace, moment))
        for number, trace in enumerate(traces[: len(PATH_COLORS)])
    ]
    more = len(traces) - len(named)
    return [*named, *([Entry(GREY, f"{more} more", "")] if more else [])]


def _rates(trace: Trace) -> list[Entry]:
    """Some learning rates of the members, where they differ."""
    if trace.rates is None:
        return []
    rates, parts = np.unique(trace.rates), colored(0, trace)
    some = dict.fromkeys((0, len(parts) // 2, len(parts) - 1))
    return [Entry(parts[index][0], f"lr {rates[index]:g}", "") for index in some]


def caption(scene: Scene, moment: float) -> list[Word]:
    """The line of numbers: the step, and of a single trace its label, loss and learning rate."""
    last = max(int(trace.steps[-1]) for trace in scene.traces)
    step = [
        Word("step ", "step ", NAME_COLOR),
        Word(f"{int(min(moment, last)):,} of {last:,}", f"{last:,} of {last:,}    ", VALUE_COLOR),
    ]
    if len(scene.traces) == 1:
        return _caption_of_one(scene.traces[0], moment, step)
    return [*([Word(scene.about, f"{scene.about}    ", VALUE_COLOR)] if scene.about else []), *step]


def _caption_of_one(trace: Trace, moment: float, step: list[Word]) -> list[Word]:
    members = trace.losses.shape[1]
    title = trace.label.split(", lr ")[0] + (f" · {trace.total:,} members" if trace.total > 1 else "")
    name = "loss " if members == 1 else "median loss "
    words = [Word(title, f"{title}    ", VALUE_COLOR), *step] if title else list(step)
    words += [Word(name, name, NAME_COLOR), Word(_loss(trace, moment), f"{LOSS}    ", VALUE_COLOR)]
    if "measured_accuracy" in trace.measured:
        accuracy = typical(_measured(trace, "measured_accuracy", moment))
        words += [
            Word("accuracy ", "accuracy ", NAME_COLOR),
            Word(f"{accuracy:.3f}", "0.000    ", VALUE_COLOR),
        ]
    if np.isfinite(rate := trace.lr[trace.record(moment)]):
        words += [Word("lr ", "lr ", NAME_COLOR), Word(f"{rate:.4g}", "0.0000e+00", VALUE_COLOR)]
    return words


def _loss(trace: Trace, moment: float) -> str:
    """The loss at a step, the median of the members; of a network that last measured on all data."""
    known = "measured_losses" in trace.measured
    losses = _measured(trace, "measured_losses", moment) if known else trace.losses[trace.record(moment)]
    losses = losses[np.isfinite(losses)]
    return f"{typical(losses):.4g}" if len(losses) else trace.lost


def _measured(trace: Trace, name: str, moment: float) -> np.ndarray:
    """What was last measured up to a step, `[members]`."""
    return trace.measured[name][last_before(trace.measured["measured_steps"], moment)]


def _fitting(text: str, width: float, largest: int) -> ImageFont.FreeTypeFont:
    """The largest font in which a text is no wider than so many pixels; none is below 6."""
    fonts = (ImageFont.truetype(FONT, size) for size in range(largest, 5, -1))
    return next((font for font in fonts if font.getlength(text) <= width), ImageFont.truetype(FONT, 6))
