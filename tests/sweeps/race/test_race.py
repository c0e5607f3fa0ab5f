"""A race from the command line: what is run, what is left, what is told."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from landscape_lab import run
from landscape_lab.configuration.composed import CONF
from landscape_lab.sweeps.race.heats import read_heats
from landscape_lab.sweeps.race.loss_curves import read_curves
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.sweeps.race.trials import Trial
from landscape_lab.sweeps.race.tuned import Target, Tried, Tuned

SMALL = [
    "sweep=race",
    "sweep.baselines=[sgd]",
    "sweep.trials=4",
    "sweep.starts=2",
    "sweep.seeds=1",
    "steps=20",
]
SMALL += ["sweep.landscapes=[booth]", "hydra.sweep.dir=race"]
OWN = """
import torch


class Halving(torch.optim.Optimizer):
    def __init__(self, params, lr, shrink=0.5):
        super().__init__(params, {"lr": lr, "shrink": shrink})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter -= group["lr"] * group["shrink"] * parameter.grad


class Tired(torch.optim.SGD):
    def step(self, closure=None):
        raise RuntimeError("too tired")


class Wild(torch.optim.Optimizer):
    def __init__(self, params):
        super().__init__(params, {})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.mul_(torch.inf)
"""


def table(name: str) -> list[dict[str, str]]:
    with (Path("race") / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def mine(tmp_path, monkeypatch):
    (tmp_path / "racers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def lab_job(tmp_path, monkeypatch):
    """What a job leaves of its first 21 evaluations."""

    def call(*overrides: str):
        monkeypatch.chdir(tmp_path)
        GlobalHydra.instance().clear()
        run(["sweep=race", *overrides, "steps=20", "hydra.run.dir=job"])
        return read_curves(tmp_path / "job", 21)

    return call


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    """That of the default race."""
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return Protocol.of(compose("config", ["sweep=race"]))


@pytest.mark.slow
def test_own_optimizers_race_and_who_never_arrives_is_infinite(command_line, mine):
    status, written = command_line(
        "-m", *SMALL, "sweep.optimizers=[]", "sweep.mine=[racers.Halving,racers.Tired,racers.Wild]"
    )
    assert status == 1  # jobs failed
    ranked = {row["optimizer"]: row for row in table("standings.csv")}
    assert set(ranked) == {"sgd", "Halving", "Tired", "Wild"}
    for name in ("Tired", "Wild"):
        assert (ranked[name]["score"], ranked[name]["evaluations booth"], ranked[name]["reached"]) == (
            "0",
            "inf",
            "0",
        )
    assert float(ranked["sgd"]["score"]) > 0
    assert "missed" in written.out
    assert written.out.splitlines()[-1] == str(Path("race").absolute())
    assert {row["settings"] for row in table("trials.csv")} == {""}
    assert [row["lr"] for row in table("trials.csv") if row["optimizer"] == "Wild"] == [""] * 3
    with Image.open("race/standings.png") as picture:
        assert picture.width > 2000
    assert "Halving" in Path("race/protocol.md").read_text()


def scores() -> list[list[str]]:
    return [
        [row[key] for key in ("optimizer", "score", "evaluations booth")] for row in table("standings.csv")
    ]


def test_race_that_is_resumed_runs_only_what_is_missing_and_ends_alike(command_line):
    assert command_line("-m", *SMALL, "sweep.optimizers=[]")[0] == 0
    heats, whole, before = read_heats(Path("race")), table("trials.csv"), scores()
    moments = {name: (Path("race") / name / "results.json").stat().st_mtime_ns for name in heats.values()}
    gone = {name for heat, name in heats.items() if heat.study == 1}
    assert len(gone) == 2
    for name in gone:
        for file in ("results.json", "curves.npz"):
            (Path("race") / name / file).unlink()
    Path("race/standings.csv").unlink()
    assert command_line("sweep.resume=race")[0] == 0
    assert read_heats(Path("race")) == heats
    again = {
        name
        for name, moment in moments.items()
        if (Path("race") / name / "results.json").stat().st_mtime_ns != moment
    }
    assert again == gone
    assert (table("trials.csv"), scores()) == (whole, before)


@pytest.mark.slow
def test_starts_and_noise_are_the_same_for_all_and_others_for_the_score(command_line):
    command_line(
        "-m",
        *SMALL,
        "sweep.optimizers=[momentum]",
        'sweep.landscapes=["booth augmentation=gradient_noise"]',
        "sweep.seeds=2",
    )
    begins: dict[tuple, set] = {}
    for heat, name in read_heats(Path("race")).items():
        *_, losses = read_curves(Path("race") / name, 21)
        each = losses[0].reshape(2, len(heat.trials), 2)
        assert (each == each[:, :1, :1]).all()
        settings = (Path("race") / name / ".hydra" / "config.yaml").read_text()
        seed = settings[settings.index("\nseed:") :].split()[1]
        begins.setdefault((heat.stage, heat.study), set()).add((seed, *each[:, 0, 0].tolist()))
    assert all(len(starts) == 1 for starts in begins.values())
    assert len(set.union(*begins.values())) == len(begins) == 6
    assert (np.diff(losses, axis=0) <= 0).all()
    assert table("standings.csv")[0]["evaluations booth, gradient_noise"]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        (
            "sweep.optimizers=[sgd,momentun]",
            "a library has. Found `sweep.optimizers = momentun`. Nearest: momentum",
        ),
        ('sweep.landscapes=["boot augmentation=noise"]', "Found `sweep.landscapes = boot`. Nearest: booth"),
        ('sweep.landscapes=["booth augmentation=nois"]', "There is no augmentation `nois`. Nearest: noise"),
        (
            "sweep.studies=2",
            "Parameter `sweep.studies` should be a whole number of at least 3. Found `sweep.studies = 2`.",
        ),
        (
            "sweep.trials=0",
            "Parameter `sweep.trials` should be a positive whole number. Found `sweep.trials = 0`.",
        ),
        ("sweep.mine=racers.Havling", "Nearest: Halving."),
        ("+sweep.spaces.momentun.lr=1", "Found `sweep.spaces = momentun`. Nearest: momentum"),
        (
            "+sweep.spaces.sgd.lr='interval(1,'",
            "The range of `optimizer.lr` in sweep.spaces.sgd cannot be read.",
        ),
        ("optimizer.lr=0.1,0.2", "A race takes no list of values"),
        ("optimizer=adam", "A race takes no list of values"),
    ],
)
def test_mistake_is_told_before_the_first_job(command_line, mine, argument, told):
    given = [one for one in SMALL if one.partition("=")[0] != argument.partition("=")[0]]
    status, written = command_line(
        "-m", *given, "sweep.optimizers=[sgd]" if "optimizers" not in argument else "seed=0", argument
    )
    assert status == 1
    assert told in written.err
    assert written.err.count("\n") == 1
    assert not Path("race").exists()


def test_budget_is_of_evaluations_not_of_steps(lab_job):
    """SAM evaluates twice in a step."""
    evaluations, _, losses = lab_job("optimizer=sam", "landscape=booth")
    assert evaluations.tolist() == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21]
    assert (np.diff(losses, axis=0) <= 0).all()


def test_trials_are_as_many_for_all_and_differ_by_study(protocol):
    for name in protocol.optimizers:
        trials = [protocol.trials_of(name, study) for study in range(3)]
        assert {len(one) for one in trials} == {protocol.trials}
        assert len(set.union(*map(set, trials))) == 3 * protocol.trials
        assert protocol.trials_of(name, 1) == trials[1]
    assert len({name for name, _ in protocol.inclusions}) == 3


def test_learning_rates_fill_their_range_and_their_condition_holds(protocol):
    rates = np.log10([trial.rate for trial in protocol.trials_of("sgd", 0)])
    assert np.diff(np.sort([-5.0, *rates, 1.0])).max() < 3 * 6 / 60
    for trial in protocol.trials_of("adam", 0):
        large = "++optimizer.eps=1000000.0" in trial.settings
        assert (10 <= trial.rate <= 1e8) if large else (1e-5 <= trial.rate <= 10)
    assert protocol.seed(0, tuning=True) + protocol.seeds == protocol.seed(0, tuning=False)
    assert protocol.seed(0, tuning=False) + protocol.seeds == protocol.seed(1, tuning=True)


tried = st.builds(
    Tried, st.just(Trial((), 0.1)), st.floats(0, 9), st.sampled_from([3.0, 5.0, 8.0, math.inf]), st.just(0.5)
)


@given(st.lists(tried, min_size=1, max_size=5), st.lists(tried, max_size=5))
def test_wider_space_never_loses_to_the_special_case_in_it(protocol, special, more):
    tuned = Tuned(
        protocol,
        {"booth": Target(1.0, 0.0, 0.1)},
        {("booth", "sgd", 0): special, ("booth", "momentum", 0): special + more},
    )
    narrow, wide = (tuned.chosen["booth", name, 0] for name in ("sgd", "momentum"))
    assert (wide.time, wide.loss) <= (narrow.time, narrow.loss)


@pytest.mark.parametrize(
    ("general", "settings", "special"),
    [
        (torch.optim.SGD, {"momentum": 0}, {}),
        (torch.optim.SGD, {"momentum": 1e-9, "nesterov": True}, {}),
        (torch.optim.Adam, {"betas": (0.9, 0.99), "eps": 1e6, "lr": 1e5}, {"momentum": 0.9}),
    ],
)
def test_declared_spaces_hold_the_special_case(general, settings, special):
    """Adam divides its first steps by what its averages lack; later it is momentum at a tenth of the rate."""
    displacements = []
    for factory, given_ in ((general, {"lr": 1e-2} | settings), (torch.optim.SGD, {"lr": 1e-2} | special)):
        point = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
        optimizer = factory([point], **given_)
        for step in range(200):
            before = point.detach().clone()
            point.grad = torch.tensor([np.sin(step), np.cos(step / 3)])
            optimizer.step()
        displacements.append((point - before).detach())
    assert torch.allclose(*displacements, rtol=1e-4)


def test_check_is_violated_where_the_special_case_is_ahead_by_more_than_chance(protocol):
    small = replace(
        protocol, optimizers=("sgd", "momentum"), landscapes=("booth",), contains={"momentum": ["sgd"]}
    )
    random = np.random.default_rng(0)
    times = random.uniform(9, 11, (2, 1, 3, 4, 1))
    for factor, passed in ((np.array([1.0, 2.5]), False), (np.array([2.5, 1.0]), True), (np.ones(2), True)):
        slower = times * factor[:, None, None, None, None]
        (check,) = Standings(Path(), Tuned(small, {}, {}), slower, slower, slower, 0).checks
        assert (check.general, check.special, check.passed) == ("momentum", "sgd", passed)
        assert ("VIOLATED" in check.words) is not passed
        assert check.low <= check.lead <= check.high
