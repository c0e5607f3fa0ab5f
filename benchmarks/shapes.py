"""Pictures of shapes by tiles against the formulas as they read: processor time, gradients, memory.

One step is a picture and the gradients of all shapes, 256 shapes of 8 harmonics on 256 × 256 pixels,
float32, one thread; plain and fast in turn. `python benchmarks/shapes.py` takes three minutes.
"""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torch import Tensor
from torch.nn.functional import avg_pool2d

from landscape_lab.landscapes.shapes import MODELS, Shapes, affine, render
from landscape_lab.landscapes.shapes.formulas import picture

SHAPES, HARMONICS, SIZE = 256, 8, (256, 256)
COHORTS, STEPS = 8, 40
RATES = {"centre": 0.006, "scale": 0.06, "rotation": 0.06, "cosines": 0.06, "sines": 0.06, "sharp": 0.06}
RATES |= {"opaque": 0.1, "colour": 0.02}
Kinds = dict[str, Tensor]


def target() -> Tensor:
    """A photograph of scikit-learn's, `[3, 256, 256]`, 0 … 1."""
    photo = Image.fromarray(load_sample_image("china.jpg")).resize(SIZE, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.asarray(photo).copy()).permute(2, 0, 1) / 255


def seeds_start(count: int) -> Kinds:
    """The start of the seed's notebook, with its parameters."""
    kinds = {name: torch.randn(count, 2) for name in ("centre", "scale")} | {
        "radius": -3 * torch.randn(count)
    }
    flat = {name: torch.zeros(count, HARMONICS) for name in ("cosines", "sines")}
    return kinds | flat | {"rotation": torch.zeros(count), "colour": torch.zeros(count, 3)}


def of_seed(kinds: Kinds) -> Shapes:
    """The shapes of the seed's parameters."""
    radius, scale = kinds["radius"].sigmoid(), 4 * kinds["scale"].sigmoid()
    matrix = affine(math.pi * kinds["rotation"], scale / radius[:, None])
    ones = torch.ones_like(radius)
    fourier = (0.1 * kinds["cosines"], 0.1 * kinds["sines"])
    colour = kinds["colour"].tanh()
    return Shapes(3 * kinds["centre"].sigmoid() - 1, matrix, *fourier, 16 * ones, ones, colour)


def newcomers(count: int, radius: float, weight: Tensor, image: Tensor) -> Kinds:
    """Discs of the picture's colour, at random places by weight."""
    place = torch.multinomial(weight.flatten(), count)
    row, column = place // SIZE[1], place % SIZE[1]
    flat = {name: torch.zeros(count, HARMONICS) for name in ("cosines", "sines")}
    return flat | {
        "centre": (torch.stack([column, row], 1) + 0.5) / SIZE[0],
        "scale": torch.full((count, 2), -math.log(radius)),
        "rotation": torch.zeros(count),
        "sharp": torch.full((count,), math.log(4.0)),
        "opaque": torch.zeros(count),
        "colour": image[:, row, column].T.contiguous(),
    }


def of_over(kinds: Kinds) -> Shapes:
    """The shapes of a freer set of parameters."""
    matrix = affine(kinds["rotation"], kinds["scale"].exp())
    fourier = (0.1 * kinds["cosines"], 0.1 * kinds["sines"])
    return Shapes(
        kinds["centre"], matrix, *fourier, kinds["sharp"].exp(), kinds["opaque"].sigmoid(), kinds["colour"]
    )


def train(kinds: Kinds, make: Callable[[Kinds], Shapes], model: str, image: Tensor, steps: int) -> float:
    """Adam, in place; the root of the mean squared error at the end."""
    for tensor in kinds.values():
        tensor.requires_grad_()
    groups = [
        {"params": [tensor], "lr": RATES[kind] if model == "over" else 0.01} for kind, tensor in kinds.items()
    ]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (render(make(kinds), SIZE, model) - image).square().mean().sqrt()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            kinds["centre"].clamp_(*((0, 1) if model == "over" else (None, 9)))
    for tensor in kinds.values():
        tensor.requires_grad_(False)
    return float(loss.detach())


