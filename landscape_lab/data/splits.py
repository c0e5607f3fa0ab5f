"""Which samples are trained on and which are held out."""

import torch
from torch import Generator, Tensor

from landscape_lab.data.samples import Data
from landscape_lab.validation import check_count, check_number


def seeded(seed: int) -> Generator:
    """A generator of its own, so that torch's global random numbers stay as they are."""
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(
            f"Parameter `seed` should be a whole number from 0 to 2^32 - 1. Found `seed = {seed}`."
        )
    return Generator().manual_seed(seed)


def subset(total: int, samples: int | None, seed: int) -> Tensor:
    """Which `samples` of `total` samples are used, in random order; all where `samples` is `None`.

    >>> subset(4, None, seed=0).sort().values
    tensor([0, 1, 2, 3])

    Raises:
        ValueError: There are not so many.
    """
    if samples is not None:
        check_count("samples", samples)
        if samples > total:
            raise ValueError(
                f"Parameter `samples` should be at most {total}, all there are. Found `samples = {samples}`."
            )
    return torch.randperm(total, generator=seeded(seed))[:samples]


def held_out(samples: int, validation: float) -> int:
    """How many samples `validation` stands for: a fraction of them below 1, else their number.

    >>> held_out(1000, 0.2), held_out(1000, 50), held_out(1000, 0)
    (200, 50, 0)
    """
    check_number("validation", validation, low=0.0)
    if validation >= 1 and validation != int(validation):
        raise ValueError(
            "Parameter `validation` should be a fraction below 1 or a whole number of samples. "
            f"Found `validation = {validation}`."
        )
    return round(validation * samples) if validation < 1 else int(validation)


def split(
    inputs: Tensor,
    targets: Tensor,
    *,
    samples: int | None = None,
    validation: float = 0.0,
    seed: int = 0,
    classes: tuple[str, ...] = (),
    tokens: tuple[str, ...] = (),
) -> Data:
    """Data of which some samples are held out.

    Args:
        inputs: All inputs.
        targets: Their targets.
        samples: How many of them are used, chosen at random; `None` for all.
        validation: How many of those are held out: a fraction, or from 1 on their number.
        seed: Which are chosen.
        classes: As `Data` has them.
        tokens: As `Data` has them.

    Raises:
        ValueError: There are fewer samples than asked for, or none is left to train on.
    """
    chosen = subset(len(inputs), samples, seed)
    count = held_out(len(chosen), validation)
    if count >= len(chosen):
        raise ValueError(
            f"Parameter `validation` should leave some of the {len(chosen):,} samples to train on. "
            f"Found `validation = {validation}`."
        )
    apart, used = chosen[:count], chosen[count:]
    pair = (inputs[apart], targets[apart]) if count > 0 else None
    return Data(inputs[used], targets[used], pair, classes, tokens)
