"""Who is who among several traces."""

import pytest
from matplotlib.colors import to_hex
from scenes import scene, trajectory

from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.maps import path_color
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
    expected = ["adam: final loss 0.25", "sgd: diverged", "lion: final loss 0.5"]
    assert words(path_figure(three)) == {told: path_color(number) for number, told in enumerate(expected)}
    assert list(words(race_figure([("ramp", three)]))) == expected


def test_runs_of_one_label_share_a_line_that_tells_their_median():
    seeds = [trajectory([[5, 5], [30, 20]], [0.8, end], "adam") for end in (0.1, 0.3, 0.7)]
    assert list(words(race_figure([("ramp", scene(*seeds))]))) == ["adam: median final loss 0.3"]


def test_losses_of_several_landscapes_are_not_compared(three):
    assert list(words(race_figure([("ramp", three), ("again", three)]))) == ["adam", "sgd", "lion"]
