"""A module's own step as the loss: what it returns, logs, and finds in place of its Trainer."""

import copy
from types import SimpleNamespace

import foreign_modules as foreign
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchmetrics.classification import MulticlassAccuracy

from landscape_lab.landscapes.networks.foreign import ModuleStep, StandIn

BATCH = next(iter(foreign.loader()))


def step_of(module, name="training_step", **more):
    return ModuleStep(module, name, StandIn(), **more)


@pytest.mark.parametrize("kind", [foreign.Plain, foreign.Regularised, foreign.OwnSchedule])
def test_the_loss_is_what_the_step_returns_and_reaches_the_weights(kind):
    module = kind().eval()
    loss = step_of(module)(module, BATCH)
    inputs, labels = BATCH
    logits = module(inputs) if isinstance(module, foreign.Plain) else module.head(module.body(inputs))
    assert torch.equal(loss, F.cross_entropy(logits, labels))
    loss.backward()
    assert all(part.grad is not None for part in module.parameters())


def test_what_is_logged_are_metrics_without_the_names_of_data():
    module = foreign.Plain()
    step = step_of(module)
    loss = step(module, BATCH)
    assert set(step.metrics) == {"accuracy"}
    right = (module(BATCH[0]).argmax(1) == BATCH[1]).float().mean()
    assert torch.equal(step.metrics["accuracy"](module, BATCH), right)
    assert torch.equal(step.logged["loss"], loss.detach())
    assert not step.logged["loss"].requires_grad


def test_validation_takes_the_logged_loss_or_asks_the_other_step():
    module = foreign.Plain()
    training = step_of(module)
    held_out = step_of(module, "validation_step", otherwise=training)
    assert torch.equal(held_out(module, BATCH), training(module, BATCH))
    assert set(held_out.metrics) == {"accuracy"}

    class Mute(foreign.Plain):
        def validation_step(self, batch):
            self.log("valid_f1", 0.5)

    module = Mute()
    training = step_of(module)
    held_out = step_of(module, "validation_step", otherwise=training)
    assert torch.equal(held_out(module, BATCH), training(module, BATCH))
    assert float(held_out.metrics["f1"](module, BATCH)) == 0.5


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (foreign.Forgetful, "`training_step` of Forgetful should return the loss.* Found None"),
        (foreign.Nameless, "dictionary with `loss`. Found a dictionary of nll"),
        (foreign.AsksTrainer, "asks its Trainer for `estimated_stepping_batches`, and a landscape has no"),
    ],
)
def test_a_step_without_a_loss_is_told_in_one_line(kind, message):
    module = kind()
    with pytest.raises(ValueError, match=message) as told:
        step_of(module)(module, BATCH)
    assert "\n" not in str(told.value)


class Curious(foreign.Plain):
    """Looks at all that it may, and gathers what the end of an epoch would use."""

    def __init__(self):
        super().__init__()
        self.losses, self.seen = [], []
        self.metric = MulticlassAccuracy(num_classes=2)

    def on_train_batch_start(self, batch, batch_idx):
        self.began = batch_idx

    def on_after_batch_transfer(self, batch, dataloader_idx):
        return batch[0] + 1.0, batch[1]

    def training_step(self, batch, batch_idx):
        self.where = SimpleNamespace(step=self.global_step, epoch=self.current_epoch, batch=batch_idx)
        self.logger.experiment.add_scalar("x", 1.0)
        self.print("here")
        loss = super().training_step(batch, batch_idx)
        self.losses.append(loss)
        self.log("train_top1", self.metric(self(batch[0]), batch[1]))
        self.log("gathered", self.metric)
        return loss


def test_a_module_finds_the_step_and_a_silent_logger_and_is_left_tidy():
    module = Curious()
    step = step_of(module)
    step.trainer.num_training_batches = 6
    step.see(15)
    loss = step(module, BATCH)
    assert (module.where.step, module.where.epoch, module.where.batch, module.began) == (15, 2, 3, 3)
    assert torch.equal(loss, F.cross_entropy(module(BATCH[0] + 1.0), BATCH[1]))
    assert module.losses == []
    assert module.metric._update_count == 0
    assert step.logged["top1"] == step.logged["gathered"] == step.logged["accuracy"]


def test_a_copy_logs_into_the_copy_of_its_step():
    both = nn.Module()
    both.model = foreign.Plain()
    both.step = step_of(both.model)
    both.step(both.model, BATCH)
    other = copy.deepcopy(both)
    both.step.logged.clear()
    other.step(other.model, BATCH)
    assert "accuracy" in other.step.logged
    assert not both.step.logged


def test_gradients_are_clipped_by_norm_or_value():
    weight = nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    for how, most, expected in (
        ("norm", 1.0, [0.6, 0.8]),
        ("value", 3.5, [3.0, 3.5]),
        ("norm", 0.0, [3.0, 4.0]),
    ):
        weight.grad = torch.tensor([3.0, 4.0])
        StandIn().precision_plugin.clip_gradients(optimizer, most, how)
        assert weight.grad.tolist() == pytest.approx(expected)


def test_an_epoch_cannot_be_skipped():
    class Skips(foreign.Plain):
        def on_train_batch_start(self, batch, batch_idx):
            return -1

    module = Skips()
    with pytest.raises(ValueError, match="asks to skip the epoch"):
        step_of(module)(module, BATCH)
