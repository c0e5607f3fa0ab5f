"""The groups `model` and `data`: there with networks only, and every choice builds."""

from functools import partial

import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException
from omegaconf import OmegaConf

from landscape_lab.configuration.composed import CONF, open_keys
from landscape_lab.data import build_data
from landscape_lab.dotted_paths import locate
from landscape_lab.models import build_model

MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml"))
DATA = sorted(path.stem for path in (CONF / "data").glob("*.yaml"))
SUITED = {
    "lenet": "digits",
    "mlp": "spirals",
    "resnet_small": "digits",
    "tanh_classifier": "random_labels",
    "transformer_small": "text",
}
"""Data for each model."""
FROM_FILES = ("mnist", "fashion_mnist", "cifar10", "table")


def composed(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", open_keys(overrides))


def factory(group, node):
    settings = OmegaConf.to_container(node)
    return partial(locate(f"{group}._target_", settings.pop("_target_")), **settings)


def chosen(group, name):
    return factory(group, OmegaConf.load(CONF / group / f"{name}.yaml"))


def built(*overrides):
    cfg = composed("landscape=network", *overrides)
    return build_model(factory("model", cfg.model), build_data(factory("data", cfg.data)))


def test_pictures_know_nothing_of_both_groups():
    cfg = composed("landscape=spiral")
    assert "model" not in cfg
    assert "data" not in cfg
    with pytest.raises(ConfigCompositionException, match="model"):
        composed("landscape=spiral", "model=lenet")


def test_network_alone_is_a_perceptron_on_spirals():
    model, data = built()
    assert [layer.out_features for layer in model[::2]] == [50, 50, 3]
    assert data.inputs.shape == (1000, 2)


def test_groups_and_keys_are_chosen_on_the_command_line():
    model, data = built("model=lenet", "data=digits", "data.size=20", "data.samples=100", "model.size=24")
    assert data.inputs.shape == (80, 1, 24, 24)
    assert model(data.inputs).shape == (80, 10)


def test_target_replaces_a_model_and_its_keys():
    model, _ = built("model._target_=torch.nn.Linear", "model.in_features=2", "model.out_features=3")
    assert model.weight.shape == (3, 2)


def test_choice_on_the_command_line_replaces_that_of_an_experiment():
    cfg = composed("experiment=lenet_digits", "model=mlp", "landscape.batch_size=8")
    assert cfg.model._target_.endswith(".mlp")
    assert cfg.data._target_.endswith(".digits")
    assert cfg.landscape.batch_size == 8


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_built_by_name(name):
    model, data = build_model(chosen("model", name), build_data(chosen("data", SUITED[name])))
    assert len(model(data.inputs[:2])) == 2


@pytest.mark.parametrize("name", DATA)
def test_every_data_set_is_built_by_name_or_tells_what_it_needs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make = chosen("data", name) if name != "table" else partial(chosen("data", name), file="nothing.csv")
    if name in FROM_FILES:
        with pytest.raises(ValueError, match=r"There is no (file|table) .* with data.(file|folder)=…"):
            build_data(make)
    else:
        assert build_data(make).facts()
