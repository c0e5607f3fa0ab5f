"""The training of a module that knows nothing of us is recorded, and goes as it goes without us."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from foreign_modules import Adversarial, OwnSchedule, Plain, Regularised, loader

from landscape_lab import Trajectory, TrajectoryRecorder

pytestmark = pytest.mark.filterwarnings("ignore:You defined a `validation_step` but have no `val_dataloader`")


class Clones(pl.Callback):
    """The naive recorder: clones of all weights, and the losses as the module gave them."""

    def __init__(self):
        self.points, self.losses, self.steps = [], [], []

    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        if not self.steps or trainer.global_step > self.steps[-1]:
            self.steps.append(trainer.global_step)
            self.points.append(cloned(module))

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        self.losses.append(float(outputs["loss"]) if "loss" in outputs else float("nan"))

    def on_train_epoch_end(self, trainer, module):
        self.end = trainer.global_step, cloned(module)


class Saves(pl.Callback):
    """Saves a checkpoint after step 7."""

    def __init__(self, file):
        self.file = file

    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == 7:
            trainer.save_checkpoint(self.file)


def cloned(module):
    return torch.cat([part.detach().clone().flatten() for part in module.parameters()]).float().numpy()


def fitted(make, *callbacks, checkpoint=None, seed=0, steps=14, validation=None, **settings):
    """A module after some steps of training."""
    pl.seed_everything(seed, verbose=False)
    module = make()
    trainer = pl.Trainer(
        max_steps=steps,
        max_epochs=-1,
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=list(callbacks),
        **settings,
    )
    trainer.fit(module, loader(shuffle=True), validation, ckpt_path=checkpoint, weights_only=True)
    return module


def streams():
    """What the next random numbers will be."""
    return torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate()


@pytest.mark.parametrize("make", [Plain, Regularised, OwnSchedule, Adversarial])
@pytest.mark.parametrize("to", [None, "points.f16"])
def test_points_are_what_clones_say_and_the_module_stays_to_the_bit(make, to, tmp_path):
    alone = fitted(make)
    ahead, modes = streams(), [part.training for part in alone.modules()]
    clones = Clones()
    recorder = TrajectoryRecorder(every=1, to=to and tmp_path / to)
    module = fitted(make, clones, recorder)
    assert streams() == ahead
    assert [part.training for part in module.modules()] == modes
    for name, tensor in alone.state_dict().items():
        assert torch.equal(tensor, module.state_dict()[name]), name
    path = recorder.trajectory
    assert path.steps.tolist() == [*clones.steps, clones.end[0]]
    expected = np.stack([*clones.points, clones.end[1]])
    if to is None:
        np.testing.assert_array_equal(path.points[:, 0], expected)
    else:
        assert (tmp_path / to).stat().st_size == expected.size * 2
        moved = np.abs(expected - expected[0])
        assert np.all(np.abs(path.points[:, 0] - expected) <= moved * 2**-11 + 2**-24)
    np.testing.assert_allclose(path.losses[:-1, 0], clones.losses)
    assert np.isnan(path.losses[-1, 0])
    assert path.evaluations.tolist() == list(range(len(path.steps)))


def test_every_so_many_steps_with_rates_and_label():
    recorder = TrajectoryRecorder(every=5)
    fitted(Regularised, recorder)
    assert recorder.trajectory.steps.tolist() == [0, 5, 10, 14]
    np.testing.assert_allclose(recorder.trajectory.lr, [0.01, 0.01, 0.005, 0.005])
    assert recorder.trajectory.label == "AdamW, lr 0.01"
    both = TrajectoryRecorder(every=5)  # two optimizers: two steps a batch
    fitted(Adversarial, both)
    assert both.trajectory.steps.tolist() == [0, 6, 12, 14]
    assert both.trajectory.evaluations.tolist() == [0, 3, 6, 7]


def test_the_division_of_accumulated_losses_is_undone():
    clones, recorder = Clones(), TrajectoryRecorder(every=1)
    fitted(Plain, clones, recorder, steps=4, accumulate_grad_batches=3)
    each = 3 * np.reshape(clones.losses, (4, 3))  # the losses of three batches that make one step
    np.testing.assert_allclose(recorder.trajectory.losses[:-1, 0], each.mean(1), rtol=1e-6)
    np.testing.assert_array_equal(recorder.trajectory.points[:-1, 0], clones.points)
    assert recorder.trajectory.evaluations.tolist() == [0, 3, 6, 9, 12]


@pytest.mark.parametrize("precision", ["bf16-mixed", "bf16-true", "64-true"])
def test_other_precisions(precision, tmp_path):
    clones, recorder = Clones(), TrajectoryRecorder(every=1, to=tmp_path / "points.f16")
    fitted(Plain, clones, recorder, precision=precision, steps=6)
    points = np.stack([*clones.points, clones.end[1]])
    np.testing.assert_allclose(recorder.trajectory.points[:, 0], points, atol=1e-4)
    np.testing.assert_allclose(recorder.trajectory.losses[:-1, 0], clones.losses, rtol=1e-6)


@pytest.mark.parametrize("first", [True, False])
def test_an_average_of_weights_is_not_taken_for_the_path(first):
    recorder, clones = TrajectoryRecorder(every=1), Clones()
    average = pl.callbacks.EMAWeightAveraging(decay=0.5)
    both = (recorder, average) if first else (average, recorder)
    module = fitted(Plain, clones, *both, validation=loader(seed=1))
    np.testing.assert_array_equal(recorder.trajectory.points[:, 0], [*clones.points, clones.end[1]])
    assert not np.array_equal(cloned(module), clones.end[1])  # what is left is the average


@pytest.mark.filterwarnings("ignore:You're resuming from a checkpoint that ended before the epoch")
@pytest.mark.parametrize("to", [None, "points.f16"])
def test_a_resumed_training_goes_on_with_its_path(to, tmp_path):
    file = tmp_path / "seven.ckpt"
    whole = TrajectoryRecorder(every=2, to=to and tmp_path / to)
    fitted(Plain, whole, Saves(file), steps=12)
    expected = whole.trajectory.points[:]
    again = TrajectoryRecorder(every=2, to=to and tmp_path / to)
    fitted(Plain, again, steps=12, checkpoint=file, seed=5)
    assert again.trajectory.steps.tolist() == whole.trajectory.steps.tolist()
    assert again.trajectory.evaluations.tolist() == whole.trajectory.evaluations.tolist()
    np.testing.assert_array_equal(again.trajectory.points[:4], expected[:4])  # steps 0, 2, 4, 6
    assert not np.array_equal(again.trajectory.points[4], expected[4])  # other minibatches


def test_another_training_is_recorded_anew_and_an_interrupted_one_to_its_end():
    recorder = TrajectoryRecorder(every=2)
    fitted(Plain, recorder)

    class Breaks(Plain):
        def training_step(self, batch, batch_idx):
            if self.global_step == 5:
                raise RuntimeError("broken")
            return super().training_step(batch, batch_idx)

    with pytest.raises(RuntimeError, match="broken"):
        fitted(Breaks, recorder)
    assert recorder.trajectory.steps.tolist() == [0, 2, 4, 5]


def test_large_points_are_thinned_and_saved(tmp_path, monkeypatch):
    monkeypatch.setattr("landscape_lab.records.large_points.SMALL", 10)
    monkeypatch.setattr("landscape_lab.records.large_points.MEMORY", 14 * 83 * 4)  # 14 points
    recorder = TrajectoryRecorder(every=1)
    fitted(Adversarial, recorder, steps=40)
    path = recorder.trajectory
    assert path.point_steps.tolist() == [*range(0, 40, 4), 40]
    path.save(tmp_path / "trajectory.npz")
    np.testing.assert_array_equal(Trajectory.load(tmp_path / "trajectory.npz").points, path.points)


def test_sharded_weights_are_refused_and_so_are_wrong_numbers():
    with pytest.raises(ValueError, match=r"`every` should be a positive whole number. Found `every = 0`"):
        TrajectoryRecorder(every=0)
    trainer = type("Trainer", (), {"strategy": object.__new__(pl.strategies.FSDPStrategy)})
    with pytest.raises(ValueError, match=r"strategy=ddp. Found FSDPStrategy"):
        TrajectoryRecorder().setup(trainer, Plain(), "fit")


@pytest.mark.slow
def test_the_first_of_two_processes_records(tmp_path):
    script = Path(__file__).with_name("ddp_training.py")
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    path = Trajectory.load(tmp_path / "trajectory.npz")
    assert path.steps.tolist() == [0, 2, 4, 5]
    ends = [np.load(tmp_path / f"weights_{rank}.npy") for rank in (0, 1)]
    np.testing.assert_array_equal(*ends)
    np.testing.assert_allclose(path.points[-1, 0], ends[0], atol=5e-5)
    assert np.load(tmp_path / "trajectory.npz")["losses"].shape == (4, 1)
    kept = torch.load(tmp_path / "last.ckpt", weights_only=True)["callbacks"]
    assert any(name.startswith("TrajectoryRecorder") for name in kept)
