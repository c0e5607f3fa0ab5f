"""Ensembles: who the members are, that they do not disturb each other, and what they give."""

import csv
from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from training import fit

from landscape_lab import Descent, results
from landscape_lab.callbacks import Checkpoints
from landscape_lab.ensemble import Ensemble, make_ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.outcomes.good_rates import good_rates

SGD = partial(torch.optim.SGD, momentum=0.9)


def descent(
    optimizer=SGD,
    rates=(0.001, 0.0005),
    layout="auto",
    steps=40,
    starts=((-1.2, 1.0), (0.5, 1.5)),
    **settings,
):
    landscape = FunctionLandscape.named("rosenbrock")
    ensemble = Ensemble(torch.tensor(starts), rates, layout=layout)
    landscape = landscape.with_members(ensemble.points)
    return Descent(landscape, optimizer, steps, ensemble=ensemble, **settings)


def alone(rate, start, steps=40, optimizer=SGD):
    landscape = FunctionLandscape.named("rosenbrock", start=start)
    return fit(Descent(landscape, partial(optimizer, lr=rate), steps)).trajectory


def test_members_are_the_product_with_the_seed_fastest():
    ensemble = Ensemble(torch.tensor([[0.0, 1.0], [2.0, 3.0]]), rates=(0.1, 0.2, 0.3), seeds=(7, 8))
    members = [(s, r, k) for s in ((0.0, 1.0), (2.0, 3.0)) for r in (0.1, 0.2, 0.3) for k in (7, 8)]
    assert [tuple(point) for point in ensemble.points.tolist()] == [member[0] for member in members]
    assert ensemble.rate_of_member == [member[1] for member in members]
    assert ensemble.seed_of_member == [member[2] for member in members]
    assert ensemble.columns()["start"].tolist() == [0] * 6 + [1] * 6


def test_grid_covers_the_bounds_row_by_row():
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, bounds=[[0, 3], [10, 14]])
    ensemble = make_ensemble(landscape, starts={"grid": [3, 2]})
    assert ensemble.starts.tolist() == [[0.5, 11], [1.5, 11], [2.5, 11], [0.5, 13], [1.5, 13], [2.5, 13]]
    scattered = make_ensemble(landscape, starts={"grid": [3, 2], "random": 50}, seed=3).starts
    assert scattered.shape == (50, 2)
    assert ((scattered >= landscape.bounds[0]) & (scattered <= landscape.bounds[1])).all()
    assert not torch.equal(scattered, make_ensemble(landscape, starts={"random": 50}, seed=4).starts)
    assert make_ensemble(
        FunctionLandscape.named("sphere", dims=3), starts={"grid": [2, 3, 4]}
    ).starts.shape == (24, 3)


def test_rates_and_seeds_are_spelled_in_short():
    landscape = FunctionLandscape.named("sphere")
    assert make_ensemble(landscape, lr={"low": 0.001, "high": 1, "num": 4}).rates == (0.001, 0.01, 0.1, 1.0)
    assert make_ensemble(landscape, seeds=3, seed=5).seeds == (5, 6, 7)
    assert make_ensemble(landscape, seed=5).seeds == (5,)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("ensemble.lr=[0.1,-1]", r"`ensemble\.lr` should be zero or positive"),
        ("ensemble.lr={low: 1, high: 0.1, num: 3}", r"`ensemble\.lr\.high` should be at least 1"),
        ("ensemble.lr={low: 1}", "should have low, high and num"),
        ("ensemble.lr=[0.1,0.1]", "no two are equal"),
        ("ensemble.seeds=0", "positive whole number"),
        ("ensemble.seeds=[1,-1]", "whole number from 0 to"),
        ("ensemble.seeds=[1,1]", "no two are equal"),
        ("ensemble.starts=8", r"`ensemble\.starts` should be a list, \{grid"),
        ("ensemble.starts={grid: [4]}", "2 whole numbers, one for each axis"),
        ("ensemble.starts={random: 0}", "positive whole number"),
        ("ensemble.layout=both", "Nearest|should be one of auto, joint, separate"),
        ("target=never", r"`target` should be a finite number"),
    ],
)
def test_bad_ensembles_are_told(lab, override, message):
    with pytest.raises(ValueError, match=message):
        lab("landscape=sphere", override, "steps=5")


@pytest.mark.parametrize("layout", ["joint", "separate"])
def test_a_member_that_diverges_disturbs_no_other(layout):
    module = fit(descent(rates=(0.001, 10.0, 0.0005), layout=layout, steps=60, steps_per_batch=7))
    for member, (start, rate) in enumerate(zip(*module.ensemble.places[:2], strict=True)):
        expected = alone(module.ensemble.rates[rate], module.ensemble.starts[start].tolist(), steps=60)
        found = module.trajectory.points[: len(expected.points), member]
        np.testing.assert_allclose(found, expected.points[:, 0], rtol=1e-4)
    assert module.ending.status == "completed"
    assert results.outcomes(module).status.tolist() == ["completed", "diverged", "completed"] * 2
    assert results.details(module)["diverged_fraction"] == pytest.approx(1 / 3)
    assert np.isnan(module.trajectory.points[-1, 1]).all()


class Fragile(torch.optim.SGD):
    """Raises when its number becomes small."""

    def step(self, closure=None):
        loss = super().step(closure)
        if float(self.param_groups[0]["params"][0][0, 0]) > -1.0:
            raise ArithmeticError("too far")
        return loss


