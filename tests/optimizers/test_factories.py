"""What builds an optimizer, and its learning rate."""

from functools import partial

import pytest
import torch

from landscape_lab.optimizers.factories import own_rate, parts_of


@pytest.mark.parametrize(
    ("factory", "rate"),
    [
        (torch.optim.Adam, 1e-3),
        (partial(torch.optim.Adam, lr=0.5), 0.5),
        (partial(torch.optim.Adafactor, lr=None), None),
        (partial(torch.optim.SGD, lr=torch.tensor(0.1)), None),
    ],
)
def test_the_own_rate_is_the_setting_or_else_the_default(factory, rate):
    assert own_rate(factory) == rate


def test_the_settings_are_a_copy():
    factory = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
    parts_of(factory).settings["momentum"] = 0.0
    assert factory.keywords["momentum"] == 0.9
