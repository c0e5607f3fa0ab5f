"""Networks: the lab's descent against a plain loop of torch, and many rates in one run.

CPU seconds on one thread, the two ways in turn. (a) `Descent` under the Trainer, without callbacks,
against a loop that keeps its losses: a perceptron 2-50-3 on all of 1,000 samples, LeNet (61,706
parameters) on minibatches of 16, and 9.7 million parameters whose path is kept on disk. The lab
chooses the fused Adam, so the loop is timed with torch's default and with the fused one. (b) 61
learning rates of that perceptron in one ensemble against 61 loops one after another, of which one
is made. What the hooks that networks need cost a picture, `single_path.py` of two commits tells.
"""

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from landscape_lab.descent import Descent
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import lenet

ROUNDS = 5
RATES = 61
Data = tuple[Tensor, Tensor]


def points(samples: int = 1000) -> Data:
    """Points of two features in three classes."""
    random = torch.Generator().manual_seed(0)
    return torch.randn(samples, 2, generator=random), torch.randint(3, (samples,), generator=random)


def pictures(samples: int = 1000, size: int = 32) -> Data:
    """Pictures of ten classes."""
    random = torch.Generator().manual_seed(0)
    images = torch.randn(samples, 1, size, size, generator=random)
    return images, torch.randint(10, (samples,), generator=random)


def perceptron() -> nn.Module:
    """2-50-3."""
    return nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 3))


def large() -> nn.Module:
    """9.7 million parameters."""
    layers = (nn.Linear(1024, 2600), nn.ReLU(), nn.Linear(2600, 2700), nn.ReLU(), nn.Linear(2700, 10))
    return nn.Sequential(nn.Flatten(), *layers)


def plain(
    make: Callable[[], nn.Module], data: Data, steps: int, batch: int | None, fused: bool = False
) -> float:
    """CPU seconds of a loop with torch's Adam."""
    torch.manual_seed(0)
    model, (inputs, targets) = make(), data
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused), torch.empty(steps)
    batches = 1 if batch is None else -(-len(inputs) // batch)
    order, seen = torch.arange(len(inputs)), data
    began = time.process_time()
    for step in range(steps):
        if batch is not None:
            if step % batches == 0:
                order = torch.randperm(len(inputs))
            chosen = order[step % batches * batch :][:batch]
            seen = inputs[chosen], targets[chosen]
        optimizer.zero_grad()
        loss = cross_entropy(model(seen[0]), seen[1])
        loss.backward()
        optimizer.step()
        losses[step] = loss.detach()
    return time.process_time() - began


def ours(make: Callable[[], nn.Module], data: Data, steps: int, batch: int | None, members: int = 1) -> float:
    """CPU seconds of `Trainer.fit` with a descent, of many learning rates at once or of one."""
    torch.manual_seed(0)
    landscape = NetworkLandscape(make(), data, batch_size=batch)
    ensemble = Ensemble(landscape.flat().clone())
    if members > 1:
        ensemble = Ensemble(ensemble.starts, tuple(torch.logspace(-5, 1, members).tolist()))
        landscape = landscape.with_members(ensemble.points)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.f16"
        descent = Descent(
            landscape, partial(torch.optim.Adam, lr=1e-3), steps, ensemble=ensemble, points_file=file
        )
        trainer = pl.Trainer(
            accelerator="cpu",
            devices=1,
            max_steps=steps,
            max_epochs=-1,
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
        )
        began = time.process_time()
        trainer.fit(descent)
        return time.process_time() - began


def compare(name: str, plainly: Callable[[], float], together: Callable[[], float], rounds: int) -> None:
    """Print the medians of both ways, and of the ratios of each round."""
    rows = []
    for _ in range(rounds):
        plain_seconds, our_seconds = plainly(), together()
        rows.append((plain_seconds, our_seconds, our_seconds / plain_seconds, plain_seconds / our_seconds))
    medians = map(statistics.median, zip(*rows, strict=True))
    print("{:40} {:9.2f} {:9.2f} {:11.2f} {:11.1f}".format(name, *medians), flush=True)


def main() -> None:
    """Print a row for each comparison."""
    torch.set_num_threads(1)
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    print(f"{'':40} {'plain':>9} {'ours':>9} {'ours/plain':>11} {'plain/ours':>11}   (CPU seconds)")
    cases = (
        ("perceptron, full batch", perceptron, points(), 3000, None, ROUNDS),
        ("LeNet, batch 16", partial(lenet, 1, 10), pictures(), 500, 16, ROUNDS),
        ("9.7 million parameters, batch 16", large, pictures(200), 1000, 16, 1),
    )
    ours(perceptron, points(), 100, 16, RATES)  # the trial of the optimizer is remembered
    for name, make, data, steps, batch, rounds in cases:
        for fused in (False, True):
            compare(
                name + (", fused" if fused else ""),
                partial(plain, make, data, steps, batch, fused),
                partial(ours, make, data, steps, batch),
                rounds,
            )
    for name, batch, steps in (("batch 16", 16, 1000), ("full batch", None, 300)):
        compare(
            f"{RATES} rates, {name}",
            lambda batch=batch, steps=steps: RATES * plain(perceptron, points(), steps, batch),
            partial(ours, perceptron, points(), steps, batch, RATES),
            ROUNDS,
        )


if __name__ == "__main__":
    main()
