"""Every optimizer of the libraries: named, listed, and run."""

import math

import numpy as np
import pytest
import torch

from landscape_lab.configuration.composed import CONF
from landscape_lab.dotted_paths import locate
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import adapt, build_optimizer, catalogue, probe
from landscape_lab.optimizers.__main__ import main, ours
from landscape_lab.optimizers.closures import Unrecorded

ENTRIES = catalogue.read()
UNABLE = {entry.name: entry.needs for entry in ENTRIES if entry.needs.startswith("cannot run")}


def test_the_committed_catalogue_is_what_the_libraries_offer():
    assert [(entry.name, entry.target) for entry in ENTRIES] == list(catalogue.classes())
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES) >= 140


@pytest.mark.parametrize(
    "name", ["adam", "adahessian", "sam", "sara", "flashadamw", "schedulefreeadamw", "lomo"]
)
def test_a_line_of_the_catalogue_is_what_trying_tells(name):
    entry = next(entry for entry in ENTRIES if entry.name == name)
    assert catalogue.describe(entry.name, entry.target, locate("optimizer", entry.target)) == entry


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_optimizer_runs_or_says_why_not(entry):
    factory = locate("optimizer", entry.target)
    if entry.name in UNABLE:
        with pytest.raises(ValueError, match=r"The optimizer \w+\(\) cannot be built") as raised:
            build_optimizer(factory, FunctionLandscape.named("booth"), 12)
        assert entry.needs.removeprefix("cannot run: ")[:40] in str(raised.value)
        return
    end = catalogue.descend(factory, probe(factory, 12), catalogue.START, steps=12)[-1:]
    assert end.isfinite().all()
    assert not torch.equal(end, catalogue.START.to(end)) or "do not move" in entry.needs


def test_at_most_a_few_cannot_run():
    assert set(UNABLE) <= {"demo", "distributedmuon", "flashadamw"}
    assert {entry.name for entry in ENTRIES if "do not move" in entry.needs} <= {"lorarite", "sara"}


@pytest.mark.parametrize("name", ["adahessian", "schedulefreeradam", "ranger21", "adadelta_po", "lomo"])
def test_the_catalogue_is_chosen_by_name(lab, name):
    assert not (CONF / "optimizer" / f"{name}.yaml").exists()
    result = lab(f"optimizer={name}", "landscape=rosenbrock", "steps=5")
    assert result.metrics["optimizer"] == name
    assert result.metrics["status"] == "completed"
    assert (result.trajectory.points[0] != result.trajectory.points[-1]).any()


def test_settings_reach_an_optimizer_of_the_catalogue(lab):
    slow, fast = (
        lab("optimizer=yogi", "landscape=sphere", "steps=20", f"optimizer.lr={lr}") for lr in (1e-4, 1e-1)
    )
    assert fast.metrics["final_loss"] < slow.metrics["final_loss"]


def test_help_lists_the_catalogue(command_line):
    told = command_line("--help").written.out
    choices = next(line for line in told.splitlines() if line.startswith("optimizer: "))
    assert {"adam", "adahessian", "schedulefreeadamw", "scipy_bfgs", "newton"} <= set(
        choices[11:].split(", ")
    )


def test_the_list_names_all_and_what_they_need(command_line):
    told = command_line(main=main).written.out
    lines = {line.split()[0]: line for line in told.splitlines() if line.strip()}
    assert {entry.name for entry in ENTRIES} <= set(lines)
    assert "second derivatives" in lines["adahessian"]
    assert "https://arxiv.org/abs/2006.00719" in lines["adahessian"]
    assert "several evaluations" in lines["scipy_bfgs"]


def test_elementwise_is_what_it_says():
    words = {entry.name: entry.elementwise for entry in ENTRIES}
    assert all(words[name] == "yes" for name in ("adam", "sgd", "rmsprop", "lion", "adahessian"))
    assert all(words[name] == "no" for name in ("lbfgs", "sam", "lamb", "muon", "fromage"))


def test_the_record_is_of_the_point_where_each_step_begins(lab):
    for name in (
        "sam",
        "bsam",
        "splus",
        "schedulefreeadamw",
        "lbfgs",
        "sophiah",
        "gsam",
        "lomo",
        "scipy_bfgs",
        "cma_es",
        "mu_plus_lambda",
        "pgpe",
        "greedy",
        "newton",
    ):
        result = lab(f"optimizer={name}", "landscape=rosenbrock", "steps=6")
        landscape = FunctionLandscape.named("rosenbrock")
        expected = landscape.evaluate(torch.from_numpy(result.trajectory.points[:, 0]))
        np.testing.assert_allclose(
            result.trajectory.losses[:, 0], expected, rtol=1e-5, atol=1e-9, err_msg=name
        )


def test_schedule_free_records_the_averaged_point():
    landscape = FunctionLandscape.named("sphere")
    factory = locate("optimizer", "pytorch_optimizer.ScheduleFreeSGD")
    optimizer = build_optimizer(factory, landscape, 10)
    adapted = adapt(optimizer, landscape, probe(factory, 10))
    for _ in range(5):
        adapted.step(Unrecorded(adapted.backward))
    found = landscape.flat().clone()
    optimizer.train()
    assert not torch.equal(found, landscape.flat())
    optimizer.eval()
    torch.testing.assert_close(found, landscape.flat())


@pytest.mark.slow
def test_costs_are_counted(lab):
    counts = {
        name: [lab(f"optimizer={name}", "landscape=rosenbrock", "steps=10").metrics[key] for key in COSTS]
        for name in ("adam", "sam", "adahessian", "newton", *FREE, "scipy_nelder_mead")
    }
    assert counts["adam"] == [10, 10, 0]
    assert counts["sam"] == [20, 20, 0]
    assert counts["adahessian"] == [10, 10, 10]
    assert counts["newton"] == [10, 10, 20]
    assert [counts[name] for name in FREE] == [
        *([30, 0, 0], [11, 0, 0], [351, 0, 0]),
        *([61, 0, 0], [61, 0, 0], [161, 0, 0]),
    ]
    assert counts["scipy_nelder_mead"][1] == 0 < 10 <= counts["scipy_nelder_mead"][0]


FREE = ("random_search", "one_plus_one", "mu_plus_lambda", "pgpe", "sep_cma_es", "greedy")
COSTS = ("evaluations", "gradient_evaluations", "hessian_vector_products")


def test_exact_gradients_come_by_themselves_and_the_run_says_so(lab, capsys):
    lab("optimizer=lbfgs", "landscape=turn", "steps=2")
    assert capsys.readouterr().err.count("lbfgs gets landscape.gradient=exact") == 1
    for settings in (
        ["optimizer=adam"],
        ["optimizer=lbfgs", "landscape.gradient=pixel"],
        ["optimizer=scipy_powell"],
    ):
        lab(*settings, "landscape=turn", "steps=2")
        assert capsys.readouterr().err == ""


def test_nothing_random_is_drawn_by_probing():
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    probe(locate("optimizer", "pytorch_optimizer.SophiaH"))
    assert math.isclose(float(expected), float(torch.rand(1)))


class Own(torch.optim.Optimizer):
    """What a user writes: a step of one length in each number."""

    def __init__(self, params, lr=0.01):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * p.grad.sign()


def test_elementwise_is_found_by_trying():
    assert catalogue.describe("own", "mine.Own", Own).elementwise == "yes"
    words = {entry.name: entry.elementwise for entry, _ in ours()}
    assert words.pop("sophia_g") == "yes"
    assert set(words.values()) == {"no"}
