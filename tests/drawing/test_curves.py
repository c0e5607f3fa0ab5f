"""Curves of the loss, of evaluations and of distances are those of the trajectory."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scenes import function_scene, recorded, scene, trajectory

from landscape_lab.drawing.curves import loss_figure
from landscape_lab.drawing.figures import FIGURES, path_figure


def test_loss_figure_has_a_linear_and_a_logarithmic_side():
    view = scene(trajectory(np.full((4, 2), 5), [0.8, 0.0, np.nan, 0.05]))
    figure = loss_figure(view)
    linear, logarithmic = figure.axes
    assert (linear.get_yscale(), logarithmic.get_yscale()) == ("linear", "log")
    curve = linear.lines[0].get_xydata()
    np.testing.assert_allclose(curve, [[0, 0.8], [1, 0.0], [3, 0.05]], atol=1e-6)
    assert np.isfinite(logarithmic.lines[0].get_ydata()).all()
    FigureCanvasAgg(figure).draw()


def test_two_optimizers_share_one_landscape():
    one, two = (trajectory([[5, 5], [5 + 40 * k, 30]], [0.5, 0.1], label=f"optimizer {k}") for k in (0, 1))
    figure = loss_figure(scene(one, two))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "optimizer 0",
        "optimizer 1",
        "lowest loss",
    ]
    FigureCanvasAgg(path_figure(scene(one, two))).draw()


def test_loss_can_be_drawn_against_evaluations():
    kept = recorded(np.zeros((3, 1, 2)), [0.8, 0.5, 0.6], "lbfgs", evaluations=(0, 4, 9))
    axes = FIGURES["evaluations"](scene(kept)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 0.8], [4, 0.5], [9, 0.6]], atol=1e-6)
    np.testing.assert_allclose(axes.lines[1].get_xydata(), [[4, 0.5]], atol=1e-6)
    assert axes.get_xlabel() == "evaluation"


def test_distance_to_the_nearest_minimum_is_drawn():
    landscape, view = function_scene("himmelblau", points=((3.0, 3.0), (-2.8, 3.1)))
    curve = loss_figure(view).axes[2].lines[0].get_ydata()
    expected = [
        (landscape.minima - torch.tensor(place)).norm(dim=1).min().item()
        for place in ((3.0, 3.0), (-2.8, 3.1))
    ]
    assert curve == pytest.approx(expected, rel=1e-5)


def measured_path(losses, measured, **further):
    """A path of one member whose losses were also measured on all data, at every other step."""
    kept = recorded(np.zeros((len(losses), 1, 2)), losses, "adam", evaluations=range(0, 2 * len(losses), 2))
    for step, loss in zip(range(0, len(losses), 2), measured, strict=True):
        values = {"measured_losses": loss} | {name: each[step // 2] for name, each in further.items()}
        kept.measured.add(step, {name: torch.tensor([value]) for name, value in values.items()})
    return kept


def test_what_was_measured_is_told_from_what_steps_saw():
    held_out, accuracy = [0.95, 0.7, 0.8], [0.3, 0.5, 0.75]
    kept = measured_path(
        [0.8, 0.05, 0.7, 0.2, 0.4], [0.9, 0.6, 0.5], validation_losses=held_out, measured_accuracy=accuracy
    )
    figure = loss_figure(scene(kept))
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "loss, logarithmic", "accuracy"]
    seen, whole, validation = figure.axes[0].lines
    np.testing.assert_allclose(seen.get_ydata(), [0.8, 0.05, 0.7, 0.2, 0.4], rtol=1e-6)
    np.testing.assert_allclose(whole.get_xydata(), [[0, 0.9], [2, 0.6], [4, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(validation.get_ydata(), held_out, rtol=1e-6)
    assert seen.get_linewidth() < validation.get_linewidth() < whole.get_linewidth()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["seen by steps", "all data", "validation"]
    np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata(), accuracy, rtol=1e-6)


def test_curves_are_drawn_over_any_cost_that_is_known():
    kept = measured_path([0.8, 0.1, 0.7], [0.9, 0.6])
    with pytest.raises(ValueError, match=r"`against` should be one of steps, evaluations\. Found"):
        loss_figure(scene(kept), "seconds")
    kept.clock.read(1, 10.0)
    kept.clock.read(2, 14.0)
    costs = {"steps": [0, 1, 2], "evaluations": [0, 2, 4], "seconds": [0, 10, 14]}
    for against, expected in costs.items():
        axes = loss_figure(scene(kept), against).axes[0]
        np.testing.assert_allclose(axes.lines[0].get_xdata(), expected)
        np.testing.assert_allclose(axes.lines[1].get_xdata(), [expected[0], expected[2]])
        assert axes.get_xlabel() in against


def test_each_learning_rate_of_a_network_has_its_measured_curve():
    members = {"lr": np.array([0.1, 1.0])}
    kept = recorded(np.zeros((3, 2, 2)), [[0.8, 0.8], [0.1, 0.9], [0.7, 0.7]], members=members)
    for step in (0, 2):
        values = torch.tensor([1.0, 2.0]) / (1 + step)
        kept.measured.add(step, {"measured_losses": values, "measured_accuracy": 1 - values / 2})
    losses, accuracy, bar = loss_figure(scene(kept)).axes
    assert (losses.get_ylabel(), bar.get_ylabel()) == ("lowest loss so far", "learning rate")
    best, other = sorted(losses.lines, key=lambda line: -line.get_linewidth())
    np.testing.assert_allclose(best.get_ydata(), [1.0, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(other.get_ydata(), [2.0, 2 / 3], rtol=1e-6)
    assert accuracy.get_ylim()[0] < 0.5 < accuracy.get_ylim()[1]


def test_negative_losses_are_drawn_above_the_known_minimum_or_the_lowest_seen():
    """Of easom's losses, -1 at the minimum, a logarithm showed nothing."""
    losses = [-0.0, -0.3, -0.9, -0.9999, -0.999]
    landscape, view = function_scene("easom", [(2.0 + 0.2 * k, 2.5) for k in range(5)], losses)
    assert view.lowest == pytest.approx(float(landscape.evaluate(landscape.minima)[0]))
    axes = loss_figure(view).axes[1]
    assert axes.get_ylabel() == "loss above -1,\nthe minimum, logarithmic"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.array(losses) + 1, rtol=2e-3)
    low, high = axes.get_ylim()
    assert 5e-5 < low < 1e-4 < 1 < high < 2

    axes = loss_figure(replace(view, lowest=None, minima=np.empty((0, 2)))).axes[1]
    assert axes.get_ylabel() == "loss above -0.9999,\nthe lowest seen, logarithmic"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.array(losses)[[0, 1, 2, 4]] + 0.9999, rtol=2e-3)


