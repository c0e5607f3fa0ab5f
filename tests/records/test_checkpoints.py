"""A folder of checkpoints is the path of a training."""

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from safetensors.torch import save_file
from torch import nn

from landscape_lab import Trajectory


class Net(nn.Module):
    """With a frozen layer, statistics, and a tied weight."""

    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.first = nn.Linear(2, width)
        self.norm = nn.BatchNorm1d(width)
        self.last = nn.Linear(width, width, bias=False)
        self.tied = nn.Linear(width, width, bias=False)
        self.tied.weight = self.last.weight
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def trained(steps):
    """A network at some steps, and its trainable parameters there."""
    net = Net()
    for step in steps:
        with torch.no_grad():
            for number, part in enumerate(net.parameters()):
                part.fill_(step + number / 8)
        point = [part.detach().flatten() for part in net.parameters() if part.requires_grad]
        yield step, net, torch.cat(point).numpy()


def lightning(file, net, step):
    state = {f"model.{name}": tensor for name, tensor in net.state_dict().items()}
    torch.save({"state_dict": state, "global_step": step, "optimizer_states": []}, file)


def plain(file, net, step):
    torch.save(net.state_dict(), file)


def nested(file, net, step):
    torch.save({"model_state_dict": net.state_dict(), "epoch": step}, file)


def safe(file, net, step):
    """Tied weights are written once, under one of their names."""
    state = {name: part.clone() for name, part in net.state_dict().items() if name != "last.weight"}
    save_file(state, file)


@pytest.mark.parametrize(
    ("name", "write", "source", "steps"),
    [
        ("epoch={number}-loss=0.{step}.ckpt", lightning, "", [2, 10, 30]),  # by the step in the file
        ("epoch_{step}.pt", plain, "*.pt", [2, 10, 30]),  # by the number in the name
        ("{letter}.pth", nested, "", [0, 1, 2]),  # by name
        ("checkpoint-{step}/model.safetensors", safe, "", [2, 10, 30]),
        ("checkpoint-{step}/model.safetensors", safe, "checkpoint-*", [2, 10, 30]),
        ("checkpoints/s{step}.safetensors", safe, "", [2, 10, 30]),
    ],
)
def test_a_folder_is_a_path(name, write, source, steps, tmp_path):
    points = []
    for number, (step, net, point) in enumerate(trained([2, 10, 30])):
        file = tmp_path / name.format(step=step, number=9 - number, letter="abc"[number])
        file.parent.mkdir(exist_ok=True)
        write(file, net, step)
        points.append(point)
    path = Trajectory.from_checkpoints(tmp_path / source, Net())
    np.testing.assert_array_equal(path.points[:, 0], points)
    assert path.steps.tolist() == steps
    assert np.isnan(path.losses).all()
    path.save(tmp_path / "trajectory.npz")
    np.testing.assert_array_equal(Trajectory.load(tmp_path / "trajectory.npz").points, path.points)


def test_without_a_module_all_weights_make_the_points(tmp_path):
    for step, net, _ in trained([1, 2]):
        plain(tmp_path / f"{step}.pt", net, step)
    points = Trajectory.from_checkpoints(tmp_path).points
    known = [part for name, part in net.state_dict().items() if "running" not in name and part.ndim]
    np.testing.assert_array_equal(points[1, 0], torch.cat([part.flatten() for part in known]))


def test_last_ckpt_repeats_a_step_and_another_training_is_refused(tmp_path):
    for step, net, _ in trained([5, 9]):
        lightning(tmp_path / f"step={step}.ckpt", net, step)
    lightning(tmp_path / "last.ckpt", net, 9)
    assert Trajectory.from_checkpoints(tmp_path, Net()).steps.tolist() == [5, 9]
    lightning(tmp_path / "other.ckpt", Net(), 9)
    with pytest.raises(
        ValueError, match=r"one training. Found .*ckpt and .*ckpt, which differ at .* step, 9"
    ):
        Trajectory.from_checkpoints(tmp_path, Net())


def test_other_networks_are_told_by_their_names(tmp_path):
    for step, net, _ in trained([1, 2]):
        plain(tmp_path / f"{step}.pt", net, step)
    with pytest.raises(
        ValueError, match=r"1.pt are of another arch.*with first.weight \[3, 2\] instead of \[4, 2\]"
    ):
        Trajectory.from_checkpoints(tmp_path, Net(width=4))
    with pytest.raises(
        ValueError, match=r"1.pt are of another architecture: without 0.weight, 0.bias; with unkn"
    ):
        Trajectory.from_checkpoints(tmp_path, nn.Sequential(nn.Linear(2, 2)))
    plain(tmp_path / "3.pt", nn.Linear(2, 3), 3)
    with pytest.raises(
        ValueError, match=r"3.pt should hold weights as .*1.pt does. Found it: without first.weight"
    ):
        Trajectory.from_checkpoints(tmp_path)


def test_nothing_is_unpickled_and_nothing_is_told(tmp_path):
    torch.save(Net(), tmp_path / "whole.pt")
    with pytest.raises(ValueError, match=r"whole.pt should hold weights only. It holds Python objects"):
        Trajectory.from_checkpoints(tmp_path, Net())
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        ValueError, match=r"no checkpoints in .*empty: files .safetensors, .pt, .pth, .ckpt, .bin, or"
    ):
        Trajectory.from_checkpoints(tmp_path / "empty")
    with pytest.raises(ValueError, match=r"no checkpoints in .*emty: .* Nearest: empty"):
        Trajectory.from_checkpoints(tmp_path / "emty")


def test_checkpoints_of_a_trainer(tmp_path):
    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Linear(2, 1)
            self.save_hyperparameters()

        def training_step(self, batch, batch_idx):
            return self.net(batch).square().mean()

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=0.1)

    module = Module()
    saver = pl.callbacks.ModelCheckpoint(
        tmp_path, "{step}", every_n_train_steps=2, save_top_k=-1, save_last=True
    )
    trainer = pl.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[saver],
    )
    trainer.fit(module, torch.utils.data.DataLoader(torch.ones(12, 2), batch_size=4))
    path = Trajectory.from_checkpoints(tmp_path, module)
    assert path.steps.tolist() == [2, 4, 6]
    end = torch.cat([part.detach().flatten() for part in module.parameters()]).numpy()
    np.testing.assert_array_equal(path.points[-1, 0], end)
