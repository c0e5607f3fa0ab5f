"""Samplers and pruners by name."""

import optuna
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from landscape_lab.sweeps.study.samplers import PRUNERS, SAMPLERS, build_pruner, build_sampler
from landscape_lab.sweeps.study.search_space import SearchSpace

PARSER = OverridesParser.create()
CONDITIONAL = {"when optimizer=momentum": {"optimizer.momentum": "interval(0.5,0.999)"}}


def losses(name, seed, trials):
    """What a sampler reaches where the best is lr 0.1, with momentum 0.9 if there is one."""
    overrides = PARSER.parse_overrides(["optimizer=adam,momentum", "optimizer.lr=tag(log,interval(1e-4,1))"])
    space = SearchSpace(CONDITIONAL, overrides, PARSER, lambda key: None)
    study = optuna.create_study(sampler=build_sampler(name, {}, seed))
    for number in range(trials):
        trial = study.ask()
        said = {one.key_or_group: one.value() for one in PARSER.parse_overrides(space.overrides(trial))}
        loss = abs(said["optimizer.lr"] - 0.1) + abs(said.get("optimizer.momentum", 0.5) - 0.9)
        study.tell(trial, float("inf") if number == 3 else loss)  # one diverged
    return [trial.value for trial in study.trials]


@pytest.mark.filterwarnings("ignore:Clip non-finite values")
@pytest.mark.parametrize("name", SAMPLERS)
def test_sampler_searches_conditional_numbers_and_choices_and_bears_divergence(name):
    found = losses(name, 0, 12)
    assert len(set(found)) == 12
    assert found == losses(name, 0, 12)
    assert found != losses(name, 1, 12)


def test_parzen_estimator_learns():
    found = losses("tpe", 0, 60)
    assert sum(sorted(found[-20:])[:10]) < 0.5 * sum(sorted(found[:20])[:10])


@pytest.mark.parametrize("name", PRUNERS)
def test_pruner_is_built_where_the_objective_can_be_followed(name):
    settings = {"percentile": {"percentile": 50.0}}.get(name, {})
    assert type(build_pruner(name, settings, "best_loss")) is PRUNERS[name][0]


@pytest.mark.parametrize(
    ("objective", "kind"),
    [("final_loss", "MedianPruner"), ("seconds", "NopPruner"), (["best_loss"], "NopPruner")],
)
def test_pruner_is_chosen_by_the_objective(objective, kind):
    assert type(build_pruner("auto", {}, objective)).__name__ == kind


def test_setting_that_cannot_be_is_told():
    with pytest.raises(ValueError, match=r"The pruner hyperband cannot be built of {'max_resource': 'much'}"):
        build_pruner("hyperband", {"max_resource": "much"}, "final_loss")
