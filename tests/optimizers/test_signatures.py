"""What a constructor takes is found in its signature; what it wraps is named in several ways."""

from functools import partial

import odd
import pytest
import torch

from landscape_lab.optimizers.signatures import arguments_of, base_argument, base_of, check_settings


@pytest.mark.parametrize(
    ("maker", "name"),
    [
        (odd.WrapsFirst, "base_optimizer"),
        (odd.WrapsBase, "base"),
        (odd.WrapsAfterwards, "base_optimizer"),
        (odd.Descent, None),
        (lambda params, base=10.0: None, None),
    ],
)
def test_the_argument_that_is_an_optimizer(maker, name):
    assert base_argument(arguments_of(maker)) == name


def test_a_base_is_a_class_its_path_or_a_mapping():
    assert base_of("base", None) is torch.optim.SGD
    assert base_of("base", "torch.optim.Adam") is torch.optim.Adam
    assert base_of("base", torch.optim.Adam) is torch.optim.Adam
    made = base_of("base", {"_target_": "torch.optim.Adam", "lr": 0.1, "_partial_": True})
    assert isinstance(made, partial)
    assert (made.func, made.keywords) == (torch.optim.Adam, {"lr": 0.1})


def test_settings_of_the_base_are_settings_of_the_wrapper():
    check_settings(odd.WrapsFirst, {"momentum": 0.9})
    with pytest.raises(ValueError, match="WrapsFirst has no parameter `betas`"):
        check_settings(odd.WrapsFirst, {"betas": (0.9, 0.99)})
    check_settings(odd.WrapsFirst, {"betas": (0.9, 0.99), "base_optimizer": "torch.optim.Adam"})


@pytest.mark.parametrize("given", [True, 5, ["torch.optim.SGD"], "torch.pi", {"_target_": 5}])
def test_what_is_no_class_is_told_with_its_key(given):
    with pytest.raises(ValueError, match=r"Parameter `optimizer\.base` should be a class of optimizers"):
        base_of("base", given)
