"""A network on some of its samples: a quick look that misleads a little."""

import torch
from torch import Tensor

from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.networks.trees import Batch, count_samples, map_tensors
from landscape_lab.validation import check_count


def on_some_samples(landscape: Landscape, samples: int) -> tuple[Landscape, str]:
    """The same weights on so many samples, drawn at random, always the same ones; and a note that says so.

    BatchNorm is recalibrated on these samples alone. Where there are no more samples, or none at
    all, the landscape stays as it is and the note is empty.

    Raises:
        ValueError: Fewer than one sample is asked for.
    """
    check_count("samples", samples)
    if not isinstance(landscape, NetworkLandscape) or samples >= landscape.batches.samples:
        return landscape, ""
    total = landscape.batches.samples
    chosen = torch.randperm(total, generator=torch.Generator().manual_seed(0))[:samples].sort().values
    preview = on_these(landscape, _joined(_picked(landscape, chosen)))
    return preview, f"a preview: {samples:,} of {total:,} samples"


def on_these(landscape: NetworkLandscape, batch: Batch) -> NetworkLandscape:
    """The same weights on some samples only; BatchNorm, where it is recalibrated, knows no others."""
    seen = landscape.on(batch)
    seen.calibration = seen.batches
    return seen


def _picked(landscape: NetworkLandscape, chosen: Tensor) -> list[Batch]:
    """The chosen samples, batch by batch."""
    parts, begin = [], 0
    for batch in landscape.batches.whole():
        end = begin + count_samples(batch)
        own = chosen[(chosen >= begin) & (chosen < end)] - begin
        if len(own):
            parts.append(map_tensors(lambda tensor, own=own: tensor[own.to(tensor.device)], batch))
        begin = end
    return parts


def _joined(batches: list[Batch]) -> Batch:
    """Batches of one structure as one."""
    return map_tensors(lambda *tensors: torch.cat(tensors), *batches)
