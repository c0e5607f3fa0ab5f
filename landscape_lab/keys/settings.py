"""The kind of settings that somebody else reads, such as those of a sampler."""

from collections.abc import Mapping
from dataclasses import dataclass

from landscape_lab.validation import Kind, refusal


@dataclass(frozen=True)
class Settings(Kind):
    """Names and values; whoever reads them checks what they are.

    Args:
        words: What they are.

    >>> Settings("what the sampler's class takes").check("sampler_settings", {"seed": 0})
    {'seed': 0}
    """

    words: str = "settings"

    @property
    def wanted(self) -> str:
        return f"{self.words}, {{key: value}}"

    def check(self, name: str, value: object) -> object:
        if not isinstance(value, Mapping):
            raise refusal(name, self.wanted, value)
        return value

    def like(self, value: object) -> bool:
        return isinstance(value, Mapping)
