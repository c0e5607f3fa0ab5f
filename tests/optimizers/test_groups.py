"""Groups as they are written, and their learning rates."""

from functools import partial

import pytest
from torch.optim import SGD, Adam, AdamW, Rprop

from landscape_lab.optimizers.factories import own_rate, parts_of
from landscape_lab.optimizers.groups import groups_of, with_rate

MIXED = partial(
    Adam,
    lr=0.01,
    groups=[
        {"match": "*.bias", "weight_decay": 0.1},
        {"match": "ndim<2", "lr": 0.02},
        {"match": "0.*", "_target_": "torch.optim.SGD", "lr_ratio": 3.0},
        {"match": "2.*", "_target_": AdamW},
    ],
)


def rates(factory):
    return [own_rate(group.factory) for group in groups_of(factory)]


def test_a_group_changes_settings_or_begins_anew_with_a_class():
    default, biases, _, first, last = groups_of(MIXED)
    assert parts_of(default.factory) == (Adam, {"lr": 0.01})
    assert parts_of(biases.factory) == (Adam, {"lr": 0.01, "weight_decay": 0.1})
    assert biases.settings == {"weight_decay": 0.1}
    assert parts_of(first.factory) == (SGD, {"lr": pytest.approx(0.03)})
    assert parts_of(last.factory) == (AdamW, {})
    assert [group.apart for group in groups_of(MIXED)] == [False, False, False, True, True]


def test_another_rate_keeps_all_ratios():
    assert rates(MIXED) == pytest.approx([0.01, 0.01, 0.02, 0.03, 0.001])
    assert rates(with_rate(MIXED, 0.5)) == pytest.approx([0.5, 0.5, 1.0, 1.5, 0.05])
    assert rates(with_rate(with_rate(MIXED, 0.5), 0.01)) == pytest.approx(rates(MIXED))
    biases = groups_of(with_rate(MIXED, 0.5))[1]
    assert biases.settings == {"weight_decay": 0.1}  # it takes the optimizer's rate


def test_another_rate_leaves_all_else():
    factory = partial(SGD, lr=0.1, momentum=0.9)
    assert parts_of(with_rate(factory, 0.5)) == (SGD, {"lr": 0.5, "momentum": 0.9})


def test_a_rate_of_zero_is_a_rate():
    factory = partial(Adam, lr=0.0, groups=[{"match": "*", "lr_ratio": 2}])
    assert parts_of(groups_of(factory)[1].factory).settings == {"lr": 0.0}


def test_a_plain_factory_has_the_default_group_only():
    assert [group.match for group in groups_of(Adam)] == ["default"]
    assert [group.match for group in groups_of(partial(Adam, groups=None))] == ["default"]
    assert parts_of(with_rate(partial(Adam, lr=1.0, groups=[]), 0.5)) == (Adam, {"lr": 0.5})


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("*.bias", r"`optimizer.groups` should be a list of groups"),
        ([{"weight_decay": 0}], r"`optimizer.groups\[0\]` should be a mapping with `match`"),
        ([{"match": 3}], r"`optimizer.groups\[0\].match` should be a pattern of names"),
        ([{"match": "ndim<two"}], r"`optimizer.groups\[0\].match` should be .*comparison.*Found .*ndim<two"),
        ([{"match": "ndim=2"}], r"groups\[0\].match` should be"),
        ([{"match": "__import__('os')<1"}], r"groups\[0\].match` should be"),
        ([{"match": "*", "lr": -1}], r"`optimizer.groups\[0\].lr` should be zero or positive"),
        ([{"match": "*", "lr_ratio": 0}], r"`optimizer.groups\[0\].lr_ratio` should be positive"),
        ([{"match": "*", "lr": 1, "lr_ratio": 1}], r"given one of `lr` and `lr_ratio`"),
        (
            [{"match": "*"}, {"match": "*", "weight_decy": 0}],
            r"groups\[1\]: Adam has no .*Nearest: weight_decay",
        ),
        ([{"match": "*", "_target_": SGD, "betas": 0}], r"groups\[0\]: SGD has no parameter `betas`"),
        ([{"match": "*", "_target_": "torch.optim.Adem"}], r"groups\[0\]._target_` .*Nearest: Adam"),
    ],
)
def test_mistakes_are_told_in_one_line(groups, message):
    with pytest.raises(ValueError, match=message) as told:
        groups_of(partial(Adam, lr=0.1, groups=groups))
    assert "\n" not in str(told.value)


def test_rates_need_one_to_which_they_keep_a_ratio():
    with pytest.raises(ValueError, match=r"`optimizer\.lr` should be given and positive.*Adam has none"):
        groups_of(partial(Adam, lr=None, groups=[{"match": "*", "lr_ratio": 2}]))
    with pytest.raises(ValueError, match=r"`optimizer\.lr` should be given and positive"):
        with_rate(partial(Rprop, lr=0.0, groups=[{"match": "*", "lr": 2}]), 0.1)
