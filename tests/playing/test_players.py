import pytest
import torch

from landscape_lab.optimizers.factories import parts_of
from landscape_lab.playing.players import FREE, OPTIMIZERS, names, player


def test_all_of_the_catalogue_play_but_a_module_s_own():
    assert {"adam", "lion", "cma_es", "adamw", "prodigy", "yogi"} <= {*names()}
    assert "own" not in names()
    assert list(names()) == sorted(names())


def test_a_player_is_what_the_configuration_chooses():
    nesterov = player("nesterov")
    maker, settings = parts_of(nesterov.factory)
    assert maker is torch.optim.SGD
    assert settings == {"lr": 0.003, "momentum": 0.99, "nesterov": True}
    assert nesterov.rate == 0.003
    assert parts_of(player("yogi").factory).maker.__name__ == "Yogi"  # it has no YAML


def test_one_without_a_rate_has_none():
    assert player("cma_es").rate is None


def test_a_class_that_asks_for_a_rate_gets_one():
    assert player("lomo").rate is not None


@pytest.mark.parametrize("name", ["adma", "", "own", "os.system", "__import__", "../adam", "adam.yaml"])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match=f"There is no optimizer `{name}`"):
        player(name)


def test_the_first_ones_have_rates():
    assert all(player(name).rate > 0 for name in OPTIMIZERS)
    assert FREE > 0
