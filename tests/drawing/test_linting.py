"""Each rule finds a fault made for it, and nothing in a figure without any."""

import numpy as np
import pytest
from linting import faults
from matplotlib.figure import Figure

STEPS = np.arange(50)


def figure(**settings):
    """A curve that falls, on axes with names."""
    made = Figure(**{"figsize": (5, 4), "layout": "constrained"} | settings)
    axes = made.add_subplot(xlabel="step", ylabel="loss")
    axes.plot(STEPS, np.exp(-STEPS / 20), color="#b3261e", label="adam")
    return made, axes


def map_of(aspect):
    """A map of the unit square, wider than it is tall unless its aspect is kept."""
    made = Figure(figsize=(8, 3), layout="constrained")
    axes = made.add_subplot(xlabel="x", ylabel="y", aspect=aspect)
    axes.pcolormesh(np.linspace(0, 1, 9), np.linspace(0, 1, 9), np.random.default_rng(0).random((9, 9)))
    return made


def cut():
    made, axes = figure(layout=None)
    axes.set_ylabel("a name too long for the height of this figure, which leaves it above and below")
    return made


def overlapping():
    made, axes = figure()
    for place in (0.5, 0.52):
        axes.text(place, 0.9, "words", transform=axes.transAxes)
    return made


def below_a_legend():
    made, axes = figure()
    axes.text(0.9, 0.94, "words", transform=axes.transAxes)
    axes.legend(loc="upper right")
    return made


def legend_on_a_curve():
    made, axes = figure()
    axes.legend(loc="center", borderpad=4)
    return made


def below_a_mark():
    made, axes = figure()
    axes.set_title("words", loc="left")
    axes.plot(0.1, 1.0, "o", markersize=17, clip_on=False, transform=axes.transAxes)
    return made


def empty():
    made, axes = figure()
    axes.set_ylim(5, 6)
    return made


def at_the_top():
    made, axes = figure()
    axes.set_ylim(-9, 1)
    return made


def decades():
    made, axes = figure()
    axes.plot(STEPS, 10.0 ** -STEPS.astype(float), color="#b3261e")
    axes.set_yscale("log")
    return made


def pale_text():
    made, axes = figure()
    axes.set_xlabel("step", color="#bbbbbb")
    return made


def pale_in_a_box():
    made, axes = figure()
    axes.text(0.9, 0.5, "17", transform=axes.transAxes, color="white", bbox={"facecolor": "#ffd24a"})
    return made


def pale_line():
    made, axes = figure()
    axes.plot(STEPS, STEPS / 50, color="#ffc914")
    return made


def alike():
    made, axes = figure()
    axes.plot(STEPS, STEPS / 50, color="#4f7a1f")
    return made


FAULTS = {
    "cut by the canvas": cut,
    "one on the other": overlapping,
    "below a legend": below_a_legend,
    "a legend on a curve": legend_on_a_curve,
    "below a mark": below_a_mark,
    "nothing in the panel": empty,
    "of the height": at_the_top,
    "decades along": decades,
    "stretched": lambda: map_of("auto"),
    "pale: 'step'": pale_text,
    "pale: '17'": pale_in_a_box,
    "a pale line": pale_line,
    "alike in deuteranopia": alike,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault):
    found = faults(FAULTS[fault]())
    assert [one for one in found if fault in one], found


def test_nothing_is_found_where_nothing_is_wrong():
    made, axes = figure()
    axes.plot(STEPS, STEPS / 50, color="#4f7a1f", linestyle="--", label="sgd")
    assert faults(made) == []
    assert faults(map_of("equal")) == []


@pytest.mark.parametrize(("color", "found"), [("#0070b0", 0), ("#f0e442", 1)])
def test_words_in_a_box_are_read_on_the_box(color, found):
    made, axes = figure()
    box = {"boxstyle": "circle", "facecolor": color}
    axes.text(0.5, 0.5, "1", transform=axes.transAxes, color="white", bbox=box)
    assert faults(made).count("pale: '1'") == found
