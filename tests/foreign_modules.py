"""Lightning modules and their data as people write them who know nothing of this project."""

from typing import Any

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


def blobs(samples: int = 96, seed: int = 0) -> TensorDataset:
    """Two clouds of points in the plane, and to which of them each belongs."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(samples) % 2
    points = torch.randn(samples, 2, generator=generator) + 2.0 * labels[:, None] - 1.0
    return TensorDataset(points, labels)


def loader(batch_size: int = 16, shuffle: bool = False, seed: int = 0) -> DataLoader:
    """Batches of `blobs`."""
    return DataLoader(blobs(seed=seed), batch_size=batch_size, shuffle=shuffle)


class ShufflingData(pl.LightningDataModule):
    """Shuffles what it trains on, and holds some data out."""

    def __init__(self, batch_size: int = 16) -> None:
        super().__init__()
        self.save_hyperparameters()

    def setup(self, stage: str | None = None) -> None:
        self.train_set, self.val_set = blobs(), blobs(48, seed=1)

    def train_dataloader(self) -> DataLoader:
        return DataLoader(self.train_set, batch_size=self.hparams.batch_size, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        return DataLoader(self.val_set, batch_size=self.hparams.batch_size)


class Plain(pl.LightningModule):
    """A classifier as in the tutorials: hyperparameters, logging in every way, an optimizer of its own."""

    def __init__(self, hidden: int = 8, lr: float = 1e-2) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        x, y = batch
        logits = self(x)
        loss = F.cross_entropy(logits, y)
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True)
        self.log_dict({"train_acc": (logits.argmax(1) == y).float().mean()}, on_step=True)
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        x, y = batch
        logits = self(x)
        self.log("val_loss", F.cross_entropy(logits, y), prog_bar=True)
        self.log("val_acc", (logits.argmax(1) == y).float().mean(), prog_bar=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


class WithLoaders(Plain):
    """Brings its own data, as old tutorials do."""

    def train_dataloader(self) -> DataLoader:
        return loader()

    def val_dataloader(self) -> DataLoader:
        return loader(seed=1)


class Regularised(pl.LightningModule):
    """BatchNorm and dropout; a dictionary as the answer; a weight decay for some; a schedule by epochs."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(8, 2)
        self.criterion = nn.CrossEntropyLoss()

    def training_step(self, batch: Any) -> dict[str, Tensor]:
        x, y = batch
        logits = self.head(self.body(x))
        return {"loss": self.criterion(logits, y), "logits": logits.detach()}

    def configure_optimizers(self) -> Any:
        groups = [
            {"params": self.body.parameters(), "weight_decay": 1e-2},
            {"params": self.head.parameters(), "lr": 5e-2},
        ]
        optimizer = torch.optim.AdamW(groups, lr=1e-2, weight_decay=0.0)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
        return [optimizer], [{"scheduler": scheduler, "interval": "epoch"}]


class OwnSchedule(Plain):
    """Its schedule is none of torch's, so it says itself how to step it; and it clips its gradients."""

    class Decay:
        """Not an LRScheduler: its `step` wants the number of the epoch."""

        def __init__(self, optimizer: torch.optim.Optimizer) -> None:
            self.optimizer, self.first = optimizer, [group["lr"] for group in optimizer.param_groups]

        def step(self, epoch: int) -> None:
            for group, first in zip(self.optimizer.param_groups, self.first, strict=True):
                group["lr"] = first / (1 + epoch)

        def state_dict(self) -> dict[str, Any]:
            return {"first": self.first}

        def load_state_dict(self, state: dict[str, Any]) -> None:
            self.first = state["first"]

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        scheduler.step(epoch=self.current_epoch)

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: Any = None, gradient_clip_algorithm: Any = None
    ) -> None:
        self.clip_gradients(optimizer, gradient_clip_val=0.1, gradient_clip_algorithm="norm")

    def configure_optimizers(self) -> dict[str, Any]:
        optimizer = torch.optim.SGD(self.parameters(), lr=0.5, momentum=0.9)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": self.Decay(optimizer)}}


class Adversarial(pl.LightningModule):
    """A small GAN: two optimizers, stepped by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
        self.discriminator = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))

    def training_step(self, batch: Any, batch_idx: int) -> None:
        real, _ = batch
        for_generator, for_discriminator = self.optimizers()
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        fake = self.generator(torch.randn(len(real), 3))
        d_loss = F.binary_cross_entropy_with_logits(self.discriminator(real), ones)
        d_loss = d_loss + F.binary_cross_entropy_with_logits(self.discriminator(fake.detach()), zeros)
        for_discriminator.zero_grad()
        self.manual_backward(d_loss)
        for_discriminator.step()
        g_loss = F.binary_cross_entropy_with_logits(self.discriminator(fake), ones)
        for_generator.zero_grad()
        self.manual_backward(g_loss)
        for_generator.step()
        self.log_dict({"d_loss": d_loss, "g_loss": g_loss}, prog_bar=True)

    def configure_optimizers(self) -> Any:
        return (
            torch.optim.Adam(self.generator.parameters(), lr=2e-3, betas=(0.5, 0.999)),
            torch.optim.Adam(self.discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999)),
        )


class AsksTrainer(Plain):
    """Anneals its loss by what only a trainer knows."""

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        share = self.global_step / self.trainer.estimated_stepping_batches
        return (1 - share) * super().training_step(batch, batch_idx)


class Forgetful(Plain):
    """Forgot to return its loss."""

    def training_step(self, batch: Any, batch_idx: int) -> None:
        super().training_step(batch, batch_idx)


class Nameless(Plain):
    """Returns a dictionary that has no loss in it."""

    def training_step(self, batch: Any, batch_idx: int) -> dict[str, Tensor]:
        return {"nll": super().training_step(batch, batch_idx)}
