"""The loss around where a training went: of the module's own step, on a copy, from any kind of path."""

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from foreign_modules import Adversarial, Plain, Regularised, ShufflingData, loader
from torch import nn

from landscape_lab import TrajectoryRecorder, loss_plane

CELLS = 9
"""A coarse map is enough."""


def trained(make, folder=None, steps=12):
    """A module, its recorder, and a folder of its checkpoints."""
    pl.seed_everything(3, verbose=False)
    module, recorder = make(), TrajectoryRecorder(every=2)
    savers = [pl.callbacks.ModelCheckpoint(folder, "{step}", every_n_train_steps=4, save_top_k=-1)]
    trainer = pl.Trainer(
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_val_batches=0,
        callbacks=[recorder, *(savers if folder else [])],
        enable_checkpointing=folder is not None,
    )
    trainer.fit(module, loader(shuffle=True), loader(seed=1) if make is Plain else None)
    return module, recorder


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return *trained(Plain, folder), folder


def everything(module):
    """All that a look might change: weights, buffers, modes, random numbers.

    Those of Python are left out, as what checks annotations in tests draws some.
    """
    tensors = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    modes = [part.training for part in module.modules()]
    streams = torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()
    return tensors, (modes, streams, sorted(vars(module)))


@pytest.mark.parametrize("directions", ["pca", "filter_normalised"])
def test_the_loss_at_the_centre_is_the_modules_own(plain, directions):
    module, recorder, _ = plain
    with torch.no_grad():
        inputs, targets = loader().dataset.tensors
        own = float(nn.functional.cross_entropy(module.net(inputs), targets))
    tensors, rest = everything(module)
    view = loss_plane(module, loader(), recorder.trajectory, directions, resolution=CELLS)
    after, left = everything(module)
    assert left == rest
    assert all(torch.equal(tensors[name], after[name]) for name in tensors)
    at_centre = view.landscape.slice(view.scene.plane.origin, view.scene.plane.directions)
    assert abs(float(at_centre(torch.zeros(1, 2))["loss"]) - own) < 1e-6
    assert view.scene.losses.shape[1] == CELLS
    (trace,) = view.scene.traces
    np.testing.assert_allclose(trace.losses[:-1], recorder.trajectory.losses[:-1])
    assert abs(float(trace.losses[-1, 0]) - own) < 1e-6  # which the recorder did not know


def test_statistics_and_dropout_stay_as_they_are():
    module, recorder = trained(Regularised)
    tensors, rest = everything(module)
    view = loss_plane(module, ShufflingData(), recorder, directions="random", resolution=CELLS)
    after, left = everything(module)
    assert left == rest
    assert all(torch.equal(tensors[name], after[name]) for name in tensors)
    assert np.isfinite(view.scene.losses).all()


def test_a_folder_of_checkpoints_gets_the_losses_of_the_module(plain):
    module, recorder, folder = plain
    view = loss_plane(module, loader(), folder, resolution=CELLS)
    (trace,) = view.scene.traces
    assert trace.label == folder.name
    assert trace.steps.tolist() == [4, 8, 12]
    points = torch.from_numpy(view.trajectories[0].points[:, 0])
    np.testing.assert_allclose(trace.losses[:, 0], view.landscape.evaluate(points).detach(), rtol=1e-5)
    assert trace.best == (12, pytest.approx(trace.losses[-1, 0]))
    np.testing.assert_array_equal(points[-1], recorder.trajectory.points[-1, 0])


def test_several_paths_share_a_plane(plain, tmp_path):
    module, recorder, folder = plain
    recorder.trajectory.save(tmp_path / "trajectory.npz")
    named = {"recorded": recorder, "saved": folder / "*.ckpt", "run": tmp_path}
    view = loss_plane(module, loader(), named, resolution=CELLS)
    assert [trace.label for trace in view.scene.traces] == list(named)
    assert recorder.trajectory.label == "Adam, lr 0.01"
    view = loss_plane(module, loader(), [recorder.trajectory, recorder.trajectory], resolution=CELLS)
    assert [trace.label for trace in view.scene.traces] == ["Adam, lr 0.01 (1)", "Adam, lr 0.01 (2)"]
    ends = [trace.places[-1, 0] for trace in view.scene.traces]
    np.testing.assert_array_equal(*ends)


