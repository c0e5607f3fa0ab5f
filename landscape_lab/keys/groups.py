"""Groups of parameters: which tensors they match, and how that is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from landscape_lab.validation import Kind, Number, refusal

HIDDEN = ("hidden", "not hidden")
"""Words that match the matrices of a network's hidden layers, or everything else."""
CONDITION = re.compile(r"(ndim|numel)\s*(<=|>=|==|!=|<|>)\s*(\d+)")
RATIO = "lr_ratio"
"""The key of a learning rate as a multiple of the default group's."""


class Condition(NamedTuple):
    """A comparison of a tensor's number of axes (`ndim`) or of weights (`numel`) with a whole number.

    >>> Condition.parsed("ndim < 2")
    Condition(what='ndim', comparison='<', number=2)
    """

    what: str
    comparison: str
    number: int

    @classmethod
    def parsed(cls, text: str) -> "Condition | None":
        """What a text says; `None` where it is a pattern of names."""
        found = CONDITION.fullmatch(text.strip())
        return None if found is None else cls(found[1], found[2], int(found[3]))


@dataclass(frozen=True)
class Match(Kind):
    """A pattern of names such as `*.bias`, a condition such as `ndim<2`, or a word of `HIDDEN`."""

    wanted: ClassVar[str] = (
        "a pattern of names such as `*.bias`, a comparison of `ndim` or `numel` with a whole number "
        "such as `ndim<2`, or `hidden` or `not hidden`"
    )

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            raise refusal(name, self.wanted, value)
        if re.search(r"[<>=]", value) and Condition.parsed(value) is None:
            raise refusal(name, self.wanted, value)
        return value.strip()


@dataclass(frozen=True)
class Groups(Kind):
    """A list of groups; whoever builds the optimizer knows what else its class can set for each."""

    wanted: ClassVar[str] = "a list of groups, such as [{match: '*.bias', weight_decay: 0}]"

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise refusal(name, self.wanted, value)
        return [self._checked(f"{name}[{number}]", group) for number, group in enumerate(value)]

    def like(self, value: object) -> bool:
        return isinstance(value, Sequence) and not isinstance(value, str)

    @staticmethod
    def _checked(name: str, group: object) -> dict[str, object]:
        """One group as a dictionary."""
        if not isinstance(group, Mapping) or "match" not in group:
            raise refusal(name, "a mapping with `match`: {match: '*.bias', weight_decay: 0}", group)
        checked = dict(group) | {"match": Match().check(f"{name}.match", group["match"])}
        for key, kind in (("lr", Number(low=0.0)), (RATIO, Number(positive=True))):
            if key in checked:
                checked[key] = kind.check(f"{name}.{key}", checked[key])
        if {"lr", RATIO} <= checked.keys():
            raise refusal(name, f"given one of `lr` and `{RATIO}`", group)
        return checked
