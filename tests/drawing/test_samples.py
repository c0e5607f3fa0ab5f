"""Each kind of data has its own figure; wrong answers are marked, and as many as there are."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import function_scene, pixels_of

from landscape_lab.drawing.palette import WRONG
from landscape_lab.drawing.samples import LINES, PICTURES, data_figure
from landscape_lab.planes import Window
from landscape_lab.scene import Samples

RNG = np.random.default_rng(0)
CLASSES = np.array([0, 1, 2, 1] * 30)


class Fixed:
    """Answers that the test chose."""

    window, member = Window(0.0, 1.0, 0.0, 1.0), "member 2 of 3, the best"

    def __init__(self, samples):
        self.chosen = samples

    def samples(self, most):
        return self.chosen

    def shares(self, moment, shape):
        raise NotImplementedError


def drawn(inputs, targets, answers, **names):
    """The figure of some samples."""
    _, scene = function_scene("booth")
    figure = data_figure(replace(scene, answers=Fixed(Samples(inputs, targets, answers, **names))))
    pixels_of(figure)
    return figure.axes[0]


@pytest.mark.parametrize("features", [1, 2, 7])
def test_points_lie_in_a_plane_with_a_ring_around_wrong_ones(features):
    answers = np.where(np.arange(120) < 5, 0, CLASSES)
    wrong = int((answers != CLASSES).sum())
    inputs = RNG.normal(size=(120, features))
    axes = drawn(inputs, CLASSES, answers, classes=("a", "b", "c"))
    points, rings = axes.collections
    assert (len(points.get_offsets()), len(rings.get_offsets())) == (120, wrong)
    if features == 2:
        assert {tuple(place) for place in points.get_offsets()} == {tuple(place) for place in inputs}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b", "c", "wrong"]
    assert "member 2 of 3, the best" in axes.get_title("left")


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_pictures_have_their_class_below_and_a_wrong_answer_in_red(channels):
    answers = np.where(np.arange(120) % 4 == 2, 0, CLASSES)
    pictures = RNG.normal(size=(120, channels, 5, 7)).astype(np.float32)
    axes = drawn(pictures, CLASSES, answers, classes=("cat", "dog", "owl"), held_out=True)
    assert len(axes.images) == PICTURES
    red = [text.get_text() for text in axes.texts if text.get_color() == WRONG]
    assert set(red) == {"owl → cat"}
    assert len(red) == sum(text.get_text().startswith("owl") for text in axes.texts)
    assert "60 samples held out" in axes.get_title("left")


def test_text_shows_the_next_characters_above_the_predicted_ones():
    tokens = (" ", "\n", "$", "x")
    targets = np.array([[0, 1, 2, 3]] * 20)
    answers = np.array([[0, 1, 3, 3]] * 20)
    axes = drawn(targets, targets, answers, classes=tokens, tokens=tokens)
    texts = [text.get_text() for text in axes.texts]
    assert texts[:5] == ["next", "␣", "↵", "$", "x"]
    assert texts[5:10] == ["predicted", "␣", "↵", "x", "x"]
    assert sum(text.get_color() == WRONG for text in axes.texts) == LINES
    assert "75.0% of the next tokens right" in axes.get_title("left")


def test_sequences_with_a_class_show_it_and_the_answer():
    sequences = np.array([[1, 2], [3, 4]])
    axes = drawn(
        sequences,
        np.array([3, 7]),
        np.array([3, 6]),
        classes=tuple(map(str, range(19))),
        tokens=tuple("01234"),
    )
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["1", "2", "→ 3", "predicted 3", "3", "4", "→ 7", "predicted 6"]
    assert [text.get_text() for text in axes.texts if text.get_color() == WRONG] == ["predicted 6"]


@pytest.mark.parametrize("features", [1, 3])
def test_numbers_are_drawn_over_a_single_feature_or_against_the_answers(features):
    inputs = RNG.normal(size=(30, features))
    targets = inputs.sum(axis=1)
    axes = drawn(inputs, targets, 2 * targets)
    lines = [line.get_xydata() for line in axes.lines]
    assert any(len(line) == 30 and np.allclose(sorted(line[:, 1]), sorted(2 * targets)) for line in lines)


def test_a_landscape_without_a_network_has_no_data():
    with pytest.raises(ValueError, match="`figures` may be data only for one run of a network"):
        data_figure(function_scene("booth")[1])
