"""How data is built from a configuration."""

from collections.abc import Callable
from typing import TypeGuard

from torch import Tensor

from landscape_lab.data.samples import Data
from landscape_lab.factories import check_settings, name_of, required, unfolded


def build_data(factory: Callable[..., object]) -> object:
    """What a factory of data makes; inputs and targets as two tensors become `Data`.

    Args:
        factory: A function or a class, or a `functools.partial` with its settings.

    Raises:
        ValueError: A setting is unknown or missing.
    """
    maker, settings = unfolded(factory)
    check_settings("data", maker, settings)
    if missing := [name for name in required(maker) if name not in settings]:
        raise ValueError(f"The data {name_of(maker)} should be given `{missing[0]}`: data.{missing[0]}=….")
    made = maker(**settings)
    return Data.of(*made) if _are_inputs_and_targets(made) else made


def _are_inputs_and_targets(made: object) -> TypeGuard[tuple[Tensor, Tensor]]:
    """Whether something is two tensors."""
    return isinstance(made, tuple) and len(made) == 2 and all(isinstance(one, Tensor) for one in made)
