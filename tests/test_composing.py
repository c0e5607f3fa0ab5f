from hydra.core.global_hydra import GlobalHydra
from hydra.initialize import initialize

from landscape_lab.composing import composed


def test_words_become_a_configuration_and_hydra_s_part():
    cfg, hydra = composed(["landscape=circle", "optimizer=yogi", "optimizer.lr=0.3", "hydra.run.dir=there"])
    assert hydra.runtime.choices.landscape == "circle"
    assert cfg.optimizer.lr == 0.3
    assert cfg.folder == "there"
    assert "hydra" not in cfg


def test_an_application_of_hydra_that_calls_keeps_its_state():
    with initialize(None, version_base="1.3"):
        outer = GlobalHydra.instance().hydra
        composed([])
        assert GlobalHydra.instance().hydra is outer
