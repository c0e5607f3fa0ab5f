"""A module's own optimizer: what Lightning's Trainer makes of it, we make of it."""

import copy
from functools import partial

import foreign_modules as foreign
import pytest
import pytorch_lightning as pl
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau
from training import fit

from landscape_lab import Descent
from landscape_lab.ensemble import make_ensemble
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.optimizers.own import Own, own, with_own

EPOCHS, SIZE = 4, 40  # 3 batches an epoch, the last one smaller
STEPS = 3 * EPOCHS


def trained(module, data):
    """What Lightning makes of a copy of a module."""
    module = copy.deepcopy(module)
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=EPOCHS,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, data)
    return module


def descended(landscape, steps=STEPS, checkpoint=None, **settings):
    """What a descent with the module's own optimizer makes of its landscape."""
    brought = Own(landscape, steps)
    scheduler = brought.schedule if brought.scheduled else None
    return fit(Descent(landscape, brought, steps, scheduler=scheduler, **settings), checkpoint=checkpoint)


class WithPlateau(foreign.Plain):
    """Its rate falls when the loss held out does not."""

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.3)
        scheduler = ReduceLROnPlateau(optimizer, patience=0, threshold=0.2)
        return {"optimizer": optimizer, "lr_scheduler": scheduler, "monitor": "val_loss"}


class OnceEveryTwo(foreign.Plain):
    """A line search as an optimizer, and a schedule by steps."""

    def configure_optimizers(self):
        optimizer = torch.optim.LBFGS(self.parameters(), lr=0.1, max_iter=3)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7)
        return [optimizer], [{"scheduler": scheduler, "interval": "step", "frequency": 2}]


def module_of(kind):
    """A module without dropout, whose random numbers are others than Lightning's."""
    torch.manual_seed(0)
    module = kind()
    for part in module.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    return module


class Loaders(pl.LightningDataModule):
    """Batches in their order, and others held out."""

    def train_dataloader(self):
        return foreign.loader(SIZE)

    def val_dataloader(self):
        return foreign.loader(48, seed=1)


@pytest.mark.filterwarnings(
    "ignore:Of OwnSchedule's hooks", "ignore:The '.*_dataloader' does not have", "ignore:You passed in a `val"
)
@pytest.mark.filterwarnings("ignore:The number of training batches")
@pytest.mark.parametrize(
    "kind", [foreign.Plain, foreign.Regularised, foreign.OwnSchedule, WithPlateau, OnceEveryTwo]
)
def test_the_weights_are_those_of_lightnings_own_trainer(kind):
    module = module_of(kind)
    expected = trained(module, Loaders()).state_dict()
    landscape = NetworkLandscape.from_lightning(module, Loaders())
    descended(landscape)
    for name, value in landscape.state_of().items():
        assert torch.allclose(value, expected[name], rtol=1e-5, atol=1e-6), name


def test_the_members_of_a_sweep_of_rates_are_what_each_is_alone():
    module = module_of(foreign.Regularised)
    landscape = NetworkLandscape.from_lightning(module, foreign.loader(SIZE))
    ensemble = make_ensemble(landscape, lr=[0.001, 0.02])
    both = descended(landscape.with_members(ensemble.points, ensemble.seed_of_member), ensemble=ensemble)
    assert both.layout.optimizers[1].param_groups[1]["lr"] == pytest.approx(0.02 * 5 / 2**EPOCHS)
    for number, rate in enumerate((0.001, 0.02)):
        alone = landscape.with_members(landscape.flat())
        brought = Own(alone, STEPS)
        made = partial(brought, lr=rate)
        single = fit(Descent(alone, made, STEPS, scheduler=brought.schedule))
        # Losses, not weights: a bias before BatchNorm has no gradient, and Adam makes steps of its rounding.
        assert both.trajectory.losses[:, number] == pytest.approx(single.trajectory.losses[:, 0], rel=1e-4)


