"""Classes that nobody declared tell by their signatures what they take."""

import csv
from collections.abc import Callable
from functools import partial
from typing import Literal

import pytest
import torch
from pytorch_lightning import Trainer

from landscape_lab.configuration.composed import CATALOGUE
from landscape_lab.dotted_paths import locate
from landscape_lab.keys.signatures import check_arguments, check_names, kind_of, parameters_of


def own(
    params,
    rate: float | torch.Tensor = 0.1,
    decays: tuple[float, float] = (0.9, 0.99),
    number: int | None = None,
    way: Literal["up", "down"] = "up",
    plain=1,
    switch=False,
    several=(1, 2),
    word: str = "",
    call: Callable | None = None,
    lie: int = 0.5,
    both: float | Callable = 1.0,
    text: "Nowhere" = 3,  # noqa: F821
):
    """A constructor with annotations of all sorts."""


REFUSED = {
    "rate": ("abc", [1], None, float("nan")),
    "decays": (0.9, ["a", "b"], "abc"),
    "number": (0.5, "abc", [1], True),
    "way": ("left", 3),
    "plain": ("abc", True, []),
    "switch": (1, "yes", None),
    "several": (1, ["a"]),
    "word": (3, None),
}
TAKEN = {
    "rate": (1, 2.5),
    "decays": ([0.5, 1],),
    "number": (None, 3, 4.0),
    "way": ("down",),
    "several": ([3, 4.5],),
    "word": ("", "abc"),
    "call": (3, "a.b"),
    "lie": (0.25, "abc"),
    "both": ("a.b", 3),
    "params": (1, "abc"),
    "unknown": (None,),
    "text": (4,),
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, many in REFUSED.items() for one in many])
def test_another_type_is_refused(name, value):
    with pytest.raises(ValueError, match=f"Parameter `node.{name}` should be .*Found `node.{name} = "):
        check_arguments(own, {name: value}, "node.")


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, many in TAKEN.items() for one in many])
def test_what_fits_or_cannot_be_known_is_taken(name, value):
    assert check_arguments(own, {name: value}) == {name: value}


def test_a_whole_number_may_be_written_as_a_float():
    assert repr(check_arguments(torch.optim.lr_scheduler.StepLR, {"step_size": 1e2})["step_size"]) == "100"


def test_what_was_built_is_not_asked():
    assert check_arguments(own, {"rate": torch.ones(2)})["rate"].shape == (2,)


def test_names():
    check_names(Trainer, ["devices"])
    check_names(dict, ["anything"])
    with pytest.raises(ValueError, match=r"There is no key `trainer\.devces`\. Nearest: devices"):
        check_names(Trainer, ["devces"], "trainer.")


def test_every_optimizer_takes_its_own_defaults():
    with CATALOGUE.open(newline="") as file:
        targets = [row["target"] for row in csv.DictReader(file)]
    known = 0
    for target in targets:
        maker = locate("target", target)
        for name, parameter in parameters_of(maker).items():
            if parameter.default is not parameter.empty and (kind := kind_of(parameter)) is not None:
                kind.check(name, parameter.default)
                known += 1
    assert known > 1000


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.amsgrad=abc", "`optimizer.amsgrad` should be true or false"),
        ("optimizer.weight_decay=[1]", "`optimizer.weight_decay` should be a number"),
        ("trainer.devices=[[a]]", "trainer.devices"),
        ("+trainer.presicion=16", "no key `trainer.presicion`. Nearest: precision"),
        ("scheduler=step scheduler.gamma=abc", "`scheduler.gamma` should be zero or positive"),
        ("scheduler=plateau scheduler.threshold=abc", "`scheduler.threshold` should be a number"),
    ],
)
def test_the_lab_names_the_key(lab, override, message):
    with pytest.raises(ValueError, match=message):
        lab("steps=1", *override.split())


def test_a_partial_is_known_by_its_function():
    assert "plain" in parameters_of(partial(own, rate=1))
