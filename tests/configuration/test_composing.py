import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.initialize import initialize
from omegaconf import OmegaConf

from landscape_lab.configuration.composing import composed


def test_words_become_a_configuration_and_hydra_s_part():
    cfg, hydra = composed(["landscape=circle", "optimizer=yogi", "optimizer.lr=0.3", "hydra.run.dir=there"])
    assert hydra.runtime.choices.landscape == "circle"
    assert cfg.optimizer.lr == 0.3
    assert cfg.folder == "there"
    assert "hydra" not in cfg


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["optimizer=yogi"], "sphere/yogi"),
        (["optimizer._target_=torch.optim.SGD"], "sphere/SGD"),
        (["optimizer=lion", "optimizer._target_=mine.SGD"], "sphere/SGD"),
        (["landscape._target_=mine.Field"], "Field/adam"),
        (["optimizer._target_=5"], "sphere/5"),
        (["~optimizer"], "sphere/None"),
    ],
)
def test_folders_bear_the_names_of_what_runs(words, named):
    cfg, hydra = composed(["landscape=sphere", *words, "hydra.job.num=3"])
    assert cfg.folder.startswith(f"outputs/runs/{named}/")
    hydra._set_parent(OmegaConf.create({**cfg, "hydra": hydra}))
    assert hydra.sweep.subdir == f"3_{named.replace('/', '_')}"


def test_an_application_of_hydra_that_calls_keeps_its_state():
    with initialize(None, version_base="1.3"):
        outer = GlobalHydra.instance().hydra
        composed([])
        assert GlobalHydra.instance().hydra is outer


@pytest.mark.parametrize("choice", ["single", "lr_sweep", "starts", "seeds"])
@pytest.mark.parametrize("plus", ["", "+", "++"])
def test_lists_replace_what_any_choice_of_an_ensemble_has(choice, plus):
    lists = [f"{plus}ensemble.lr=[0.1,0.2]", f"{plus}ensemble.starts=[[1,2]]"]
    cfg, _ = composed([*lists, f"ensemble={choice}"])
    assert (cfg.ensemble.lr, cfg.ensemble.starts) == ([0.1, 0.2], [[1, 2]])
