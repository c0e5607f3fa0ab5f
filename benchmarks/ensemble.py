"""Ensembles: many descents in one tensor against the same descents one after another.

(a) 100,000 members of Adam on rosenbrock, member-steps a second: `Descent` under the Trainer with
the default callbacks, and a bare loop over one tensor with torch's Adam. (b) Tuning a learning rate
on the stochastic spiral, 256 rates × 4 seeds × 200 steps: the stepping of one ensemble, and the
whole run with its tables and lr.png; the same descents in a plain loop, of which 32 are made; 600
trials of TPE of 200 steps each, of which 60 are made. (c) The most memory that a run of 1,000,000
members takes, all of the process.
"""

import statistics
import subprocess
import sys
import tempfile
import time

import optuna
import torch

from landscape_lab import run
from landscape_lab.augmentations import AddNoise, RandomShift, augment
from landscape_lab.landscapes import ImageLandscape

ROUNDS = 3
MEMBERS, STEPS = 100_000, 500
RATES, SEEDS, TUNING_STEPS = 256, 4, 200


def bare() -> float:
    """Member-steps a second of a loop over one tensor."""
    generator = torch.Generator().manual_seed(0)
    points = torch.nn.Parameter(4.0 * torch.rand(MEMBERS, 2, generator=generator) - 2.0)
    optimizer = torch.optim.Adam([points], lr=0.01)
    began = time.perf_counter()
    for _ in range(STEPS):
        optimizer.zero_grad()
        x, y = points.unbind(-1)
        ((1 - x) ** 2 + 100 * (y - x**2) ** 2).sum().backward()
        optimizer.step()
    return MEMBERS * STEPS / (time.perf_counter() - began)


def ensemble() -> float:
    """Member-steps a second of an ensemble under the Trainer."""
    with tempfile.TemporaryDirectory() as folder:
        members = ["ensemble=starts", f"ensemble.starts.random={MEMBERS}"]
        result = run(
            [
                "landscape=rosenbrock",
                "optimizer=adam",
                *members,
                f"steps={STEPS}",
                "figures=[]",
                f"hydra.run.dir={folder}",
            ]
        )
    return MEMBERS * result.metrics["steps_per_second"]


def noisy_spiral(seed: int) -> ImageLandscape:
    """The spiral with a new shift and new noise in every step."""
    landscape = ImageLandscape("surfaces/spiral.png", start=(915, 500))
    return augment(
        landscape, [RandomShift(pixels=50, distribution="triangular", crop=True), AddNoise(std=0.003)], seed
    )


def plain(rate: float, seed: int) -> float:
    """The final loss of one descent in a plain loop."""
    landscape = noisy_spiral(seed)
    optimizer = torch.optim.Adam(landscape.parameters(), lr=rate)
    for _ in range(TUNING_STEPS):
        optimizer.zero_grad()
        landscape().sum().backward()
        optimizer.step()
    return float(landscape.evaluate(landscape.flat())[0])


def tune_plainly(descents: int = 32) -> float:
    """Seconds that all descents one after another would take."""
    began = time.perf_counter()
    for number in range(descents):
        plain(0.01 * (1 + number % 8), number % SEEDS)
    return (time.perf_counter() - began) * RATES * SEEDS / descents


def tune_with_tpe(trials: int = 60) -> float:
    """Seconds that 600 trials of TPE would take; its cost grows with their number, so this flatters it."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    began = time.perf_counter()
    study.optimize(lambda trial: plain(trial.suggest_float("lr", 1e-5, 10.0, log=True), 0), n_trials=trials)
    return (time.perf_counter() - began) * 600 / trials


def tune_together() -> tuple[float, float]:
    """Seconds that the ensemble steps, and that its whole run takes."""
    with tempfile.TemporaryDirectory() as folder:
        members = ["ensemble=lr_sweep", f"ensemble.lr.num={RATES}", f"ensemble.seeds={SEEDS}"]
        began = time.perf_counter()
        settings = ["augmentation=shift_noise", "optimizer=adam", f"steps={TUNING_STEPS}", "figures=[]"]
        result = run([*settings, *members, f"hydra.run.dir={folder}"])
        return result.metrics["seconds"], time.perf_counter() - began


RUN = """
import sys
from landscape_lab import run
run(sys.argv[1:])
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def memory(members: int = 1_000_000) -> float:
    """The most memory that a process which runs so many members has resident, GiB; on Linux."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["landscape=rosenbrock", "ensemble=starts", f"ensemble.starts.random={members}", "steps=50"]
        command = [sys.executable, "-c", RUN, *words, f"hydra.run.dir={folder}"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / 2**20


def main() -> None:
    """Print a row for each round and the medians."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    tune_together()
    rows = []
    print(f"{'bare':>12} {'ensemble':>12} {'ratio':>6}   (member-steps/s)")
    for _ in range(ROUNDS):
        base, ours = bare(), ensemble()
        rows.append((base, ours, ours / base))
        print("{:12,.0f} {:12,.0f} {:6.2f}".format(*rows[-1]))
    print("{:12,.0f} {:12,.0f} {:6.2f}   median\n".format(*map(statistics.median, zip(*rows, strict=True))))
    rows = []
    print(
        f"{'plain':>8} {'TPE':>8} {'stepping':>9} {'ratios':>13} {'whole run':>10} {'ratios':>13}   (seconds)"
    )
    for _ in range(ROUNDS):
        one_by_one, trials, (stepping, whole) = tune_plainly(), tune_with_tpe(), tune_together()
        ratios = one_by_one / stepping, trials / stepping, one_by_one / whole, trials / whole
        rows.append((one_by_one, trials, stepping, *ratios[:2], whole, *ratios[2:]))
        print("{:8.1f} {:8.1f} {:9.2f} {:6.0f} {:6.0f} {:10.2f} {:6.0f} {:6.0f}".format(*rows[-1]))
    medians = map(statistics.median, zip(*rows, strict=True))
    print("{:8.1f} {:8.1f} {:9.2f} {:6.0f} {:6.0f} {:10.2f} {:6.0f} {:6.0f}   median\n".format(*medians))
    print(f"1,000,000 members: {memory():.2f} GiB at most")


if __name__ == "__main__":
    main()
