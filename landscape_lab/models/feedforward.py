"""Networks whose layers follow one another."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import nn

from landscape_lab.validation import check_choice, check_count

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "leaky_relu": nn.LeakyReLU,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


def mlp(
    inputs: int | Sequence[int],
    outputs: int,
    hidden: int | Sequence[int] = (50, 50),
    activation: str = "relu",
) -> nn.Sequential:
    """A multilayer perceptron: linear layers with an activation between them.

    Args:
        inputs: How many numbers a sample has, or its shape, which is flattened.
        outputs: How many numbers the network answers with.
        hidden: Sizes of the hidden layers; an empty list is linear regression.
        activation: `relu`, `tanh`, `gelu`, `sigmoid`, `silu`, `elu`, `leaky_relu` or `softplus`.

    Raises:
        ValueError: A size is not a positive whole number, or there is no such activation.

    >>> sum(parameter.numel() for parameter in mlp(2, 3).parameters())
    2853
    """
    check_choice("activation", activation, ACTIVATIONS)
    shape = [inputs] if isinstance(inputs, int) else list(inputs)
    inner = [hidden] if isinstance(hidden, int) else list(hidden)
    for name, sizes in (("inputs", shape), ("outputs", [outputs]), ("hidden", inner)):
        for size in sizes:
            check_count(name, size)
    flatten = [nn.Flatten()] if len(shape) > 1 else []
    return nn.Sequential(*flatten, *_stacked([math.prod(shape), *inner, outputs], ACTIVATIONS[activation]))


def tanh_classifier(inputs: int, outputs: int = 1, hidden: Sequence[int] = (16, 16, 16, 16)) -> nn.Sequential:
    """A classifier of points with tanh after every layer, the last too.

    Its answers lie between -1 and 1, so its classes are the numbers 0 and 1, its loss is the mean
    squared error, and the threshold between the classes is ½.

    Args:
        inputs: How many numbers a sample has.
        outputs: How many numbers the network answers with.
        hidden: Sizes of the hidden layers.
    """
    return nn.Sequential(*mlp(inputs, outputs, hidden, "tanh"), nn.Tanh())


def lenet(channels: int, outputs: int, size: int = 32) -> nn.Sequential:
    """LeNet-5 with rectified units and average pooling.

    It has 61,706 parameters for one channel and ten classes.

    Args:
        channels: Of the pictures: 1 for grey, 3 for colour.
        outputs: How many numbers the network answers with.
        size: Pixels along each side of the pictures, at least 16; data are scaled to it.

    Raises:
        ValueError: The pictures are too small for two convolutions.

    >>> sum(parameter.numel() for parameter in lenet(1, 10).parameters())
    61706
    """
    for name, count in (("channels", channels), ("outputs", outputs), ("size", size)):
        check_count(name, count)
    left = ((size - 4) // 2 - 4) // 2  # a 5 × 5 convolution takes 4 pixels, pooling halves
    if left < 1:
        raise ValueError(f"Parameter `size` should be at least 16. Found `size = {size}`.")
    return nn.Sequential(
        nn.Conv2d(channels, 6, kernel_size=5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, kernel_size=5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        *_stacked([16 * left**2, 120, 84, outputs], nn.ReLU),
    )


def _stacked(sizes: Sequence[int], activation: type[nn.Module]) -> Iterator[nn.Module]:
    """Linear layers from each size to the next, with an activation between two of them."""
    for number, (before, after) in enumerate(pairwise(sizes)):
        if number > 0:
            yield activation()
        yield nn.Linear(before, after)
