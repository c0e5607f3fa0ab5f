"""lr.png of a run whose rate was found."""

import pytorch_lightning as pl
from PIL import Image

from landscape_lab.callbacks import RateCurve
from landscape_lab.rate_search import RateSearch, Trial


def test_it_draws_at_the_end(tmp_path):
    search = RateSearch([Trial(0.1, 3, 2.0), Trial(1.0, 3, float("inf"))], 6, 0.1)
    RateCurve(search, tmp_path / "lr.png", "bowl · sgd").on_fit_end(pl.Trainer(logger=False), None)
    with Image.open(tmp_path / "lr.png") as picture:
        assert picture.size[0] > picture.size[1] > 300
