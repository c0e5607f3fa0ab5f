"""How a model is built for its data: it is told what it has to know, and the data follow it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn

from landscape_lab.data.samples import Data
from landscape_lab.factories import check_settings, name_of, parameters_of, required, unfolded


def build_model(factory: Callable[..., nn.Module], data: object, seed: int = 0) -> tuple[nn.Module, object]:
    """A model for some data, and the data in the form that the model asks for.

    A parameter of the factory without a default gets the fact of the data that has its name:
    `inputs`, `outputs`, `channels`, `size`, `tokens`, `length` or `per_position` (see `Data.facts`).
    Settings win over facts. A class without such parameters is called as it is.

    The data follow where the factory has a number of its own, as a setting or a default: pictures
    are scaled to its `size`, and two classes become the numbers 0 and 1 where its `outputs` is 1.

    Args:
        factory: A class or a function, or a `functools.partial` with its settings.
        data: What the model will learn from. Of another kind than `Data` they stay as they are.
        seed: Of the initial weights; torch's own random numbers are not touched.

    Raises:
        ValueError: A setting is unknown, the data lack a fact, or classes outnumber the outputs.
    """
    maker, settings = unfolded(factory)
    check_settings("model", maker, settings)
    facts = {}
    if isinstance(data, Data):
        data = _following(data, maker, settings)
        facts = data.facts()
    told = _told(maker, settings, facts)
    with _seeded(seed):
        model = maker(**told)
    if not isinstance(model, nn.Module):
        raise ValueError(
            f"The model {name_of(maker)} should be a torch.nn.Module. Found {type(model).__name__}."
        )
    return model, data


def _told(
    maker: Callable[..., nn.Module], settings: dict[str, object], facts: Mapping[str, object]
) -> dict[str, object]:
    """The settings, and what the factory has to know beside them."""
    told = {name: facts[name] for name in required(maker) if name in facts} | settings
    for name in required(maker):
        if name not in told:
            known = ", ".join(facts) or "nothing"
            raise ValueError(
                f"The model {name_of(maker)} should be given `{name}`: model.{name}=…. Its data tell {known}."
            )
    return told


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the random numbers of the CPU for a while; afterwards the caller's go on untouched."""
    before = torch.random.get_rng_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.random.set_rng_state(before)


def _following(data: Data, maker: Callable[..., nn.Module], settings: dict[str, object]) -> Data:
    """The data in the size and with the targets for which the factory has numbers of its own."""
    own = {name: one.default for name, one in parameters_of(maker).items()} | settings
    size, outputs = own.get("size"), own.get("outputs")
    if isinstance(size, int) and size > 0:
        data = data.scaled(size)
    if outputs == 1:
        return data.as_numbers()
    if isinstance(outputs, int) and outputs < data.outputs:
        raise ValueError(
            f"Parameter `outputs` should be at least {data.outputs}, what the data ask for. "
            f"Found `outputs = {outputs}`."
        )
    return data
