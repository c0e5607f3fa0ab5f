"""Seconds to evaluate each landscape on a grid of 1,000 × 1,000 points, slowest first."""

import sys
import time

import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from landscape_lab.configuration.composed import CONF
from landscape_lab.gallery import names


def seconds(name: str, *overrides: str) -> float:
    """The faster of two evaluations."""
    landscape = instantiate(compose("config", [f"landscape={name}", *overrides]).landscape, _convert_="all")
    low, high = landscape.bounds
    places = torch.cartesian_prod(
        *(torch.linspace(float(a), float(b), 1000) for a, b in zip(low, high, strict=True))
    )
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        with torch.no_grad():
            landscape.evaluate(places)
        taken.append(time.perf_counter() - began)
    return min(taken)


def main() -> None:
    """Print a row for each landscape."""
    found = names()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        rows = {name: seconds(name) for name in found}
        rows["perlin, exact"] = seconds("perlin", "landscape.interpolation=none")
    for name, taken in sorted(rows.items(), key=lambda row: -row[1]):
        sys.stdout.write(f"{taken:7.3f} s  {name}\n")


if __name__ == "__main__":
    main()
