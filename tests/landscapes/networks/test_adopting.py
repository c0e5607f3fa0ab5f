"""From a LightningModule to a landscape: its data, its loss, and what of it is not kept."""

import copy

import foreign_modules as foreign
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from landscape_lab.landscapes import NetworkLandscape


def adopted(module, loader=None, **settings):
    return NetworkLandscape.from_lightning(module, loader, **settings)


def test_the_users_module_stays_untouched_to_the_bit():
    module = foreign.Regularised()
    before, attributes = copy.deepcopy(module.state_dict()), set(vars(module))
    landscape = adopted(module, foreign.loader())
    landscape.see(0)
    landscape.backward()
    torch.optim.SGD(landscape.parameters(), lr=1.0).step()
    assert set(vars(module)) == attributes
    assert module._trainer is None
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert all(part.grad is None for part in module.parameters())


def test_a_data_module_brings_shuffled_batches_and_validation():
    landscape = adopted(foreign.Plain(), foreign.ShufflingData(batch_size=32))
    assert landscape.batches.per_epoch == 3
    labels = [landscape.batches.batch(step, (0,))[0][1].tolist() for step in (0, 3)]
    assert labels[0] != labels[1]
    inputs, targets = foreign.blobs(48, seed=1).tensors
    found = landscape.validation.measure(landscape.flat())
    logits = landscape.model(inputs)
    assert found["loss"].item() == pytest.approx(F.cross_entropy(logits, targets).item())
    assert found["accuracy"].item() == pytest.approx((logits.argmax(1) == targets).float().mean().item())


def test_a_module_brings_its_own_loaders_and_others_may_be_given():
    own = adopted(foreign.WithLoaders())
    assert (own.batches.samples, own.held_out.samples) == (96, 96)
    other = adopted(foreign.WithLoaders(), foreign.loader(8), validation=foreign.loader(8, seed=2))
    assert other.batches.per_epoch == 12
    assert torch.equal(other.held_out.whole()[0][0], foreign.blobs(seed=2).tensors[0])


def test_hooks_of_preparation_are_called_on_the_copy_in_order():
    class Prepared(foreign.WithLoaders):
        def __init__(self):
            super().__init__()
            self.done = ()

        def prepare_data(self):
            self.done += ("prepare_data",)

        def setup(self, stage):
            assert self.trainer.datamodule is None
            self.done += (stage,)

        def configure_model(self):
            self.done += ("configure_model",)

    module = Prepared()
    assert adopted(module).model.done == ("prepare_data", "fit", "configure_model")
    assert module.done == ()


def test_members_go_together_or_one_after_another_and_are_what_they_are_alone():
    for kind, word in ((foreign.Plain, "mapped"), (foreign.Regularised, "one after another")):
        landscape = adopted(kind(), foreign.loader())
        points = torch.cat([landscape.flat(), landscape.flat() * 1.5])
        members = landscape.with_members(points, [3, 4])
        assert members.carried_by.startswith(word)
        members.see(0)
        losses = members.backward()
        for number, seed in enumerate((3, 4)):
            alone = landscape.with_members(points[number : number + 1], [seed])
            alone.see(0)
            assert losses[number].item() == pytest.approx(alone.backward().item(), rel=1e-5)


def test_a_loss_takes_the_place_of_manual_optimization():
    module = foreign.Adversarial()

    def of_discriminator(model, batch):
        return F.softplus(-model.discriminator(batch[0])).mean()

    landscape = adopted(module, foreign.loader(), batch_loss=of_discriminator)
    expected = of_discriminator(module, foreign.blobs().tensors)
    assert landscape.evaluate(landscape.flat()).item() == pytest.approx(expected.item(), rel=1e-5)
    by_name = adopted(foreign.Plain(), foreign.loader(), loss="cross_entropy")
    assert set(by_name.measure(by_name.flat())) == {"loss", "accuracy"}


@pytest.mark.parametrize(
    ("module", "loader", "message"),
    [
        (foreign.Adversarial, foreign.loader, "`loss` .* should be given, as Adversarial optimizes by hand"),
        (foreign.Plain, lambda: None, "`datamodule` should be given .*as Plain has no `train_dataloader`"),
        (
            lambda: nn.Linear(2, 2),
            foreign.loader,
            "should be a LightningModule.* for a plain model, landscape=net",
        ),
        (foreign.pl.LightningModule, foreign.loader, "as LightningModule has no `training_step`"),
    ],
)
def test_what_cannot_be_a_landscape_is_told_in_one_line(module, loader, message):
    with pytest.raises(ValueError, match=message) as told:
        adopted(module(), loader())
    assert "\n" not in str(told.value)


def test_hooks_that_are_not_called_are_named():
    class Hooked(foreign.OwnSchedule):
        def on_train_epoch_end(self):
            raise AssertionError

    with pytest.warns(UserWarning, match="Hooked") as told:
        adopted(Hooked(), foreign.loader())
    assert str(told[0].message) == (
        "Of Hooked's hooks a descent calls on_train_epoch_end at no time, "
        "and configure_gradient_clipping, lr_scheduler_step with optimizer=own only."
    )
