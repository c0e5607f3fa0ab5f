"""What is searched: Hydra's grammar, YAML, conditions."""

import optuna
import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FixedTrial

from landscape_lab.sweeps.study.search_space import SearchSpace

PARSER = OverridesParser.create()
CONDITIONAL = """
optimizer: adam, momentum, lion
optimizer.lr: tag(log, interval(1e-4, 1))
when optimizer=momentum,lion:
  optimizer.momentum: interval(0.5, 0.999)
when optimizer=adam:
  optimizer.lr: tag(log, interval(0.1, 1))
  optimizer.betas: ["interval(0.5, 0.99)", 0.999]
  optimizer.amsgrad: true,false
  when optimizer.amsgrad=true:
    optimizer.eps: 1e-8
"""


def space_of(text="", *overrides, default=lambda key: None):
    return SearchSpace(yaml.safe_load(text) or {}, PARSER.parse_overrides(list(overrides)), PARSER, default)


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("interval(0,1)", FloatDistribution(0, 1)),
        ("int(interval(1,10))", IntDistribution(1, 10)),
        ("tag(log,interval(1e-4,1))", FloatDistribution(1e-4, 1, log=True)),
        ("tag(log,int(interval(1,100)))", IntDistribution(1, 100, log=True)),
        ("range(1,10,2)", IntDistribution(1, 9, step=2)),
        ("range(0.25,1,0.25)", FloatDistribution(0.25, 0.75, step=0.25)),
        ("range(0,1,0.3)", FloatDistribution(0.0, 0.9, step=0.3)),
        ("range(1,0,-0.3)", FloatDistribution(0.1, 1.0, step=0.3)),
        ("range(5,1,-1)", IntDistribution(2, 5)),
        ("1,2,4", CategoricalDistribution([1, 2, 4])),
        ("choice(a,b)", CategoricalDistribution(["a", "b"])),
        ("true,false", CategoricalDistribution([True, False])),
        ("[0.9,0.99],[0.5,0.9]", CategoricalDistribution(["[0.9,0.99]", "[0.5,0.9]"])),
    ],
)
def test_ranges_of_the_grammar(text, distribution):
    for space in (space_of("", f"x={text}"), space_of(f"x: '{text}'")):
        (parameter,) = space.settings[0].parameters
        assert parameter.distribution == distribution


@given(st.integers(0, 2**32 - 1))
def test_every_trial_is_a_command_that_says_what_the_trial_says(seed):
    space = space_of(CONDITIONAL, "steps=20")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed))
    trial = study.ask()
    said = {one.key_or_group: one.value() for one in PARSER.parse_overrides(space.overrides(trial))}
    name = said["optimizer"]
    assert len(said) == len(space.overrides(trial))
    assert ("optimizer.momentum" in said) == (name in ("momentum", "lion"))
    assert ("optimizer.betas" in said) == (name == "adam")
    assert ("optimizer.eps" in said) == (said.get("optimizer.amsgrad") is True)
    assert (
        said["optimizer.lr"]
        == trial.params["optimizer.lr when optimizer=adam" if name == "adam" else "optimizer.lr"]
    )
    assert ("optimizer.lr" in trial.params) == (name != "adam")
    assert space.overrides(FixedTrial(trial.params)) == space.overrides(trial)


def test_condition_looks_at_what_is_fixed_and_at_the_default():
    text = "{steps: '1,2', when optimizer=adam: {optimizer.eps: 'interval(0.1,1)'}}"
    fixed = space_of(text, "optimizer=adam").overrides(FixedTrial({"steps": 1, "optimizer.eps": 0.5}))
    assert fixed == ["steps=1", "++optimizer.eps=0.5"]
    assert space_of(text, "optimizer=lion").overrides(FixedTrial({"steps": 1})) == ["steps=1"]
    default = {"optimizer": "adam"}.get
    assert len(space_of(text, default=default).overrides(FixedTrial({"steps": 1, "optimizer.eps": 0.5}))) == 2


@pytest.mark.parametrize(
    ("text", "overrides", "expected"),
    [
        ("", ["optimizer=adam,lion", "steps=10"], True),
        ("", ["optimizer=adam,lion", "optimizer.lr=interval(0.1,1)"], False),
        ("{optimizer: 'adam,lion', when optimizer=lion: {seed: '1,2'}}", [], False),
    ],
)
def test_a_grid_is_lists_without_conditions(text, overrides, expected):
    assert space_of(text, *overrides).is_grid is expected


def test_command_line_goes_before_yaml():
    space = space_of(
        "{optimizer: 'adam,lion', optimizer.lr: 'interval(0,1)'}",
        "optimizer=sgd",
        "++optimizer.lr=interval(0,2)",
    )
    assert space.description() == ["optimizer.lr=interval(0,2)"]
    assert space.fixed == ["optimizer=sgd"]


def test_what_is_shared_leaves_out_what_changes_nothing():
    space = space_of(
        "", "steps=9", "sweep=optuna", "hydra.sweep.dir=x", "~callbacks.progress", "figures=[]", "seed=1,2"
    )
    assert space.shared == ["steps=9"]


def test_branches_show_every_setting():
    shown = {
        line.partition("=")[0].removeprefix("++optimizer.")
        for branch in space_of(CONDITIONAL).branches()
        for line in branch
    }
    assert shown == {"optimizer", "lr", "momentum", "betas", "amsgrad", "eps"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is nothing to search"),
        ("{x: 3}", "There is nothing to search"),
        ("{x: 'interval(1'}", "The range of `x` in sweep.search_space cannot be read"),
        ("{x: 'interval(2,1)'}", "The range of `x` cannot be searched"),
        ("{x: 'tag(lgo,interval(1,2))'}", "Parameter `tag` should be one of log"),
        ("{x: 'tag(log,interval(0,1))'}", "The range of `x` cannot be searched"),
        ("{x: 'tag(log,choice(1,2))'}", "choices have no logarithm"),
        ("{x: [a, b]}", r"should hold a range.*choice\(a, b\)"),
        ("{x: '1,2', if x=1: {y: '1,2'}}", "should be called `when key=value`. Found `if x=1`"),
        ("{x: 'adam,lion', when x=lino: {y: '1,2'}}", "Found `when x = lino`. Nearest: lion"),
        ("{xx: '1,2', when xy=1: {y: '1,2'}}", "Found `sweep.search_space = xy`. Nearest: xx"),
    ],
)
def test_mistakes_are_told(text, message):
    with pytest.raises(ValueError, match=message):
        space_of(text)
