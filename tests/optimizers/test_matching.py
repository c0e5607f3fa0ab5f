"""Which parameters belong to which group."""

from functools import partial

import pytest
import torch
from torch.optim import SGD, Adam

from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.models.feedforward import mlp
from landscape_lab.optimizers.groups import groups_of
from landscape_lab.optimizers.matching import settled, told

DATA = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2])
NETWORK = NetworkLandscape(mlp(2, 3, (5, 4)), DATA)  # 0, 2 and 4: weight and bias
MEMBERS = NETWORK.with_members(NETWORK.initial_weights(range(3)))
POINT = FunctionLandscape.named("rosenbrock")


def split(landscape, *matches, **settings):
    """The numbers of the tensors of each group, the default group first."""
    groups = [{"match": match, "weight_decay": 0.1, **settings} for match in matches]
    return [group.tensors for group in groups_of(settled(partial(Adam, groups=groups), landscape))]


@pytest.mark.parametrize("landscape", [NETWORK, MEMBERS])
@pytest.mark.parametrize(
    ("match", "tensors"),
    [
        ("*.bias", (1, 3, 5)),
        ("2", (2, 3)),
        ("0.weight", (0,)),
        ("[24].*", (2, 3, 4, 5)),
        ("ndim<2", (1, 3, 5)),
        ("ndim == 2", (0, 2, 4)),
        ("ndim != 2", (1, 3, 5)),
        ("numel>10", (2, 4)),
        ("numel>=10", (0, 2, 4)),
        ("numel <= 4", (3, 5)),
        ("hidden", (2,)),
        ("not hidden", (0, 1, 3, 4, 5)),
    ],
)
def test_patterns_see_a_member_as_the_user_does(landscape, match, tensors):
    rest = tuple(sorted(set(range(6)) - set(tensors)))
    assert split(landscape, match) == [rest, tensors]


def test_the_first_match_wins():
    assert split(NETWORK, "0.*", "*.bias", "*") == [(), (0, 1), (3, 5), (2, 4)]


def test_a_point_is_a_vector_and_no_network():
    assert split(POINT, "points") == [(), (0,)]
    assert split(POINT, "ndim<2") == [(), (0,)]
    assert split(POINT, "not hidden") == [None]  # nothing is left to split
    assert told(settled(partial(Adam, groups=[{"match": "not hidden"}]), POINT), POINT) == []


def test_settling_twice_changes_nothing():
    once = settled(partial(Adam, groups=[{"match": "*.bias"}]), NETWORK)
    assert settled(once, NETWORK) is once


def test_the_split_is_told_of_one_member():
    groups = [{"match": "hidden", "lr": 1.0}, {"match": "*.bias", "_target_": SGD}]
    for landscape in (NETWORK, MEMBERS):
        assert told(settled(partial(Adam, groups=groups), landscape), landscape) == [
            {"match": "default", "class": "Adam", "tensors": 2, "weights": 22},
            {"match": "hidden", "class": "Adam", "tensors": 1, "weights": 20},
            {"match": "*.bias", "class": "SGD", "tensors": 3, "weights": 12},
        ]


@pytest.mark.parametrize(
    ("landscape", "matches", "message"),
    [
        (NETWORK, ["*.bais"], r"groups\[0\].match` should match .*`\*.bais`.* none: Nearest: .*0.bias"),
        (NETWORK, ["0.*", "fc"], r"groups\[1\].*There are: 0.weight \[5, 2\], 0.bias \[5\].* and 2 more"),
        (NETWORK, ["ndim>2"], r"`ndim>2`, which matches none: There are: 0.weight \[5, 2\]"),
        (NETWORK, ["*.bias", "ndim<2"], r"groups\[1\].*earlier groups match all that it does"),
        (POINT, ["poins"], "Nearest: points"),
    ],
)
def test_a_match_of_nothing_is_refused(landscape, matches, message):
    with pytest.raises(ValueError, match=message) as refused:
        split(landscape, *matches)
    assert "\n" not in str(refused.value)


def test_something_has_to_be_left_to_the_optimizer_itself():
    with pytest.raises(
        ValueError, match=r"should leave something to Adam. Found `\*`, .*`optimizer.groups=\[\]`"
    ):
        split(NETWORK, "*", _target_=SGD)
    assert split(NETWORK, "*") == [(), (0, 1, 2, 3, 4, 5)]
