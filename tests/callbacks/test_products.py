"""One scene of a descent, made when a product asks for it, and handed to all."""

from dataclasses import replace
from functools import partial
from io import BytesIO
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from networks import linear
from PIL import Image
from pytorch_lightning.loggers import TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from training import fit

from landscape_lab import Descent
from landscape_lab.callbacks import Checkpoints, Curves, Pictures, Product, Products, Video, products
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.planes.plane_file import PlaneFile
from landscape_lab.runs import Run


class Noted(Product):
    """Notes the scenes that it is handed."""

    def __init__(self, wanted=True, grid=True):
        self.is_wanted, self.shows_grid, self.scenes = wanted, grid, []

    @property
    def wanted(self):
        return self.is_wanted

    @property
    def grid(self):
        return self.shows_grid

    def check(self, landscape):
        self.checked = landscape

    def make(self, scene, trainer):
        self.scenes.append(scene)


@pytest.fixture(params=[2])
def finish(request):
    """The end of a descent of five steps, each of two evaluations, or of as many as the parameter says."""
    optimizer = partial(torch.optim.SGD, lr=0.01)
    descent = Descent(FunctionLandscape.named("booth"), optimizer, steps=5)
    for step in range(6):
        descent.trajectory.append(step, torch.zeros(1, 2), torch.ones(1), request.param * step)

    def finish(*made, trainer=None):
        trainer = Mock(loggers=[], global_step=5) if trainer is None else trainer
        Products(made).on_fit_end(trainer, descent)

    return finish


def test_all_products_get_the_same_scene(finish):
    one, two = Noted(), Noted(grid=False)
    finish(one, two)
    assert one.scenes[0] is two.scenes[0]
    assert one.scenes[0].losses.shape == (512, 512)


def test_no_scene_is_made_where_nothing_is_wanted(finish, monkeypatch, tmp_path):
    monkeypatch.setattr(products, "scene_of", None)  # to call it would be an error
    finish(Noted(wanted=False), Pictures(tmp_path, []), Video(tmp_path, []))
    assert not list(tmp_path.iterdir())


def test_curves_alone_make_no_grid(finish, monkeypatch, tmp_path):
    monkeypatch.setattr("landscape_lab.staging.mapping.sample", None)
    finish(Pictures(tmp_path, ["loss", "evaluations"]))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["evaluations.png", "loss.png"]


@pytest.mark.parametrize("finish", [1], indirect=True)
def test_no_picture_repeats_another(finish, tmp_path, capsys):
    finish(Pictures(tmp_path, ["loss", "evaluations"]))
    assert [file.name for file in tmp_path.iterdir()] == ["loss.png"]
    assert "it would repeat loss.png" in capsys.readouterr().err
    alone = tmp_path / "alone"
    alone.mkdir()
    finish(Pictures(alone, ["evaluations"]))
    assert [file.name for file in alone.iterdir()] == ["evaluations.png"]


def test_one_callback_stands_for_all_products_where_the_first_of_them_stood(tmp_path):
    curves, checkpoints = Curves(), Checkpoints(tmp_path)
    pictures, video = Pictures(tmp_path), Video(tmp_path, [])
    first, gathered, last = Products.gathering(
        [curves, pictures, checkpoints, video], PlaneSettings(), tmp_path
    )
    assert (first, last) == (curves, checkpoints)
    assert gathered.products == (pictures, video)
    assert Products.gathering([curves], PlaneSettings(), tmp_path) == [curves]


def test_pictures_are_shown_in_tensorboard_but_for_the_curves_that_it_draws_itself(finish, tmp_path):
    logger = TensorBoardLogger(tmp_path, name="", version="")
    finish(Pictures(tmp_path / "pictures"), trainer=Mock(loggers=[logger], global_step=5))
    logger.finalize("success")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["loss.png", "path.png"]
    accumulator = EventAccumulator(str(tmp_path), {"images": 0})
    accumulator.Reload()
    assert accumulator.Tags()["images"] == ["path"]
    (image,) = accumulator.Images("path")
    assert image.step == 5
    with Image.open(BytesIO(image.encoded_image_string)) as card:  # larger type than the file's
        assert min(card.size) > 400
    with Image.open(tmp_path / "pictures" / "path.png") as picture:
        assert min(picture.size) > 400


def test_a_figure_or_a_film_that_is_not_known_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="`figures` should be one of path"):
        Pictures(tmp_path, ["paths"])
    with pytest.raises(ValueError, match="`video` should be one of mp4, gif"):
        Video(tmp_path, ["avi"])


def test_the_words_of_the_command_line_reach_the_products(lab):
    words = ["callbacks=default", "~callbacks.progress", "~callbacks.curves", "figures=[loss]", "video=[gif]"]
    result = lab(*words, "steps=4", "callbacks.video.size=[300,200]", "callbacks.video.view=surface")
    with Image.open(result.folder / "descent.gif") as picture:
        assert picture.size == (300, 200)
    assert (result.folder / "loss.png").is_file()
    assert not (result.folder / "path.png").exists()
    without = lab(*words, "~callbacks.pictures", "~callbacks.video", "steps=4", name="without")
    assert not list(without.folder.glob("*.png"))


@pytest.mark.parametrize("product", [Pictures, Video], ids=["figure", "film"])
def test_what_a_landscape_does_not_have_is_refused_before_the_descent(product, tmp_path):
    asked = (["boundary"],) if product is Pictures else (["mp4"],)
    settings = {} if product is Pictures else {"view": "boundary"}
    descent = Descent(FunctionLandscape.named("booth"), torch.optim.SGD, steps=5)
    with pytest.raises(ValueError, match="may be boundary only for a network: landscape=network"):
        fit(descent, Products([product(tmp_path, *asked, **settings)]))
    assert len(list(tmp_path.iterdir())) == 0