def test_configuring_knows_how_long_the_descent_is():
    class Knows(foreign.Plain):
        def configure_optimizers(self):
            self.known = self.trainer.max_epochs, self.trainer.estimated_stepping_batches
            return super().configure_optimizers()

    landscape = NetworkLandscape.from_lightning(Knows(), foreign.loader(SIZE))
    Own(landscape, 10)
    assert landscape.model.known == (4, 10)


def test_the_class_is_tried_with_the_settings_of_the_module():
    class Curved(foreign.Plain):
        def configure_optimizers(self):
            return Hessian(self.parameters(), weight_decay=0.1)

    class Hessian(torch.optim.SGD):
        def __init__(self, params, lr=0.1, weight_decay=0.0):
            super().__init__(params, lr, weight_decay=weight_decay)

        def step(self, closure=None):
            loss = closure()
            for group in self.param_groups:
                assert group["weight_decay"] == 0.1
                torch.autograd.grad(sum(part.grad.sum() for part in group["params"]), group["params"][0])
            super().step()
            return loss

    landscape = NetworkLandscape.from_lightning(Curved(), foreign.loader(SIZE))
    assert Own(landscape, 3).traits.graph
    assert descended(landscape, 3).ending.status == "completed"


def test_schedules_go_on_where_they_were():
    landscape = NetworkLandscape.from_lightning(foreign.Regularised(), foreign.loader(SIZE))
    brought = Own(landscape, STEPS)
    first, second = (brought.schedule(brought(landscape, STEPS)) for _ in range(2))
    for _ in range(5):
        first.optimizer.step()
        first.step()
    second.optimizer.step()
    second.load_state_dict(first.state_dict())
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.step()
    assert second.optimizer.param_groups[0]["lr"] == pytest.approx(1e-2 / 4)


def test_a_resumed_descent_goes_on_with_its_schedule_and_dropout_to_the_bit(tmp_path):
    torch.manual_seed(0)
    module = foreign.Regularised()
    landscape, cut, other = (NetworkLandscape.from_lightning(module, foreign.loader(SIZE)) for _ in range(3))
    descended(landscape)
    descended(cut, 7).trainer.save_checkpoint(tmp_path / "cut.ckpt")
    descended(other, checkpoint=tmp_path / "cut.ckpt")
    assert torch.equal(landscape.flat(), other.flat())
    assert not torch.equal(landscape.flat(), cut.flat())


def test_a_chosen_schedule_takes_the_place_of_the_modules():
    landscape = NetworkLandscape.from_lightning(foreign.Regularised(), foreign.loader(SIZE))
    factory, scheduler = with_own(own, None, landscape, STEPS)
    assert isinstance(factory.func, Own)
    assert scheduler == factory.func.schedule
    chosen = torch.optim.lr_scheduler.ConstantLR
    assert with_own(own, chosen, landscape, STEPS)[1] is chosen
    assert with_own(torch.optim.Adam, None, landscape, STEPS) == (torch.optim.Adam, None)


def test_what_has_no_own_optimizer_is_told():
    network = NetworkLandscape(torch.nn.Linear(2, 2), foreign.blobs().tensors)
    for landscape in (FunctionLandscape(torch.hypot), network):
        with pytest.raises(ValueError, match=r"optimizer=own .*configure_optimizers"):
            with_own(own, None, landscape, 5)
    adversarial = NetworkLandscape.from_lightning(
        foreign.Adversarial(),
        foreign.loader(),
        batch_loss=lambda model, batch: model.discriminator(batch[0]).mean(),
    )
    with pytest.raises(ValueError, match="Found 2 of them"):
        Own(adversarial, 5)


def test_a_schedule_that_follows_nothing_measured_is_told():
    landscape = NetworkLandscape.from_lightning(WithPlateau(), foreign.loader(SIZE))
    brought = Own(landscape, STEPS)
    with pytest.raises(
        ValueError, match=r"follows `val_loss`, which is not measured\. Found no data for valid"
    ):
        brought.measured("val_loss", landscape)
    assert brought.measured("train_loss", landscape) == landscape.evaluate(landscape.flat())
