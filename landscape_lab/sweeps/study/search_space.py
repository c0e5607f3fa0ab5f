"""What a study searches: ranges in Hydra's grammar, from YAML and the command line, some conditional."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from landscape_lab.configuration.composed import NOT_IDENTIFYING
from landscape_lab.sweeps.study.settings import (
    Parameter,
    Setting,
    Suggests,
    read_settings,
    setting_of,
    text_of,
)
from landscape_lab.validation import check_choice


class _First:
    """A trial that takes the first value of every parameter, but for those it is given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given

    def suggest_categorical(self, name: str, choices: tuple[Any, ...]) -> Any:
        """The given choice, or the first."""
        return next((choice for choice in choices if text_of(choice) == self.given.get(name)), choices[0])

    def suggest_float(self, name: str, low: float, high: float, **_: Any) -> float:
        """The lower end."""
        return low

    def suggest_int(self, name: str, low: int, high: int, **_: Any) -> int:
        """The lower end."""
        return low


class SearchSpace:
    """Settings that a trial fills in, and those that every trial shares.

    In YAML, `key: range`; a list of ranges searches the elements of a list; a block `when key=value,…` holds
    only where an earlier key has one of these values, and replaces what stands there for the same key:

        optimizer: adam, momentum
        optimizer.lr: tag(log, interval(1e-4, 1))
        when optimizer=momentum:
          optimizer.momentum: interval(0.5, 0.999)
        when optimizer=adam:
          optimizer.betas: ["interval(0.5, 0.99)", 0.999]

    A range on the command line replaces the one in YAML; a value there takes the key out of the space.

    Args:
        written: The space in YAML.
        overrides: The command line, parsed.
        parser: Reads a text in Hydra's grammar.
        default: The text of a key's value that nobody sets, or `None` where there is no such key.

    Raises:
        ValueError: A range or a condition cannot be, or there is nothing to search.
    """

    def __init__(
        self,
        written: Mapping[str, Any],
        overrides: Iterable[Override],
        parser: OverridesParser,
        default: Callable[[str], str | None],
    ) -> None:
        self.default = default
        overrides = list(overrides)
        said = {override.key_or_group for override in overrides}
        self.fixed = [str(override.input_line) for override in overrides if not override.is_sweep_override()]
        self.values = {
            override.key_or_group: override.get_value_element_as_str()
            for override in overrides
            if not override.is_sweep_override() and not override.is_delete()
        }
        ranges = [setting_of(override) for override in overrides if override.is_sweep_override()]
        settings = [setting for setting in read_settings(written, parser) if setting.plain_key not in said]
        self.settings = _with_names_of_their_own(ranges + settings)
        if not any(setting.parameters for setting in self.settings):
            raise ValueError(
                "There is nothing to search: give a range, optimizer.lr=tag(log,interval(1e-4,1)), "
                "or sweep.search_space in YAML."
            )
        self._check_conditions()

    @property
    def shared(self) -> list[str]:
        """What every trial shares, without keys that only say how a run is recorded."""
        words = ("hydra", *NOT_IDENTIFYING)
        return [override for override in self.fixed if re.match(r"\W*(\w+)", override)[1] not in words]  # type: ignore[index]

    @property
    def is_grid(self) -> bool:
        """Whether it is lists of values alone, without conditions: a grid could try all of them."""
        return all(setting.possible and not setting.conditions for setting in self.settings)

    def overrides(self, trial: Suggests) -> list[str]:
        """The settings of a trial, as on the command line, without what every trial shares."""
        chosen, lines = dict(self.values), []
        for number, setting in enumerate(self.settings):
            # Of several settings of one key whose conditions hold, the last counts.
            of_this_key = [other for other in self.settings[number:] if other.plain_key == setting.plain_key]
            if [other for other in of_this_key if self._holds(other, chosen)][-1:] == [setting]:
                chosen[setting.plain_key] = value = setting.suggested(trial)
                lines.append(f"{setting.key}={value}")
        return lines

    def branches(self) -> list[list[str]]:
        """The overrides of as few trials as show every setting."""
        tried = [
            self.overrides(_First({key: values[0] for key, values in setting.conditions}))
            for setting in self.settings
        ]
        return [list(branch) for branch in dict.fromkeys(map(tuple, tried))]

    def choices(self) -> Iterator[tuple[str, list[str]]]:
        """Each key with a list of values, and those."""
        for setting in self.settings:
            if setting.possible:
                yield setting.plain_key, setting.possible

    def description(self) -> list[str]:
        """One line for each setting, by which two spaces can be compared."""
        return [f"{setting.when}{setting.plain_key}={setting.text}" for setting in self.settings]

    def _holds(self, setting: Setting, chosen: Mapping[str, str]) -> bool:
        """Whether the conditions of a setting are met by what is chosen so far."""
        return all(
            (chosen[key] if key in chosen else self.default(key)) in values
            for key, values in setting.conditions
        )

    def _check_conditions(self) -> None:
        """Every condition is about a key whose values are known, and about one of them."""
        possible = {key: [value] for key, value in self.values.items()}
        for setting in self.settings:
            for key, values in setting.conditions:
                found = possible.get(key) or [value for value in [self.default(key)] if value is not None]
                if not found:
                    check_choice("sweep.search_space", key, possible)
                for value in values if key not in self.values else ():
                    check_choice(f"when {key}", value, found)
            possible.setdefault(setting.plain_key, []).extend(setting.possible)


def _with_names_of_their_own(settings: list[Setting]) -> list[Setting]:
    """Give a key that is searched under several conditions one parameter of the study for each condition."""
    keys = [setting.plain_key for setting in settings]

    def named(setting: Setting) -> Setting:
        suffix = (
            f" {setting.when.rstrip(': ')}"
            if keys.count(setting.plain_key) > 1 and setting.conditions
            else ""
        )
        value = setting.value
        renamed = (
            [_renamed(part, suffix) for part in value] if isinstance(value, list) else _renamed(value, suffix)
        )
        return replace(setting, value=renamed)

    return [named(setting) for setting in settings]


def _renamed(part: str | Parameter, suffix: str) -> str | Parameter:
    """A parameter whose name ends in `suffix`; a text as it is."""
    return replace(part, name=part.name + suffix) if isinstance(part, Parameter) else part
