"""lr.png of a run whose rate was found."""

import pytorch_lightning as pl
from PIL import Image

from landscape_lab.callbacks import RateCurve
from landscape_lab.callbacks.looks import share_look
from landscape_lab.callbacks.products import Pictures
from landscape_lab.rates.search import RateSearch, Trial


def test_it_draws_at_the_end(tmp_path):
    search = RateSearch([Trial(0.1, 3, 2.0), Trial(1.0, 3, float("inf"))], 6, 0.1)
    RateCurve(search, tmp_path, "bowl · sgd").on_fit_end(pl.Trainer(logger=False), None)
    with Image.open(tmp_path / "lr.png") as picture:
        assert picture.size[0] > picture.size[1] > 300


def test_it_has_the_look_of_all_figures_of_a_run(tmp_path):
    curve = RateCurve(RateSearch([Trial(0.1, 3, 2.0)], 3, 0.1), tmp_path, "bowl · sgd")
    share_look([Pictures(tmp_path, format=("svg", "png"), width=3.4), curve])
    curve.on_fit_end(pl.Trainer(logger=False), None)
    assert {file.name for file in tmp_path.iterdir()} == {"lr.svg", "lr.png"}
    with Image.open(tmp_path / "lr.png") as picture:
        assert picture.size[0] == round(3.4 * 300)