def test_data_regions_and_a_film_of_them_do_without_a_grid(monkeypatch, tmp_path):
    monkeypatch.setattr("landscape_lab.staging.mapping.sample", None)
    film = Video(tmp_path, ["gif"], view="boundary", size=(300, 200))
    fit(
        Descent(linear(), partial(torch.optim.Adam, lr=0.1), steps=20),
        Products([Pictures(tmp_path, ["data", "boundary"]), film]),
    )
    assert {file.name for file in tmp_path.iterdir()} == {"data.png", "boundary.png", "descent.gif"}


def test_a_slice_that_misses_its_landscape_is_told_on_a_line(finish, monkeypatch, capsys):
    make = products.scene_of
    monkeypatch.setattr(products, "scene_of", lambda *a, **k: replace(make(*a, **k), miss=0.25))
    finish(Noted())
    assert "misses it at the centre of the plane by 2.5e-01" in capsys.readouterr().err


def test_a_slice_that_misses_its_landscape_is_told_in_the_results(lab, monkeypatch):
    words = ["callbacks=default", "~callbacks.progress", "landscape=booth", "steps=2", "figures=[path]"]
    assert "slice_miss" not in lab(*words, name="right").metrics
    monkeypatch.setattr("landscape_lab.planes.grid._centre", lambda *_: (1.0, 1e9))
    assert lab(*words, name="wrong").metrics["slice_miss"] == 1e9 - 1.0


WORDS = [
    "callbacks=default",
    "~callbacks.progress",
    "landscape=network",
    "model.hidden=[3]",
    "data.samples=30",
]


def test_a_plane_is_chosen_on_the_command_line(lab, monkeypatch):
    scenes = []
    make = products.scene_of
    monkeypatch.setattr(products, "scene_of", lambda *a, **k: scenes.append(make(*a, **k)) or scenes[-1])
    words = ["plane=filter_normalized", "plane.center=start", "plane.resolution=20", "plane.ignore=biases"]
    result = lab(*WORDS, *words, "steps=3", "figures=[path]")
    (scene,) = scenes
    assert scene.losses.shape == (20, 20)
    assert scene.plane.axes.labels[0].startswith("filter-normalised direction 1")
    assert scene.plane.origin.tolist() == result.trajectory.points[0, 0].tolist()


def test_a_line_is_drawn_by_the_plane_of_that_name(lab):
    folder = lab(*WORDS, "plane=line", "steps=3").folder
    assert sorted(file.name for file in folder.glob("*.png")) == ["line.png", "loss.png"]


def test_a_run_that_has_no_such_plane_keeps_its_results(lab, capsys):
    words = ["plane=start_to_end", "optimizer.lr=0", "steps=3", "figures=[path,line]", "plane.resolution=20"]
    result = lab(*WORDS, *words)
    told = capsys.readouterr().err
    assert "Drawn with plane=auto instead: A path should start and end at different points" in told
    assert (result.folder / "path.png").is_file()
    assert not (result.folder / "line.png").exists()


def test_a_film_of_draws_is_made_on_any_plane_and_the_results_are_kept(lab, capsys):
    words = ["plane=pca", "optimizer.lr=0", "steps=3", "figures=[]", "video=[gif]", "plane.resolution=8"]
    more = ["landscape.batch_size=4", "callbacks.video.view=draws", "callbacks.video.frames=2"]
    folder = lab(*WORDS, *words, *more).folder
    assert "Drawn with plane=auto instead: A path should move" in capsys.readouterr().err
    assert (folder / "descent.gif").is_file()
    assert Run(folder).results()["status"] == "completed"


def test_a_plane_that_cannot_be_is_refused_before_the_descent(lab):
    for words, message in {
        ("plane=custom",): "should hold two directions",
        ("plane=custom", "plane.vectors=[no.pt,no.npy]"): "There is no file of weights no.pt",
        ("plane.colormap=magmaa",): "Nearest: magma",
        ("plane=pcaa",): "pca",
    }.items():
        with pytest.raises(Exception, match=message):
            lab(*WORDS, *words, "steps=3")


def test_a_run_writes_its_plane_where_asked_and_keeps_the_losses(lab):
    words = ("landscape=network", "model.hidden=[4]", "data.samples=60", "steps=5", "plane.resolution=8")
    folder = lab(*words, "plane.save=true").folder  # without any product
    kept, trajectory = PlaneFile.load(folder / "plane.npz"), Run(folder).trajectory()
    assert kept.losses.shape == kept.accuracy.shape == (8, 8)
    np.testing.assert_array_equal(kept.plane.origin, trajectory.points[-1, 0])
    np.testing.assert_array_equal(kept.paths[0].losses, trajectory.losses[:, 0])
    (grid,) = folder.glob("grid-*.npz")
    measured = grid.stat().st_mtime_ns
    lab(
        *words,
        "callbacks=default",
        "~callbacks.progress",
        "figures=[path]",
        "plane.show=accuracy",
        quiet=False,
    )
    assert list(folder.glob("grid-*.npz")) == [grid]
    assert grid.stat().st_mtime_ns == measured  # nothing was evaluated anew
    assert (folder / "path.png").is_file()


def test_an_accuracy_that_nobody_measures_is_refused_before_the_descent(lab):
    with pytest.raises(ValueError, match=r"`plane.show` may be accuracy only of a network"):
        lab("landscape=booth", "steps=5", "plane.show=accuracy", "plane.save=true")
