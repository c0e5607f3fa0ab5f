"""Samples to learn from, and what a model has to know of them."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

Pair = tuple[Tensor, Tensor]
"""Inputs and their targets."""
Fact = int | bool | tuple[int, ...]
"""One thing that a model has to know of its data."""


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on, samples held out, and the names of what their whole numbers stand for.

    Args:
        inputs: Numbers `[samples, features]`, images `[samples, channels, height, width]`, or tokens
            as whole numbers `[samples, length]`.
        targets: Classes as whole numbers, `[samples]` or one for each token `[samples, length]`; or
            numbers `[samples, outputs]`.
        validation: Inputs and targets that are held out, or `None`.
        classes: The names of the classes, by number; empty where the targets are numbers.
        tokens: What the tokens stand for, by number; empty where the inputs are numbers.

    Raises:
        ValueError: There is no sample, or inputs and targets differ in number.

    >>> data = Data(torch.zeros(5, 2), torch.tensor([0, 1, 2, 0, 1]), classes=("a", "b", "c"))
    >>> data.facts()
    {'outputs': 3, 'inputs': 2}
    """

    inputs: Tensor
    targets: Tensor
    validation: Pair | None = None
    classes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for inputs, targets in (self.train, self.validation or self.train):
            if len(inputs) != len(targets) or len(inputs) == 0:
                raise ValueError(
                    "Parameter `targets` should be as many as the inputs, and at least one. "
                    f"Found {len(inputs)} inputs and {len(targets)} targets."
                )

    @classmethod
    def of(cls, inputs: Tensor, targets: Tensor) -> "Data":
        """Data of two tensors alone: classes and tokens are called by their numbers."""
        classes = () if _are_numbers(targets) else _numbered(targets)
        tokens = () if _are_numbers(inputs) else _numbered(inputs)
        return cls(inputs, targets, classes=classes, tokens=tokens)

    @property
    def train(self) -> Pair:
        """The samples to train on."""
        return self.inputs, self.targets

    @property
    def is_images(self) -> bool:
        """Whether each input has channels, height and width."""
        return self.inputs.ndim == 4

    @property
    def outputs(self) -> int:
        """How many numbers a model answers with: one for each class, or those of a target."""
        return self.targets[0].numel() if _are_numbers(self.targets) else len(self.classes)

    def facts(self) -> dict[str, Fact]:
        """What a model has to know, by the name of its parameter.

        - `outputs`: how many numbers it answers with,
        - `inputs`: how many numbers a sample has, or its shape where it has several axes,
        - `channels`, `size`: of images, `size` of square ones,
        - `tokens`, `length`, `per_position`: of sequences, how many tokens there are, how many make a
          sample, and whether each position has a target.
        """
        facts: dict[str, Fact] = {"outputs": self.outputs}
        shape = tuple(self.inputs.shape[1:])
        if self.tokens:
            per_position = self.targets.ndim == 2 and not _are_numbers(self.targets)
            return facts | {"tokens": len(self.tokens), "length": shape[0], "per_position": per_position}
        facts["inputs"] = shape[0] if len(shape) == 1 else shape
        if self.is_images:
            facts["channels"] = shape[0]
            if shape[1] == shape[2]:
                facts["size"] = shape[1]
        return facts

    def scaled(self, size: int) -> "Data":
        """The same images, `size` pixels high and wide, by bilinear interpolation."""
        if not self.is_images or tuple(self.inputs.shape[2:]) == (size, size):
            return self

        def scale(images: Tensor) -> Tensor:
            shrinks = size < min(images.shape[2:])  # else each new pixel would see only four of the old ones
            return interpolate(images, (size, size), mode="bilinear", align_corners=False, antialias=shrinks)

        held_out = None if self.validation is None else (scale(self.validation[0]), self.validation[1])
        return replace(self, inputs=scale(self.inputs), validation=held_out)

    def as_numbers(self) -> "Data":
        """Two classes as the numbers 0 and 1, `[samples, 1]`: targets for a model with one output.

        Raises:
            ValueError: There are not two classes.
        """
        if _are_numbers(self.targets):
            return self
        if len(self.classes) != 2:
            raise ValueError(
                f"Parameter `outputs` should be at least {self.outputs}, one for each class of the data. "
                "Found `outputs = 1`, which is for two classes or for numbers."
            )
        held_out = None if self.validation is None else (self.validation[0], _column(self.validation[1]))
        return replace(self, targets=_column(self.targets), validation=held_out)


def _are_numbers(values: Tensor) -> bool:
    """Whether a tensor holds numbers, not the whole numbers of classes or tokens."""
    return values.is_floating_point()


def _numbered(values: Tensor) -> tuple[str, ...]:
    """Names for 0 … the largest whole number."""
    return tuple(str(number) for number in range(int(values.max()) + 1)) if values.numel() else ()


def _column(classes: Tensor) -> Tensor:
    """Whole numbers `[samples]` as numbers `[samples, 1]`."""
    return classes.to(torch.get_default_dtype()).reshape(-1, 1)
