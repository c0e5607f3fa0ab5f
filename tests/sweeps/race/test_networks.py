"""A race of networks: suites, trials that end early, losses of data held out, the seconds of one descent."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from landscape_lab.configuration.composed import CONF, open_keys
from landscape_lab.sweeps.race.heats import read_heats
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.wording import sentences

TINY = """
# @package _global_
steps: 40
measure: 10
threads: 1
sweep:
  landscapes:
    - moons: network model=mlp model.hidden=[8] data=moons data.samples=100 data.validation=0.5
  trials: 2
  prune: 0.25
  starts: null
  seeds: 2
  baselines: [network_racers.Signs]
  tolerance: 0.02
  contains: {}
  spaces:
    default:
      lr: choice(1e-6, 0.3)
"""
OWN = """
import torch


class Signs(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter -= 0.1 * group["lr"] * parameter.grad.sign()
"""


def table(name: str) -> list[dict[str, str]]:
    with (Path("race") / name).open(newline="") as file:
        return list(csv.DictReader(file))


def results(name: str) -> dict:
    return json.loads((Path("race") / name / "results.json").read_text())


@pytest.fixture
def tiny(command_line, tmp_path, monkeypatch):
    """Race on a suite of one's own."""
    (tmp_path / "network_racers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own" / "sweep" / "suite").mkdir(parents=True)
    (tmp_path / "own" / "sweep" / "suite" / "tiny.yaml").write_text(TINY.lstrip())
    own = ("-m", "--config-dir", str(tmp_path / "own"), "sweep=race", "sweep.suite=tiny")
    return lambda *arguments: command_line(*own, "hydra.sweep.dir=race", *arguments)


@pytest.mark.slow
def test_networks_race_and_go_on(tiny, command_line):
    assert tiny("sweep.optimizers=[]", "sweep.mine=network_racers.Signs").status == 0
    heats = read_heats(Path("race"))
    stages = [heat.stage for heat in heats]
    assert stages == ["try"] * 3 + ["tune"] * 3 + ["score"] * 6
    # The rate that got nowhere in the first ten steps is not tried further, and is no result.
    assert {heat.rates for heat in heats if heat.stage == "tune"} == {(0.3,)}
    trials = table("trials.csv")
    assert [(row["lr"], row["pruned"]) for row in trials[:2]] == [("1e-06", "True"), ("0.3", "False")]
    assert {row["lr"] for row in table("times.csv")} == {"0.3"}
    # What counts is the loss of the data held out, measured every ten steps of a descent alone.
    heat, name = list(heats.items())[-1]
    assert (heat.seed, results(name)["carried_by"], results(name)["threads"]) == (1, "alone", 1)
    with np.load(Path("race") / name / "curves.npz") as curves:
        assert curves["evaluations"].tolist() == [1, 11, 21, 31, 41]
        assert curves["losses"][-1, 0] == pytest.approx(results(name)["validation_loss"])
        assert (np.diff(curves["seconds"]) > 0).all()
    ranked = table("standings.csv")
    assert {row["optimizer"] for row in ranked} == {"Signs"}
    assert float(ranked[0]["loss moons"]) < 0.6
    page = Path("race/standings.md").read_text()
    assert "score by seconds" in page
    assert "after 10 of them" in Path("race/protocol.md").read_text()
    # A job that is gone is run again, and nothing else.
    moments = {one: (Path("race") / one / "results.json").stat().st_mtime_ns for one in heats.values()}
    (Path("race") / name / "results.json").unlink()
    assert command_line("sweep.resume=race", "trust=true").status == 0
    assert read_heats(Path("race")) == heats
    again = [
        one
        for one, moment in moments.items()
        if (Path("race") / one / "results.json").stat().st_mtime_ns != moment
    ]
    assert again == [name]
    assert [row["evaluations moons"] for row in table("standings.csv")] == [
        row["evaluations moons"] for row in ranked
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["sweep=race", "sweep.suite=netwroks"], "There is no sweep/suite `netwroks`. Nearest: networks."),
        (["sweep.suite=networks"], "The group `sweep/suite` is there only with sweep=race."),
        (
            ["sweep=race", "sweep.suite=networks", "sweep.prune=2"],
            "Parameter `sweep.prune` should be above 0 and at most 1. Found `sweep.prune = 2`.",
        ),
    ],
)
def test_mistake_is_one_line(command_line, arguments, told):
    status, written = command_line("-m", *arguments, "hydra.sweep.dir=race")
    assert (status, written.err.count("\n")) == (1, 1)
    assert told in written.err
    assert not Path("race").exists()


@pytest.mark.parametrize("suite", ["networks", "shapes"])
def test_suites_are_as_fair_as_the_default(suite):
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        protocol = Protocol.of(compose("config", open_keys(["sweep=race", f"sweep.suite={suite}"])))
    trials = {name: protocol.trials_of(name, 0) for name in protocol.optimizers}
    assert {len(one) for one in trials.values()} == {protocol.trials}
    assert {general for general, _ in protocol.inclusions} == {"momentum", "nesterov", "adam"}
    for name, tried in trials.items():
        for settings in {one.settings for one in tried}:
            rates = [one.rate for one in tried if one.settings == settings]
            assert 10 < max(rates) / min(rates) <= 1001, name  # of the three decades for everyone
    assert protocol.descents == (2, 1)
    assert any("after 50 of them those end" in sentence for sentence in sentences(protocol))