def grown(image: Tensor) -> tuple[Kinds, float]:
    """Shapes of `over`, some at a time in front of the others where the error is large."""
    kinds: Kinds = {}
    weight = torch.ones(SIZE)
    for cohort in range(COHORTS):
        radius = 0.5 / math.sqrt(SHAPES / COHORTS * (cohort + 1))
        fresh = newcomers(SHAPES // COHORTS, radius, weight, image)
        kinds = {
            kind: torch.cat([tensor, kinds[kind]]) if kinds else tensor for kind, tensor in fresh.items()
        }
        error = train(kinds, of_over, "over", image, STEPS)
        residual = (render(of_over(kinds), SIZE) - image).square().sum(0)
        weight = avg_pool2d(residual[None], 9, 1, 4)[0].square()
    return kinds, error


def plainly(shapes: Shapes, model: str) -> Tensor:
    """The picture as the formula reads, all pixels of all shapes at once."""
    row, column = torch.meshgrid(*(torch.arange(side) + 0.5 for side in SIZE), indexing="ij")
    places = torch.stack([column, row]).flatten(1).to(shapes.colour) / max(SIZE)
    return picture(MODELS[model], places, shapes.colour.new_zeros(3), shapes).view(3, *SIZE)


def step(
    draw: Callable[[Shapes, str], Tensor], shapes: Shapes, model: str, aim: Tensor
) -> tuple[float, Kinds]:
    """Processor seconds of a picture and its gradients, and the gradients."""
    free = shapes._replace(**{name: t.detach().requires_grad_() for name, t in parameters(shapes).items()})
    began = time.process_time()
    (draw(free, model) - aim).square().mean().backward()
    return time.process_time() - began, {name: t.grad for name, t in parameters(free).items()}


def parameters(shapes: Shapes) -> Kinds:
    """The tensors of shapes by name."""
    return {name: tensor for name, tensor in shapes._asdict().items() if tensor is not None}


def worst(found: Kinds, exact: Kinds) -> float:
    """The largest relative error of a kind of parameter."""
    return max(
        float((found[kind] - exact[kind]).norm() / exact[kind].norm().clamp(min=1e-30)) for kind in exact
    )


def fast(shapes: Shapes, model: str) -> Tensor:
    """The picture by tiles."""
    return render(shapes, SIZE, model)


def compare(title: str, shapes: Shapes, model: str) -> None:
    """One line of figures."""
    aim = torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(1))
    slow, quick = [], []
    for _ in range(2):
        taken, float32 = step(plainly, shapes, model, aim)
        slow.append(taken)
        quick += [step(fast, shapes, model, aim)[0] for _ in range(10)]
    double = shapes._replace(**{name: tensor.double() for name, tensor in parameters(shapes).items()})
    exact, found = step(fast, double, model, aim.double())[1], step(fast, shapes, model, aim)[1]
    seconds = median(quick)
    times = f"plain {median(slow):5.2f} s   fast {seconds:6.4f} s   × {median(slow) / seconds:4.0f}"
    print(
        f"{title:28s} {times}   gradients {worst(found, exact):.1e} (plain {worst(float32, exact):.1e})",
        flush=True,
    )


def peak() -> int:
    """The most memory that this process ever held, kB; unlike `ru_maxrss` without its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def brushes(count: int) -> Tensor:
    """Values across, then depth, frequency and phase of the streaks."""
    return torch.cat([torch.rand(count, 6), 9 + 6 * torch.randn(count, 1), torch.randn(count, 1)], 1)


def memory(model: str, count: int, side: int) -> None:
    """Print the MB, and the processor seconds of the fastest, of three steps in this fresh process.

    Args:
        model: `over` or `sum`; also `over` with a `brush`, or with a `depth` of each shape.
        count: Of shapes.
        side: Of the picture.
    """
    torch.manual_seed(0)
    torch.rand(1000, 1000).square_().sum()
    kinds = newcomers(count, 1 / math.sqrt(count), torch.ones(SIZE), torch.rand(3, *SIZE))
    shapes = of_seed(seeds_start(count)) if model == "sum" else of_over(kinds)
    if model == "brush":
        shapes = shapes._replace(slope=0.1 * torch.randn(count, 3, 2), brush=brushes(count))
    if model == "depth":
        shapes = shapes._replace(depth=torch.linspace(0, 100, count))
    shapes = shapes._replace(**{name: tensor.requires_grad_() for name, tensor in parameters(shapes).items()})
    aim = torch.rand(3, side, side)
    before, seconds = peak(), []
    for _ in range(3):
        began = time.process_time()
        (render(shapes, (side, side), "sum" if model == "sum" else "over") - aim).square().mean().backward()
        seconds.append(time.process_time() - began)
    print(f"{(peak() - before) / 1024:.0f} MB, {min(seconds):.3f} s", flush=True)


def main() -> None:
    """Print all figures."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    image = target()
    kinds = seeds_start(SHAPES)
    compare("sum, start", of_seed(kinds), "sum")
    error = train(kinds, of_seed, "sum", image, 100)
    compare(f"sum, trained ({error:.3f})", of_seed(kinds), "sum")
    compare("over, start", of_over(newcomers(SHAPES, 1 / 16, torch.ones(SIZE), image)), "over")
    kinds, error = grown(image)
    shapes = of_over(kinds)
    compare(f"over, trained ({error:.3f})", shapes, "over")
    textured = shapes._replace(slope=0.1 * torch.randn(SHAPES, 3, 2))
    compare("the same, colour gradients", textured, "over")
    compare("the same, by a brush", textured._replace(brush=brushes(SHAPES)), "over")
    compare("trained, order by depth", shapes._replace(depth=torch.linspace(0, 100, SHAPES)), "over")
    for model, (count, side) in product(("over", "brush", "depth", "sum"), (("256", "256"), ("1024", "512"))):
        print(f"memory, {model}, {count} shapes, {side}²:", end=" ", flush=True)
        subprocess.run([sys.executable, __file__, model, count, side], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        torch.set_num_threads(1)
        memory(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
