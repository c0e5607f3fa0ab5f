"""Small models and data, and what a landscape says, written as a plain loop."""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters
from torch.utils.data import Dataset, IterableDataset


def mlp(dropout: float = 0.0, norm: bool = False) -> nn.Sequential:
    """2 → 5 → 3."""
    torch.manual_seed(0)
    layers: list[nn.Module] = [nn.Linear(2, 5)]
    layers += [nn.BatchNorm1d(5)] if norm else []
    layers += [nn.Tanh()]
    layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers, nn.Linear(5, 3))


class Convolutions(nn.Module):
    """A model that is no stack of linear layers."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(1, 2, 3)
        self.last = nn.Linear(8, 3)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(torch.relu(self.convolution(images)).flatten(1))


def points_of(landscape, number: int) -> Tensor:
    """Points about the landscape's own, `[number, dims]`."""
    generator = torch.Generator().manual_seed(1)
    flat = landscape.flat()[:1]
    return flat + 0.3 * torch.randn(number, flat.shape[1], generator=generator, dtype=flat.dtype)


def classes(samples: int = 30) -> tuple[Tensor, Tensor]:
    """Two numbers and one of three classes for each sample."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(samples, 2, generator=generator), torch.randint(3, (samples,), generator=generator)


def images(samples: int = 30) -> tuple[Tensor, Tensor]:
    """4 × 4 pixels and one of three classes for each sample."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(samples, 1, 4, 4, generator=generator), torch.randint(
        3, (samples,), generator=generator
    )


def loaded(model: nn.Module, point: Tensor) -> nn.Module:
    """A copy of a model with these weights, in evaluation mode."""
    model = copy.deepcopy(model)
    vector_to_parameters(point, [p for p in model.parameters() if p.requires_grad])
    return model.eval()


def naive_losses(model: nn.Module, data: tuple[Tensor, Tensor], points: Tensor) -> Tensor:
    """Cross-entropy at each point, one after another, `[n]`."""
    with torch.no_grad():
        return torch.stack([F.cross_entropy(loaded(model, point)(data[0]), data[1]) for point in points])


class Noisy(Dataset):
    """A random transform: each sample is shifted when it is loaded."""

    def __init__(self, data: tuple[Tensor, Tensor]) -> None:
        self.inputs, self.targets = data

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.inputs[index] + 0.1 * torch.randn(2), int(self.targets[index])


class Plain(Dataset):
    """A Dataset without random transforms."""

    def __init__(self, data: tuple[Tensor, Tensor]) -> None:
        self.inputs, self.targets = data

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.inputs[index], int(self.targets[index])


class Stream(IterableDataset):
    """Numbers one after another, with a random transform."""

    def __init__(self, samples: int) -> None:
        self.samples = samples

    def __iter__(self):
        for number in range(self.samples):
            yield torch.rand(2), number
