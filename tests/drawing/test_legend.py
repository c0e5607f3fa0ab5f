"""Who is who among several traces."""

from dataclasses import replace

import pytest
from matplotlib.colors import to_hex
from scenes import pixels_of, scene, trajectory

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.palette import GREY, PATH_COLORS, path_color
from landscape_lab.drawing.race import race_figure


def words(figure):
    (legend,) = figure.legends
    return {
        text.get_text(): to_hex(line.get_color())
        for text, line in zip(legend.texts, legend.legend_handles, strict=True)
    }


@pytest.fixture(scope="module")
def three():
    paths = [([0.8, 0.25], "adam"), ([0.8, float("nan")], "sgd"), ([0.8, 0.5], "lion")]
    return scene(*(trajectory([[5, 5], [30, 20]], losses, label) for losses, label in paths))


def test_each_trace_is_named_with_its_true_final_loss_in_its_colour(three):
    expected = ["1  adam: final loss 0.25", "3  sgd: diverged", "2  lion: final loss 0.5"]
    assert words(path_figure(three)) == {told: path_color(number) for number, told in enumerate(expected)}
    by_rank = replace(three, traces=tuple(three.traces[number] for number in (0, 2, 1)))
    assert list(words(race_figure([("ramp", by_rank)]))) == sorted(expected)


def test_runs_of_one_label_share_a_line_that_tells_their_median():
    seeds = [trajectory([[5, 5], [30, 20]], [0.8, end], "adam") for end in (0.1, 0.3, 0.7)]
    assert list(words(race_figure([("ramp", scene(*seeds))]))) == ["1  adam: median final loss 0.3"]


def test_after_the_last_colour_all_are_grey():
    many = scene(*(trajectory([[5, 5], [30, 20]], [0.8, 0.1], str(number)) for number in range(10)))
    told = words(path_figure(many))
    assert len(told) == len(PATH_COLORS) + 1
    assert told["2 more"] == GREY == path_color(9)


@pytest.mark.parametrize("length", [5, 60])
def test_it_is_not_wider_than_its_figure(length):
    figure = path_figure(
        scene(*(trajectory([[5, 5], [30, 20]], [0.8, 0.1], f"{n}" * length) for n in range(6)))
    )
    pixels_of(figure)
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_losses_of_several_landscapes_are_not_compared(three):
    assert list(words(race_figure([("ramp", three), ("again", three)]))) == ["adam", "sgd", "lion"]
