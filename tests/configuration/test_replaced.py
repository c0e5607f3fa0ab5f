"""What a choice sets for its class is not given to another class."""

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from landscape_lab.configuration.composed import CONF, open_keys, typed
from landscape_lab.configuration.replaced import forget_replaced

OTHER = "optimizer._target_=torch.optim.SGD"


def settings(*words):
    """The optimizer's settings after what nobody gave has been dropped."""
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("config", open_keys(words), return_hydra_config=True)
    forget_replaced(cfg, cfg.hydra.runtime.choices, typed(cfg.hydra))
    return dict(cfg.optimizer)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ([], {"lr": 0.05}),
        ([OTHER], {}),
        ([OTHER, "optimizer.lr=0.05"], {"lr": 0.05}),
        ([OTHER, "optimizer=lion"], {}),
        ([OTHER, "optimizer.momentum=0.9"], {"momentum": 0.9}),
        (["optimizer._target_=torch.optim.Adam"], {"lr": 0.05}),
    ],
)
def test_another_class_keeps_its_own_defaults(words, left):
    found = settings(*words)
    assert {key: value for key, value in found.items() if key not in ("_target_", "groups")} == left
