"""Grids of networks' losses against a tight plain loop, and how few points are evaluated.

CPU seconds on one thread, the ways in turn. The loop loads weights in place, without gradients, and
takes the loss alone; a second one also takes the accuracy, as the lab does. (a) The perceptron
2-50-3 on 1,000 samples, 100 × 100 on the plane of its path: each cell evaluated, and from coarse to
fine. (b) LeNet on digits of 32 × 32 pixels as fine as 50 × 50: points evaluated, the miss at points
that were held out as a share of the range of the logarithm of the loss, and the peak memory of the
process. (c) A perceptron of ten million weights: 200 records on disk, their principal directions from
there, 20 × 20 losses; the peak memory of the whole run, which Lightning and the pictures are part of.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from landscape_lab import run
from landscape_lab.data import digits, spirals
from landscape_lab.landscapes import NetworkLandscape
from landscape_lab.models import lenet
from landscape_lab.planes import Plane, Window, grid, principal, sample

ROUNDS = 5
HELD_OUT = 100


def descended(landscape: NetworkLandscape, steps: int) -> tuple[Plane, Window]:
    """The plane of a path of Adam at lr 0.01, and the window about it."""
    optimizer, points = torch.optim.Adam(landscape.parameters(), lr=1e-2), [landscape.flat().clone()]
    for step in range(steps):
        landscape.see(step)
        landscape.backward()
        optimizer.step()
        points.append(landscape.flat().clone())
    path = torch.stack(points).numpy()
    plane = principal([path])
    return plane, Window.around(plane.project(path))


@torch.no_grad()
def plain(
    model: nn.Module, data: tuple[Tensor, Tensor], plane: Plane, places: Tensor, measured: bool
) -> None:
    """A loop over the places that loads the weights in place."""
    parameters, (inputs, targets) = list(model.parameters()), data
    sizes = [parameter.numel() for parameter in parameters]
    vectors = (plane.origin.float(), *plane.directions.float())
    parts = list(zip(parameters, *(vector.split(sizes) for vector in vectors), strict=True))
    views = [(p, *(part.view_as(p) for part in own)) for p, *own in parts]
    losses, accuracies = torch.empty(len(places)), torch.empty(len(places))
    for number, (u, v) in enumerate(places.tolist()):
        for parameter, start, first, second in views:
            torch.add(start, first, alpha=u, out=parameter).add_(second, alpha=v)
        prediction = model(inputs)
        losses[number] = cross_entropy(prediction, targets)
        if measured:
            accuracies[number] = (prediction.argmax(1) == targets).float().mean()


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds that it takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def perceptron() -> None:
    """Print the rows of the perceptron."""
    torch.manual_seed(0)
    data = spirals(samples=1000)
    model = nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 3))
    landscape = NetworkLandscape(model, data)
    plane, window = descended(landscape, 300)
    places, pair = window.centres(100, 100), (data.inputs, data.targets)
    measure = grid.measure_at(landscape, plane)
    ways = {
        "plain loop, loss": partial(plain, model, pair, plane, places, False),
        "plain loop, loss and accuracy": partial(plain, model, pair, plane, places, True),
        "each cell": partial(measure, places),
        "coarse to fine": partial(sample, landscape, plane, window, resolution=100),
    }
    rounds = [{name: seconds(work) for name, work in ways.items()} for _ in range(ROUNDS)]
    print(f"{'perceptron, 100 × 100':32} {'CPU s':>7} {'loss alone':>11} {'with accuracy':>14}")
    for name in ways:
        ratios = [statistics.median(taken[loop] / taken[name] for taken in rounds) for loop in list(ways)[:2]]
        middle = statistics.median(taken[name] for taken in rounds)
        print(f"{name:32} {middle:7.3f} {ratios[0]:10.2f}× {ratios[1]:13.2f}×")
    tell(landscape, plane, window, 100)


def tell(landscape: NetworkLandscape, plane: Plane, window: Window, resolution: int) -> None:
    """Print how many points a grid takes, and how far it is from points that were held out."""
    torch.manual_seed(1)
    seen = sample(landscape, plane, window, resolution=resolution)
    rows, columns = (torch.randint(resolution, (HELD_OUT,)) for _ in range(2))
    centres = window.centres(resolution, resolution).view(resolution, resolution, 2)
    exact = grid.measure_at(landscape, plane)(centres[rows, columns])["loss"]
    misses = np.abs(np.log(seen.losses[rows, columns]) - np.log(exact)) / np.ptp(np.log(seen.losses))
    fewer = resolution**2 / seen.evaluated
    print(seen.note)
    print(f"{seen.evaluated:,} of {resolution**2:,} points, {fewer:.1f} × fewer; {HELD_OUT} held-out cells")
    print(
        f"miss by {misses.max():.3%} of the range at most, {np.median(misses):.4%} in the median", flush=True
    )


def convolutions() -> None:
    """Print the rows of LeNet."""
    torch.manual_seed(0)
    landscape = NetworkLandscape(lenet(1, 10), digits(size=32, validation=0), batch_size=128)
    plane, window = descended(landscape, 150)
    began = time.process_time()
    tell(landscape, plane, window, 50)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"LeNet, 50 × 50: {time.process_time() - began:.0f} CPU s, peak memory {peak:.2f} GB")


def many_weights() -> None:
    """Print the row of ten million weights."""
    job = ["landscape=network", "model.hidden=[3160,3160]", "data=digits", "landscape.batch_size=64"]
    job += ["optimizer=sgd", "optimizer.lr=0.05", "steps=199", "plane.resolution=20", "figures=[path]"]
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        result = run([*job, f"hydra.run.dir={folder}/run", "threads=1"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    taken = time.process_time() - began
    print(f"{result.trajectory.steps.size} records, {taken:.0f} CPU s, peak memory {peak:.2f} GB")


def main() -> None:
    """Print all rows; `mlp`, `lenet` or `large`, best alone, on the command line choose some."""
    torch.set_num_threads(1)
    chosen = sys.argv[1:] or ["mlp", "lenet"]
    for name, part in (("mlp", perceptron), ("lenet", convolutions), ("large", many_weights)):
        if name in chosen:
            part()


if __name__ == "__main__":
    main()
