"""A run whose learning rate is left open."""

import json

import numpy as np
import pytest
from omegaconf import OmegaConf

from landscape_lab.assembly import build_landscape
from landscape_lab.callbacks import RateCurve
from landscape_lab.ensemble import make_ensemble
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.rates.choice import advice, settled_search
from landscape_lab.rates.search import RateSearch, Trial

RUN = ["figures=[]", "logger=none", "optimizer.lr=auto"]
CASES = {
    "a formula": ["landscape=rosenbrock", "optimizer=sgd", "steps=100"],
    "a picture with noise and a schedule": [
        "landscape=turn", "optimizer=adam", "augmentation=shift_noise", "scheduler=one_cycle", "steps=60"
    ],
    "a closure": ["landscape=beale", "optimizer=lbfgs", "steps=30"],
    "second order": ["landscape=beale", "optimizer=newton", "steps=30"],
    "gradient-free": ["landscape=beale", "optimizer=pgpe", "steps=30"],
    "many starts": ["landscape=beale", "optimizer=adam", "ensemble=starts", "ensemble.starts.grid=[3,2]",
        "steps=40"],
    "a network": ["landscape=network", "model=mlp", "data=spirals", "optimizer=adam", "steps=30"],
    "shapes": ["landscape=shapes", "landscape.shapes=4", "landscape.size=16", "optimizer=adam", "steps=20"],
    "a class by its path": ["landscape=beale", "optimizer._target_=torch.optim.RMSprop", "steps=30"],
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_rate_is_found_for(lab, case):
    result = lab(*CASES[case], *RUN)
    told = result.metrics["lr_search"]
    assert result.metrics["status"] in ("completed", "stopped")
    assert result.metrics["lr"] == told["chosen"]
    assert sum(trial["steps"] for trial in told["trials"]) <= result.trajectory.steps[-1]
    assert json.loads((result.folder / "lr_search.json").read_text()) == told
    assert (result.folder / "lr.png").is_file()
    rates = result.trajectory.lr[np.isfinite(result.trajectory.lr)]
    if "scheduler=one_cycle" not in CASES[case] and len(rates):
        np.testing.assert_allclose(rates[0], told["chosen"], rtol=1e-5)


def test_the_run_is_that_of_a_typed_rate(lab):
    settings = ["landscape=turn", "optimizer=adam", "augmentation=shift_noise", "steps=40"]
    auto = lab(*settings, *RUN)
    typed = lab(*settings, *RUN[:2], f"optimizer.lr={auto.metrics['lr']}")
    np.testing.assert_array_equal(auto.trajectory.points, typed.trajectory.points)


def test_the_landscape_is_built_once(lab, monkeypatch):
    built = []

    def build_and_note(*args, **changes):
        built.append(build_landscape(*args, **changes))
        return built[-1]

    monkeypatch.setattr("landscape_lab.assembly.build_landscape", build_and_note)
    lab("landscape=turn", *RUN, "steps=20")
    assert len(built) == 1


def test_a_run_that_goes_on_keeps_its_rate(tmp_path):
    cfg = OmegaConf.create({"optimizer": {"lr": "auto"}})
    before = RateSearch([Trial(0.1, 3, 1.0)], 3, 0.123)
    before.save(tmp_path / "lr_search.json")
    last = tmp_path / "checkpoints" / "last.ckpt"
    bowl = FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0))
    assert settled_search(cfg, {}, last, bowl, make_ensemble(bowl)) == before


def test_an_optimizer_without_a_rate_says_so(lab, capsys):
    result = lab("landscape=beale", "optimizer=scipy_bfgs", *RUN, "steps=20")
    assert "lr" not in result.metrics
    assert "scipy_bfgs has no learning rate" in capsys.readouterr().err


def test_members_with_rates_of_their_own_are_refused(lab):
    with pytest.raises(ValueError, match=r"optimizer\.lr.*ensemble\.lr"):
        lab("landscape=beale", "ensemble=lr_sweep", *RUN)


def test_a_rate_that_diverges_after_all_is_lowered(lab, monkeypatch, capsys):
    monkeypatch.setattr(
        "landscape_lab.rates.choice.search_rate", lambda *_: RateSearch([Trial(0.05, 3, 1.0)], 3, 0.05)
    )
    drawn = []
    monkeypatch.setattr(RateCurve, "on_fit_end", lambda *_: drawn.append("lr.png"))
    result = lab("landscape=rosenbrock", "optimizer=sgd", *RUN, "steps=50")
    assert result.metrics["status"] == "completed"
    assert result.metrics["lr"] < 0.05
    assert "lr 0.05 diverged after 3 steps: again with a lower one." in capsys.readouterr().err
    assert drawn == ["lr.png"]


def test_advice_names_step_and_rate():
    cfg = OmegaConf.create({"optimizer": {"lr": 0.05}})
    told = advice(cfg, "sgd", {"steps": 3})
    assert told == "sgd diverged in step 3 at lr 0.05: try a smaller one, or optimizer.lr=auto."
    told = advice(cfg, "sgd", {"steps": 3, "lr": 0.05, "lr_search": {}})
    assert told == "sgd diverged in step 3 at lr 0.05, and before at higher ones: try others of its settings."
    assert "others of its settings" in advice(OmegaConf.create({"optimizer": {}}), "x", {"steps": 3})