@pytest.mark.parametrize("losses", [[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [-2.0, -2.0, -2.0], [9.0, 5.0, 3.0]])
def test_no_logarithmic_panel_where_it_would_tell_nothing(losses):
    figure = loss_figure(scene(trajectory(np.full((3, 2), 5), losses)))
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss"]
    low, high = figure.axes[0].get_ylim()
    assert low < min(losses) <= max(losses) < high


def test_what_diverges_leaves_the_window():
    figure = loss_figure(scene(trajectory(np.full((4, 2), 5), [24.0, 2.0, 1e7, 1e30])))
    for axes in figure.axes:
        assert axes.get_ylim()[1] < 1e4


def test_rates_fill_their_panel():
    """All curves lay in the top 2 %."""
    members = {"lr": np.array([0.1, 1.0])}
    kept = recorded(np.zeros((3, 2, 2)), [[0.8, 0.8], [0.3, 0.9], [0.001, 0.7]], members=members)
    axes = loss_figure(scene(kept)).axes[1]
    low, high = np.log(axes.get_ylim())
    assert (np.log(0.9) - np.log(0.001)) / (high - low) > 0.8


def test_a_schedule_has_a_panel_and_a_constant_rate_has_none():
    def axes(rates):
        kept = recorded(np.zeros((4, 1, 2)), [0.8, 0.5, 0.4, 0.3], lr=rates)
        return loss_figure(scene(kept)).axes[-1]

    panel = axes([0.1, 0.2, 0.05, np.nan])
    assert panel.get_ylabel() == "learning rate"
    np.testing.assert_allclose(panel.lines[0].get_xydata(), [[0, 0.1], [1, 0.2], [2, 0.05]])
    assert axes([0.1, 0.1, 0.1, np.nan]).get_ylabel() == "loss"


def test_steps_are_whole():
    axes = loss_figure(scene(trajectory(np.full((2, 2), 5), [0.8, 0.7]))).axes[0]
    assert [tick for tick in axes.get_xticks() if tick != round(tick)] == []


def test_about_nine_of_many_learning_rates_have_a_curve_each_of_what_they_had_reached():
    rates = np.geomspace(1e-4, 1.0, 31)
    losses = np.linspace(1.0, 0.001, 5)[:, None] ** np.linspace(0.2, 1.0, 31) + 0.1 * np.eye(5)[2, :, None]
    losses[3:, -1] = np.nan  # the highest diverges in step 3
    kept = recorded(np.zeros((5, 31, 2)), losses, members={"lr": rates})
    linear, *_, bar = loss_figure(scene(kept)).axes
    assert linear.get_ylabel() == "lowest loss so far"
    assert bar.get_ylabel() == "learning rate"
    told = [text.get_text() for text in linear.figure.legends[0].get_texts()]
    assert [told[0], told[4], told[8]] == ["lr 0.0001", "lr 0.01", "lr 1"]
    (best,) = (words for words in told if words.startswith("best"))
    title = linear.get_title(loc="left")
    assert f"{best}:" in title
    assert len(linear.lines) == 9
    heights = [np.asarray(line.get_ydata()) for line in linear.lines]
    assert all((np.diff(each[np.isfinite(each)]) <= 0).all() for each in heights)
    assert min(np.isfinite(each).sum() for each in heights) == 3
    assert linear.lines[-1].get_linewidth() > linear.lines[0].get_linewidth()  # the best is bold, on top
    looks = {(line.get_color(), str(line._unscaled_dash_pattern)) for line in linear.lines}
    assert len(looks) == 9
    neighbours = linear.figure.legends[0].get_lines()
    assert all(
        one.get_linestyle() != two.get_linestyle()
        or one._unscaled_dash_pattern != two._unscaled_dash_pattern
        or one.get_linewidth() != two.get_linewidth()
        for one, two in pairwise(neighbours)
    )


def test_a_panel_ends_where_a_diverged_curve_leaves_it_for_good():
    def ends(losses):
        figure = loss_figure(scene(trajectory(np.full((len(losses), 2), 5), losses)))
        return figure.axes[0].get_xlim()[1]

    assert ends([0.5, 1e9, 1e30]) == pytest.approx(1.0, abs=0.1)
    assert ends([0.5, 0.4, 1e9, 1e30, np.inf]) == pytest.approx(1.0, abs=0.1)
    assert ends([0.5, 1e9, 0.4, 0.3]) == pytest.approx(3.0, abs=0.2)


def test_swings_that_hide_each_other_are_an_envelope_with_a_median():
    """Of lion on a spiral a solid block was seen."""
    steps = np.arange(2000)
    losses = np.where(steps % 2, 0.5, 0.7)
    losses[:100] = np.linspace(1.0, 0.6, 100)
    axes = loss_figure(scene(trajectory(np.full((2000, 2), 5), losses))).axes[0]
    (envelope,) = axes.collections
    line = axes.lines[0].get_xydata()
    assert len(line) < 400
    late = line[line[:, 0] > 200, 1]
    assert ((late >= 0.5 - 1e-6) & (late <= 0.7 + 1e-6)).all()
    assert np.ptp(late) < 0.04
    np.testing.assert_allclose(envelope.get_datalim(axes.transData).extents[[1, 3]], [0.5, 1.0], rtol=1e-6)
    assert envelope.get_alpha() < 0.3
    told = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert told == ["lowest loss 0.5, in step 101", "range of its swings, and their running median"]


def test_the_dot_of_the_lowest_loss_is_told():
    figure = loss_figure(scene(trajectory(np.full((4, 2), 5), [0.8, 0.25, 0.5, 0.6])))
    (told,) = (text.get_text() for text in figure.legends[0].get_texts())
    assert told == "lowest loss 0.25, in step 1"


def test_bands_of_members_are_named_and_their_median_is_that_of_the_title():
    """A median of 24 members ended at 0.22 below a title of 0.1446."""
    losses = np.stack([np.full(8, 0.9), np.linspace(0.1, 0.8, 8)])
    view = scene(recorded(np.full((2, 8, 2), 5.0), losses))
    figure = loss_figure(view)
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == ["half of the members, and their median", "eight tenths of them"]
    assert figure.axes[0].lines[0].get_ydata()[-1] == pytest.approx(0.4)
    assert "median final loss 0.4" in figure.axes[0].get_title(loc="left")
