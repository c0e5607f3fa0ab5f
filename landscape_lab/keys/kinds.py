"""Kinds that are made of others, such as lists; the simple ones are in `landscape_lab.validation`."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from os import PathLike
from typing import ClassVar, TypeGuard

from landscape_lab.validation import Kind, refusal


@dataclass(frozen=True)
class Points(Kind):
    """Numbers in one or two levels of lists, or an array; who knows the landscape checks the shape.

    Args:
        words: What they are.
    """

    words: str = "numbers, or a list of such"

    @property
    def wanted(self) -> str:
        return self.words

    def check(self, name: str, value: object) -> object:
        if hasattr(value, "shape"):
            return value
        if not _is_list(value) or not value:
            raise refusal(name, self.wanted, value)
        for number in (number for point in value for number in (point if _is_list(point) else [point])):
            if isinstance(number, bool) or not (isinstance(number, Real) or hasattr(number, "shape")):
                raise refusal(name, self.wanted, value)
            if isinstance(number, Real) and not math.isfinite(number):
                raise refusal(name, "finite", value)
        return value


@dataclass(frozen=True)
class Picture(Kind):
    """A file, an array or nested lists; whoever reads it checks what is in it."""

    wanted: ClassVar[str] = "a picture: a file, or an array"

    def check(self, name: str, value: object) -> object:
        if not (isinstance(value, str | PathLike | Sequence) and value) and not hasattr(value, "shape"):
            raise refusal(name, self.wanted, value)
        return value


@dataclass(frozen=True)
class Even(Kind):
    """A number of things that come in pairs."""

    wanted: ClassVar[str] = "an even whole number of at least 2"

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 2 or value % 2:
            raise refusal(name, self.wanted, value)
        return int(value)


@dataclass(frozen=True)
class Open(Kind):
    """Whatever a class that is not ours takes; but NaN is refused, because it spoils a whole descent.

    Args:
        infinite: Whether numbers in it may be infinite.
    """

    infinite: bool = True

    @property
    def wanted(self) -> str:
        return "a number, not NaN" if self.infinite else "a finite number"

    def check(self, name: str, value: object) -> object:
        for number in _numbers_in(value):
            if math.isnan(number) or (math.isinf(number) and not self.infinite):
                raise refusal(name, self.wanted, value)
        return value


def _numbers_in(value: object) -> Iterator[float]:
    """All floats in lists and mappings of any depth."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _numbers_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers_in(inner)


@dataclass(frozen=True)
class Nullable(Kind):
    """Null, or what another kind takes. Errors do not mention null: who gives a value wants one.

    Args:
        kind: The other kind.
    """

    kind: Kind

    @property
    def wanted(self) -> str:
        return self.kind.wanted

    def check(self, name: str, value: object) -> object:
        return None if value is None else self.kind.check(name, value)

    def like(self, value: object) -> bool:
        return self.kind.like(value)


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of values of one kind.

    Args:
        kind: That of each value.
        lone: Whether a value by itself is a list of one.
        least: How many there are at least.
        different: Whether no two may be equal.

    >>> from landscape_lab.validation import Choice
    >>> ListOf(Choice("path", "loss")).check("figures", "path")
    ['path']
    """

    kind: Kind
    lone: bool = True
    least: int = 0
    different: bool = False

    @property
    def wanted(self) -> str:
        return f"{'a list' if self.least == 0 else 'a list that is not empty'}, each {self.kind.wanted}"

    def check(self, name: str, value: object) -> object:
        if not self.lone and not _is_list(value):
            raise refusal(name, self.wanted, value)
        values = [self.kind.check(name, one) for one in (value if _is_list(value) else [value])]
        if len(values) < self.least:
            raise refusal(name, self.wanted, value)
        if self.different and len(set(values)) < len(values):
            raise refusal(name, f"{self.wanted}, of which no two are equal", value)
        return values

    def like(self, value: object) -> bool:
        return _is_list(value)


@dataclass(frozen=True)
class Parts(Kind):
    """A list with a value for each part, such as a width and a height; each part has its own kind.

    Args:
        words: What they are together.
        kinds: The kind of each part by what errors append to the key's name: `.width`, `[0]`.
    """

    words: str
    kinds: Mapping[str, Kind]

    @property
    def wanted(self) -> str:
        return self.words

    def check(self, name: str, value: object) -> object:
        if not _is_list(value) or len(value) != len(self.kinds):
            raise refusal(name, self.wanted, value)
        pairs = zip(self.kinds.items(), value, strict=True)
        return [kind.check(name + part, one) for (part, kind), one in pairs]

    def like(self, value: object) -> bool:
        return _is_list(value)


@dataclass(frozen=True)
class Record(Kind):
    """Values by name, such as `{low: 0.001, high: 1, num: 31}`.

    Args:
        kinds: The kind of each value by its name. No other name may be there, and only nullable
            values may be missing.
    """

    kinds: Mapping[str, Kind]

    @property
    def wanted(self) -> str:
        return f"{{{', '.join(f'{name}: …' for name in self.kinds)}}}"

    def check(self, name: str, value: object) -> object:
        needed = {key for key, kind in self.kinds.items() if not isinstance(kind, Nullable)}
        if not isinstance(value, Mapping):
            raise refusal(name, self.wanted, value)
        if not value or not needed <= set(value) <= set(self.kinds):
            *first, last = self.kinds
            names = f"{', '.join(first)} and {last}"
            raise ValueError(f"Parameter `{name}` should have {names}. Found `{name} = {dict(value)}`.")
        return {key: self.kinds[key].check(f"{name}.{key}", one) for key, one in value.items()}

    def like(self, value: object) -> bool:
        return isinstance(value, Mapping)


@dataclass(frozen=True)
class OneOf(Kind):
    """What any of several kinds takes.

    Args:
        kinds: They are tried in this order. Where a value has the form of one of them, a list or a
            record, the error is that kind's, since it names the part at fault.
        words: What they are together, if not their own words joined by *or*.
    """

    kinds: tuple[Kind, ...]
    words: str

    def __init__(self, *kinds: Kind, words: str = "") -> None:
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "words", words)

    @property
    def wanted(self) -> str:
        return self.words or ", or ".join(kind.wanted for kind in self.kinds)

    def check(self, name: str, value: object) -> object:
        told: ValueError | None = None
        for kind in self.kinds:
            try:
                return kind.check(name, value)
            except ValueError as error:
                if told is None and kind.like(value):
                    told = error
        raise told or refusal(name, self.wanted, value)

    def like(self, value: object) -> bool:
        return any(kind.like(value) for kind in self.kinds)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a value is a list of values, OmegaConf's own among them; text is not."""
    return isinstance(value, Sequence) and not isinstance(value, str)
