"""What is logged, drawn and kept, and when."""

from functools import partial
from unittest.mock import Mock, call

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from landscape_lab import Descent, results
from landscape_lab.callbacks import Checkpoints, Curves, HParams, ProgressBar
from landscape_lab.callbacks.curves import thinned
from landscape_lab.callbacks.hparams import COMPARED, final
from landscape_lab.ending import Ending
from landscape_lab.landscapes import ImageLandscape

VALLEY = torch.linspace(-1, 1, 11).square().expand(7, 11) / 2 + torch.linspace(-1, 1, 7).square()[:, None] / 2


def fit(steps=30, start=(9, 1), logger=None, callbacks=(), size=10, lr=0.02):
    module = Descent(
        ImageLandscape(VALLEY, start),
        partial(torch.optim.Adam, lr=lr),
        steps,
        steps_per_batch=size,
        label="valley · adam",
    )
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_steps=steps,
        max_epochs=-1,
        logger=logger or False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=list(callbacks),
    )
    trainer.fit(module)
    return module, trainer


def tensorboard(folder):
    return TensorBoardLogger(folder, name="", version="")


def events(folder):
    accumulator = EventAccumulator(str(folder), {"scalars": 0, "images": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def test_curves_log_every_step_with_its_values():
    logger = Mock(spec=Logger)
    module, _ = fit(steps=3, logger=logger, callbacks=[Curves()], size=2)
    calls = logger.log_metrics.call_args_list
    assert [entry.args[1] for entry in calls] == [0, 1, 2, 3]
    trajectory = module.trajectory
    for step, entry in enumerate(calls):
        values = entry.args[0]
        assert values["loss"] == pytest.approx(trajectory.losses[step, 0])
        assert values["position/x"] == pytest.approx(trajectory.points[step, 0, 0])
        assert values["position/y"] == pytest.approx(trajectory.points[step, 0, 1])
        minimum = module.landscape.minima[0].numpy()
        assert values["distance_to_minimum"] == pytest.approx(
            np.linalg.norm(trajectory.points[step, 0] - minimum)
        )
        assert ("gradient_norm" in values) == ("lr" in values) == (step < 3)
    assert calls[0].args[0]["lr"] == 0.02


def test_curves_reach_tensorboard_and_agree_with_the_trajectory(tmp_path):
    module, trainer = fit(logger=tensorboard(tmp_path), callbacks=[Curves()])
    scalars = events(tmp_path)
    losses = scalars.Scalars("Loss")
    assert [event.step for event in losses] == list(range(31))
    assert losses[-1].step == trainer.global_step == module.trajectory.steps[-1]
    assert [event.value for event in losses] == pytest.approx(module.trajectory.losses[:, 0].tolist())
    assert {"gradient_norm", "lr", "position/x", "position/y", "distance_to_minimum"} <= set(
        scalars.Tags()["scalars"]
    )


def in_order(tags):
    """As TensorBoard sorts tags: `/`, `_` and digits before letters, capitals before small ones."""
    return sorted(tags, key=lambda tag: [(letter.isalpha(), letter) for letter in tag])


@pytest.mark.parametrize(("start", "shown"), [([(9, 1)], "Loss"), ([(9, 1), (2, 5)], "Loss/best")])
def test_the_loss_is_what_tensorboard_shows_first(start, shown, tmp_path):
    fit(start=start, logger=tensorboard(tmp_path), callbacks=[Curves(), HParams({"seed": 0}, "")])
    tags = in_order(events(tmp_path).Tags()["scalars"])
    assert tags[0] == shown
    assert {"distance_to_minimum", "final/final_loss", "gradient_norm", "lr"} < set(tags)


def test_curves_of_many_members_are_median_and_best(tmp_path):
    module, _ = fit(start=[(9, 1), (2, 5), (0, 0)], logger=tensorboard(tmp_path), callbacks=[Curves()])
    scalars = events(tmp_path)
    assert [e.value for e in scalars.Scalars("Loss/median")] == pytest.approx(
        np.median(module.trajectory.losses, axis=1).tolist()
    )
    assert [e.value for e in scalars.Scalars("Loss/best")] == pytest.approx(
        module.trajectory.losses.min(axis=1).tolist()
    )


def test_long_curves_are_thinned_to_a_logarithmic_grid():
    steps = np.arange(1_000_000)
    kept = steps[thinned(steps, len(steps))]
    assert (kept[:150] == np.arange(150)).all()
    assert 1600 <= len(kept) <= 1800
    assert (kept[151:] / kept[150:-1]).max() < 1.02
    assert sum(thinned(part, len(steps)).sum() for part in np.array_split(steps, 7)) == len(kept)
    assert thinned(np.arange(1000), 1000).all()


def test_hparams_are_registered_at_the_start_and_finished_with_the_finals(tmp_path):
    module, trainer = fit(
        logger=tensorboard(tmp_path),
        callbacks=[HParams({"optimizer": "adam", "optimizer.lr": 0.02}, "steps: 30")],
    )
    accumulator = events(tmp_path)
    plugin = accumulator.PluginTagToContent("hparams")
    content = {tag: HParamsPluginData.FromString(value) for tag, value in plugin.items()}
    experiment = content["_hparams_/experiment"].experiment
    assert {metric.name.tag for metric in experiment.metric_infos} == {*map(final, COMPARED)}
    assert {info.name for info in experiment.hparam_infos} == {"optimizer", "optimizer.lr"}
    assert (
        content["_hparams_/session_start_info"].session_start_info.hparams["optimizer.lr"].number_value
        == 0.02
    )
    assert "_hparams_/session_end_info" in content
    for name in COMPARED:
        (event,) = accumulator.Scalars(final(name))
        assert event.step == trainer.global_step
        assert event.value == pytest.approx(results.metrics(module)[name])
    text = accumulator.Tensors("configuration/text_summary")[0].tensor_proto.string_val[0].decode()
    assert "steps: 30" in text
    assert len(list(tmp_path.glob("events*"))) == 1


def test_checkpoints_are_written_between_chunks_and_at_the_end(tmp_path):
    trainer = Mock()
    trainer.save_checkpoint.side_effect = lambda path: path.write_text("state")
    checkpoints, module = Checkpoints(tmp_path, seconds=0), Mock(ending=Ending("completed"))
    checkpoints.on_train_batch_end(trainer, module, {}, 0, 0)
    checkpoints.on_train_end(trainer, module)
    assert trainer.save_checkpoint.call_count == 2
    assert [path.name for path in tmp_path.iterdir()] == ["last.ckpt"]
    seldom = Checkpoints(tmp_path, seconds=1000)
    seldom.on_train_batch_end(trainer, module, {}, 0, 0)
    assert trainer.save_checkpoint.call_count == 2


def test_diverged_state_replaces_no_checkpoint(tmp_path):
    trainer, checkpoints = Mock(), Checkpoints(tmp_path, seconds=0)
    checkpoints.on_train_batch_end(trainer, Mock(ending=Ending("diverged")), {}, 0, 0)
    checkpoints.on_train_end(trainer, Mock(ending=Ending("diverged")))
    assert trainer.mock_calls == []


def test_progress_bar_is_throttled_and_leaves_the_terminal_clean(capsys, monkeypatch):
    bar = ProgressBar(seconds=1000)
    updates = Mock()
    monkeypatch.setattr("rich.progress.Progress.update", updates)
    fit(steps=50, callbacks=[bar], size=5)
    assert len(updates.call_args_list) == 1
    assert updates.call_args == call(
        bar._task, completed=5, rate=pytest.approx(0, abs=1e9), loss=pytest.approx(0.3, abs=0.3), refresh=True
    )
    assert capsys.readouterr().out == ""
