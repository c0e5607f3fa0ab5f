"""The trainer of a run: who is called in which order, and that nothing is written before it is accepted."""

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import open_dict

from landscape_lab.callbacks import RateCurve
from landscape_lab.configuration.composed import CONF, register_catalogue
from landscape_lab.fitting import trainer_of
from landscape_lab.keeping import Keeper
from landscape_lab.rates.search import RateSearch, Trial
from landscape_lab.resuming.going_on import Provenance, settings_with
from landscape_lab.runs import Run

NAMES = {"landscape": "booth", "optimizer": "adam"}


@pytest.fixture
def parts(tmp_path):
    register_catalogue()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("config", ["landscape=booth", "optimizer.lr=0.1"], return_hydra_config=True)
    with open_dict(cfg):
        cfg.folder = str(tmp_path / "run")
        hydra = cfg.pop("hydra")
    return cfg, Keeper(Run(tmp_path / "run"), {}, cfg, hydra)


def test_a_trainer_has_the_keeper_first_and_an_open_log(parts, tmp_path):
    cfg, keeper = parts
    keeper.search = RateSearch([Trial(0.1, 3, 2.0)], 3, 0.1)
    trainer = trainer_of(cfg, NAMES, keeper, Provenance(settings_with(cfg, NAMES), cfg.steps), first=7)
    assert trainer.callbacks[0] is keeper
    names = [type(callback).__name__ for callback in trainer.callbacks]
    assert names.index("Products") < names.index("Provenance") < names.index("HParams") < names.index("Stops")
    (curve,) = [callback for callback in trainer.callbacks if isinstance(callback, RateCurve)]
    assert curve.label == "booth · adam, lr 0.1"
    assert trainer.logger._kwargs["purge_step"] == 7
    assert [path.name.partition(".out")[0] for path in tmp_path.rglob("*")] == ["run", "events"]


def test_what_the_trainer_refuses_is_named(parts, tmp_path):
    cfg, keeper = parts
    cfg.trainer.max_steps = "abc"
    with pytest.raises(ValueError, match=r"Parameter `trainer\.max_steps` should be a whole number"):
        trainer_of(cfg, NAMES, keeper, Provenance(settings_with(cfg, NAMES), cfg.steps), first=0)
    assert not list(tmp_path.iterdir())
