"""Small pictures with classes, scaled to mean 0 and standard deviation 1."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from landscape_lab.data.cifar import TEST, TRAINING, read_cifar10
from landscape_lab.data.idx import find_idx, read_idx
from landscape_lab.data.samples import Data, Pair
from landscape_lab.data.splits import held_out, split, subset
from landscape_lab.validation import check_count

DIGITS = tuple("0123456789")
CLOTHES = (
    *("t-shirt", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "boot"),
)
THINGS = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


def digits(
    samples: int | None = None, size: int | None = None, validation: float = 0.2, seed: int = 0
) -> Data:
    """The 1,797 handwritten digits of 8 × 8 pixels that come with scikit-learn.

    Args:
        samples: How many are used, chosen at random; `None` for all.
        size: Pixels along each side, by bilinear interpolation; `None` for the 8 they have.
        validation: How many of them are held out: a fraction, or from 1 on their number.
        seed: Which are chosen.

    >>> digits(samples=100, size=32).facts()
    {'outputs': 10, 'inputs': (1, 32, 32), 'channels': 1, 'size': 32}
    """
    from sklearn.datasets import load_digits  # takes a second to import, which other data do without

    pixels, labels = load_digits(return_X_y=True)
    images = torch.from_numpy(pixels).float().div(16.0).view(-1, 1, 8, 8)
    images = (images - 0.3053) / 0.3761  # mean and standard deviation of all pixels
    targets = torch.from_numpy(labels).long()
    return _sized(
        split(images, targets, samples=samples, validation=validation, seed=seed, classes=DIGITS), size
    )


def mnist(
    folder: str | Path = "datasets/mnist",
    samples: int | None = None,
    size: int | None = None,
    validation: float = 1000,
    seed: int = 0,
) -> Data:
    """MNIST: 60,000 handwritten digits of 28 × 28 pixels, and 10,000 others to hold out.

    Args:
        folder: Where `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz` and the same of
            `t10k` are, packed or not.
        samples: How many are used, chosen at random; `None` for all.
        size: Pixels along each side, by bilinear interpolation; `None` for the 28 they have.
        validation: How many of the 10,000 are held out: a fraction of `samples`, or from 1 on
            their number; 0 needs no `t10k` files.
        seed: Which are chosen.

    Raises:
        ValueError: A file is missing or is not in the IDX format.
    """
    files = Path(folder)
    chosen = _Choice(samples, validation, seed, DIGITS, [[0.1307], [0.3081]])
    return _sized(chosen.of(_pair(files, "train"), lambda: _pair(files, "t10k")), size)


def fashion_mnist(
    folder: str | Path = "datasets/fashion_mnist",
    samples: int | None = None,
    size: int | None = None,
    validation: float = 1000,
    seed: int = 0,
) -> Data:
    """Fashion-MNIST: 60,000 pictures of clothes, in files like those of MNIST.

    Args:
        folder: Where `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz` and the same of
            `t10k` are, packed or not.
        samples: How many are used, chosen at random; `None` for all.
        size: Pixels along each side, by bilinear interpolation; `None` for the 28 they have.
        validation: How many of the 10,000 others are held out, as in `mnist`.
        seed: Which are chosen.
    """
    files = Path(folder)
    chosen = _Choice(samples, validation, seed, CLOTHES, [[0.2860], [0.3530]])
    return _sized(chosen.of(_pair(files, "train"), lambda: _pair(files, "t10k")), size)


def cifar10(
    folder: str | Path = "datasets/cifar-10-batches-bin",
    samples: int | None = None,
    size: int | None = None,
    validation: float = 1000,
    seed: int = 0,
) -> Data:
    """CIFAR-10: 50,000 colour pictures of 32 × 32 pixels, and 10,000 others to hold out.

    Args:
        folder: Where `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin` of the binary version are.
        samples: How many are used, chosen at random; `None` for all.
        size: Pixels along each side, by bilinear interpolation; `None` for the 32 they have.
        validation: How many of the 10,000 are held out, as in `mnist`.
        seed: Which are chosen.

    Raises:
        ValueError: The files are missing, or are not of the binary version.
    """
    files = Path(folder)
    scale = [[0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]]
    chosen = _Choice(samples, validation, seed, THINGS, scale)
    return _sized(chosen.of(read_cifar10(files, TRAINING), lambda: read_cifar10(files, TEST)), size)


@dataclass(frozen=True)
class _Choice:
    """What is taken of a data set that comes with test pictures of its own, and how it is scaled.

    Args:
        samples: How many training pictures; `None` for all.
        validation: How many test pictures: a fraction of the training pictures, or from 1 on their number.
        seed: Which ones.
        classes: The names of the classes.
        scale: Mean and standard deviation of each channel over the whole data set.
    """

    samples: int | None
    validation: float
    seed: int
    classes: tuple[str, ...]
    scale: list[list[float]]

    def of(self, training: Pair, read_test: Callable[[], Pair]) -> Data:
        """Some pictures of a data set; its test files are read only where some are held out."""
        chosen = self._taken(training, self.samples)
        count = held_out(len(chosen[0]), self.validation)
        return Data(*chosen, self._taken(read_test(), count) if count > 0 else None, self.classes)

    def _taken(self, pair: Pair, samples: int | None) -> Pair:
        """Some pictures, from 0 … 255 to mean 0 and standard deviation 1, and their classes."""
        pixels, labels = pair
        chosen = subset(len(pixels), samples, self.seed)
        mean, std = torch.tensor(self.scale).unsqueeze(-1).unsqueeze(-1)  # each [channels, 1, 1]
        return (pixels[chosen].float() / 255.0 - mean) / std, labels[chosen]


def _pair(folder: Path, part: str) -> Pair:
    """All pictures `[n, 1, height, width]` as uint8 and their classes."""
    paths = [find_idx(folder, part, "images", 3), find_idx(folder, part, "labels", 1)]
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or labels.shape != (len(images),):
        raise ValueError(f"The file {paths[1]} should have one class for each picture of {paths[0].name}.")
    if labels.numel() > 0 and labels.max() > 9:
        raise ValueError(f"The file {paths[1]} should hold classes from 0 to 9. Found {labels.max()}.")
    return images.unsqueeze(1), labels.long()


def _sized(data: Data, size: int | None) -> Data:
    """The pictures in the size that the user asked for."""
    if size is None:
        return data
    check_count("size", size)
    return data.scaled(size)
