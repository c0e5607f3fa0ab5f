"""What the signature of a class or a function says of its settings."""

import re
from functools import partial

import pytest

from landscape_lab.factories import check_settings, name_of, parameters_of, required, unfolded


def make(inputs, outputs, hidden=50, *, seed=0):
    return inputs, outputs, hidden, seed


class Made:
    def __init__(self, inputs, *more, width=3, **others):
        self.made = inputs, more, width, others


class Callable:
    def __call__(self, inputs):
        return inputs


def test_a_partial_is_unfolded_and_stays_as_it_is():
    factory = partial(make, hidden=3)
    maker, settings = unfolded(factory)
    settings["hidden"] = 5
    assert maker is make
    assert factory.keywords == {"hidden": 3}
    assert unfolded(make) == (make, {})


def test_names_are_those_of_the_code():
    assert [name_of(maker) for maker in (make, Made, Callable())] == ["make", "Made", "Callable"]


def test_parameters_are_those_with_a_name():
    assert list(parameters_of(make)) == ["inputs", "outputs", "hidden", "seed"]
    assert list(parameters_of(Made)) == ["inputs", "width"]  # neither `*more` nor `**others`
    assert required(make) == ["inputs", "outputs"]
    assert required(Made) == required(Callable()) == ["inputs"]
    assert required(dict.fromkeys) == ["iterable"]


@pytest.mark.parametrize("maker", [Made, dict, min])
def test_any_setting_goes_where_nobody_can_tell(maker):
    check_settings("model", maker, ["anything"])


@pytest.mark.parametrize(
    ("maker", "setting", "message"),
    [
        (make, "hiden", "The model make has no parameter `hiden`. Nearest: hidden"),
        (make, "zzz", "no parameter `zzz`. It has: inputs, outputs, hidden, seed."),
        (lambda: None, "zzz", "The model <lambda> has no parameter `zzz`. It has: none."),
    ],
)
def test_a_setting_that_does_not_exist_is_told_with_those_that_do(maker, setting, message):
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        check_settings("model", maker, [setting])
    assert "\n" not in str(told.value)