def test_pictures_films_and_curvature(plain, tmp_path):
    module, recorder, _ = plain
    view = loss_plane(module, loader(), recorder.trajectory, resolution=CELLS)
    for figure in ("path", "curvature"):
        view.plot(tmp_path / f"{figure}.png", figure)
        assert (tmp_path / f"{figure}.png").stat().st_size > 5_000
    view.film(tmp_path / "descent.gif", frames=3, size=(200, 150))
    assert (tmp_path / "descent.gif").stat().st_size > 1_000
    with pytest.raises(ValueError, match=r"`figure` should be one of .*Found `figure = pth`. Nearest: path"):
        view.plot(figure="pth")
    with pytest.raises(ValueError, match=r"no key `frame`. Nearest: frames"):
        view.film(tmp_path / "descent.gif", frame=3)
    with pytest.raises(ValueError, match=r"no key `colormp`. Nearest: colormap"):
        loss_plane(module, loader(), recorder.trajectory, colormp="viridis")


def test_a_module_that_steps_by_hand_needs_a_loss():
    module, recorder = trained(Adversarial)
    with pytest.raises(ValueError, match=r"should be given, as Adversarial optimizes by hand"):
        loss_plane(module, loader(), recorder.trajectory)

    def fooled(model, batch):
        judged = model.discriminator(batch[0])
        return nn.functional.binary_cross_entropy_with_logits(judged, torch.ones_like(judged))

    view = loss_plane(module, loader(), recorder.trajectory, loss=fooled, resolution=CELLS)
    (trace,) = view.scene.traces
    assert np.isfinite(trace.losses).all()  # the training told none
    assert trace.evaluations[-1] == 6
    assert trace.steps[-1] == 12


def test_a_loss_of_prediction_and_target(plain):
    module, recorder, _ = plain
    view = loss_plane(module, loader(), recorder, loss=nn.functional.cross_entropy, resolution=CELLS)
    same = loss_plane(module, loader(), recorder, resolution=CELLS)
    np.testing.assert_allclose(view.scene.losses, same.scene.losses, rtol=1e-5)


def test_what_does_not_fit_is_told(plain, tmp_path):
    module, recorder, folder = plain
    with pytest.raises(ValueError, match=r"should have points of 58 numbers.*Found 42"):
        loss_plane(Regularised(), loader(), recorder.trajectory)
    with pytest.raises(ValueError, match=r"are of another architecture: without body.0.weight"):
        loss_plane(Regularised(), loader(), folder)
    with pytest.raises(ValueError, match=r"`datamodule` should be given \(in Python `loader`\)"):
        loss_plane(module, None, recorder.trajectory)
    with pytest.raises(ValueError, match=r"There are no checkpoints in .*nowhere"):
        loss_plane(module, loader(), tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"`trajectory` should be a Trajectory, a folder .* Found a int"):
        loss_plane(module, loader(), 3)


def test_a_copy_that_shares_its_weights_is_noticed(plain, monkeypatch):
    module, recorder, _ = plain

    def shared(*_, **__):
        with torch.no_grad():
            module.net[0].bias.add_(1.0)

    monkeypatch.setattr("landscape_lab.recording.view.NetworkLandscape.from_lightning", shared)
    monkeypatch.setattr("landscape_lab.recording.view.told_scene_of", shared)
    before = module.net[0].bias.detach().clone()
    with pytest.raises(RuntimeError, match=r"its copy shares net.0.bias"):
        loss_plane(module, loader(), recorder.trajectory)
    with torch.no_grad():
        module.net[0].bias.copy_(before)


def test_a_view_shows_itself_in_a_notebook_and_in_space(plain, tmp_path):
    module, recorder, _ = plain
    view = loss_plane(module, loader(), recorder.trajectory, resolution=CELLS)
    page = view._repr_html_()
    assert page.count("<img ") == 1
    assert "best loss" in page
    view.mesh(tmp_path / "surface.glb", cells=5)
    assert (tmp_path / "surface.glb").read_bytes()[:4] == b"glTF"
