"""What stands above a figure."""

from dataclasses import replace

import numpy as np
from linting import faults
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scenes import recorded, scene, trajectory

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import path_figure


def test_title_tells_optimizer_steps_and_final_loss():
    path = trajectory([[5, 5], [30, 5], [30, 35]], [0.8, 0.6, 0.25], label="spiral · lion, lr 0.03")
    title = path_figure(scene(path)).axes[0].get_title(loc="left")
    assert title == "spiral · lion, lr 0.03 · 2 steps · final loss 0.25"
    diverged = trajectory([[5, 5], [30, np.nan]], [0.8, np.nan])
    assert "diverged in step 1, best loss 0.8" in path_figure(scene(diverged)).axes[0].get_title(loc="left")
    raised = scene(diverged)
    raised = replace(raised, traces=(replace(raised.traces[0], lost="failed"),))
    assert "failed in step 1, best loss 0.8" in path_figure(raised).axes[0].get_title(loc="left")


def grey_line(axes):
    """What stands between the title and the map."""
    return next(text for text in axes.texts if text.get_color() == "#5f6368")


def test_what_explains_the_picture_stands_in_grey_below_the_title():
    path = trajectory([[5, 5], [30, 5]], [0.8, 0.6], label="spiral · lion, lr 0.03")
    view = replace(scene(path), about="shift: pixels 50 · schedule OneCycleLR")
    for draw in (path_figure, loss_figure):
        figure = draw(view)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        axes = figure.axes[0]
        (title,) = [
            each for each in axes.findobj(Text) if each.get_text() == axes.get_title(loc="left") != ""
        ]
        below = grey_line(axes)
        assert below.get_text() == view.about
        renderer = canvas.get_renderer()
        assert axes.bbox.y1 < below.get_window_extent(renderer).y0
        assert below.get_window_extent(renderer).y1 < title.get_window_extent(renderer).y0 + 2


def test_long_titles_are_broken_where_the_figure_ends():
    path = trajectory(
        [[5, 5], [30, 5]], [0.8, 0.6], label="a long name of a landscape · an optimizer, lr 0.03"
    )
    figure = path_figure(replace(scene(path), about=" · ".join(["augmentation: number 1"] * 12)))
    FigureCanvasAgg(figure).draw()
    for text in figure.axes[0].findobj(Text):
        if text.get_visible() and " · " in text.get_text():
            assert text.get_window_extent().x1 < figure.bbox.x1
    assert grey_line(figure.axes[0]).get_text().count("augmentation") == 12


def title(kept):
    return loss_figure(scene(kept)).axes[0].get_title(loc="left")


def test_of_many_learning_rates_the_best_and_its_final_loss_are_told():
    """The title told the median over all rates, the terminal that at the best."""
    members = {"lr": np.array([0.1, 1.0, 10.0, 0.1, 1.0, 10.0])}
    losses = [[1.0] * 6, [0.5, 0.02, np.nan, 0.6, 0.03, np.nan]]
    told = title(recorded(np.zeros((2, 6, 2)), losses, members=members))
    assert told.endswith("1 steps · 6 members · best lr 1: median final loss 0.02")
    alone = title(
        recorded(np.zeros((2, 3, 2)), [row[:3] for row in losses], members={"lr": members["lr"][:3]})
    )
    assert alone.endswith("best lr 1: final loss 0.02")


def test_members_that_diverged_count_as_infinite():
    assert title(recorded(np.zeros((2, 3, 2)), [[1.0] * 3, [0.5, np.nan, 0.3]])).endswith(
        "median final loss 0.5"
    )
    told = title(recorded(np.zeros((2, 3, 2)), [[1.0] * 3, [0.5, np.nan, np.nan]]))
    assert told.endswith("half and more of the members diverged")


def test_an_optimizer_that_was_done_is_said_to_have_converged():
    kept = recorded(np.zeros((5, 1, 2)), [0.8, 0.5, 0.4, 0.4, 0.4], evaluations=(0, 4, 9, 9, 9))
    assert "converged after 2 of 4 steps · final loss 0.4" in title(kept)


def test_without_a_title_the_grey_line_has_room_below_a_legend():
    """Of several paths on a plane both lay on each other."""
    paths = [trajectory([[5, 5], [30, 5 + k]], [0.8, 0.6], label=f"optimizer {k}") for k in range(2)]
    figure = path_figure(replace(scene(*paths), about="network"))
    assert not [fault for fault in faults(figure) if "legend" in fault or "other" in fault]