def test_an_optimizer_that_raises_ends_its_member_only():
    module = fit(
        descent(partial(Fragile), rates=(0.01, 0.0001), layout="separate", starts=((-1.2, 1.0),), steps=20)
    )
    assert results.outcomes(module).status.tolist() == ["failed", "completed"]
    assert module.trajectory.points.shape[0] == 21
    both = fit(
        descent(partial(Fragile), rates=(0.01, 0.02), layout="separate", starts=((-1.2, 1.0),), steps=20)
    )
    assert both.ending.status == "failed"
    assert isinstance(both.ending.error, ArithmeticError)


class Cut(pl.Callback):
    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step >= 20:
            raise KeyError("the power fails")


@pytest.mark.parametrize("layout", ["joint", "separate"])
def test_resumed_ensemble_goes_on_as_if_nothing_had_happened(tmp_path, layout):
    def made():
        return descent(rates=(0.001, 10.0), layout=layout, steps_per_batch=10, target=3.0)

    whole = fit(made())
    with pytest.raises(KeyError):
        fit(made(), Checkpoints(tmp_path, seconds=0), Cut())
    resumed = fit(made(), checkpoint=tmp_path / "last.ckpt")
    np.testing.assert_array_equal(whole.trajectory.points, resumed.trajectory.points)
    for name, values in vars(results.outcomes(whole)).items():
        if isinstance(values, np.ndarray):
            np.testing.assert_array_equal(values, getattr(results.outcomes(resumed), name))


def test_results_are_those_of_the_trajectory():
    module = fit(descent(rates=(0.002, 0.0005, 0.00001), target=2.0, steps=100))
    losses, outcomes = module.trajectory.losses, results.outcomes(module)
    np.testing.assert_allclose(outcomes.best_loss, np.nanmin(losses, axis=0), rtol=1e-6)
    reached = losses <= 2.0
    expected = np.where(reached.any(axis=0), reached.argmax(axis=0), np.inf)
    np.testing.assert_array_equal(outcomes.steps_to_target, expected)
    assert np.isinf(expected).any()
    assert np.isfinite(expected).any()
    final = losses[-1].reshape(2, 3)
    best = np.sort(final, axis=0)[0].argmin()
    assert results.details(module)["best_lr"] == module.ensemble.rates[best]
    assert results.metrics(module)["final_loss"] == pytest.approx(final[:, best].min())
    assert results.metrics(module)["final"] in module.trajectory.points[-1].tolist()


def test_no_result_where_all_diverge():
    module = fit(descent(rates=(1e3, 1e4), steps=30))
    assert module.ending.status == "diverged"
    assert results.metrics(module)["final_loss"] is None
    assert results.details(module)["steps_to_target"] is None
    assert results.details(module)["diverged_fraction"] == 1.0


def test_a_member_sees_the_noise_of_a_run_with_its_seed(lab):
    words = ("augmentation=shift_noise", "optimizer=momentum", "steps=30", "seed=3")
    many = lab(*words, "ensemble.seeds=2", "ensemble.lr=[0.001,0.003]").trajectory
    assert many.members["seed"].tolist() == [3, 4, 3, 4]
    for seed in (3, 4):
        single = lab(*words, f"seed={seed}", "optimizer.lr=0.003").trajectory
        np.testing.assert_allclose(many.points[:, seed - 3 + 2], single.points[:, 0], atol=1e-4)
    assert np.abs(many.points[-1, 2] - many.points[-1, 3]).max() > 1e-3


def test_tables_and_pictures_of_an_ensemble(lab):
    result = lab(
        "landscape=booth",
        "ensemble=lr_sweep",
        "ensemble.lr.num=5",
        "ensemble.seeds=2",
        "steps=30",
        quiet=False,
    )
    files = {path.name for path in result.folder.iterdir()}
    assert {"members.csv", "quantiles.csv", "lr.csv", "lr.png", "path.png", "loss.png"} <= files
    with (result.folder / "members.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["lr"]) for row in rows] == result.trajectory.members["lr"].tolist()
    assert [float(row["final_loss"]) for row in rows] == pytest.approx(
        result.trajectory.losses[-1].tolist(), rel=1e-6
    )
    with (result.folder / "lr.csv").open() as file:
        medians = {float(row["lr"]): float(row["final_loss_median"]) for row in csv.DictReader(file)}
    rates, finals = np.array(list(medians)), np.array(list(medians.values()))[:, None]
    begin = float(np.median(result.trajectory.losses[0]))
    assert good_rates(rates, finals, begin).best == result.metrics["best_lr"]
    assert result.metrics["final_loss"] == pytest.approx(medians[result.metrics["best_lr"]], rel=1e-6)
    with (result.folder / "quantiles.csv").open() as file:
        steps = [row["step"] for row in csv.DictReader(file)]
    assert steps == [str(step) for step in range(31)]


def test_single_run_writes_no_tables(lab):
    assert not {path.name for path in lab("steps=5").folder.iterdir()} & {
        "members.csv",
        "quantiles.csv",
        "lr.csv",
    }


def test_objectives_of_ensembles(lab):
    result = lab("landscape=sphere", "ensemble.lr=[0.1,0.01]", "steps=50", "objective=steps_to_target")
    assert result.objective == result.metrics["steps_to_target"] > 0
    assert lab("landscape=sphere", "ensemble.lr=[0.1,0.01]", "steps=20", "objective=best_lr").objective == 0.1


@pytest.mark.parametrize(
    "words",
    [
        "ensemble.lr=[0.01,0.1]",
        "+ensemble.lr=[0.01,0.1]",
        "ensemble=lr_sweep ensemble.lr=[0.01,0.1]",
        "ensemble=lr_sweep +ensemble.lr=[0.01,0.1]",
        "ensemble=starts ensemble.starts=[[0.5,1],[1,2]]",
    ],
)
def test_a_list_takes_the_place_of_what_a_choice_has(lab, words):
    assert lab("landscape=sphere", *words.split(), "steps=2").metrics["members"] == 2
