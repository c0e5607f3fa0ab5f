"""What a study searches: ranges in Hydra's own grammar, from YAML and the command line, some only under a condition."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, RangeSweep, Transformer
from hydra.errors import HydraException
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from landscape_lab.configuration import NOT_IDENTIFYING, open_keys
from landscape_lab.validation import check_choice

Trial = Any
"""What suggests values: an `optuna.Trial`, a `FrozenTrial`, or `First`."""


@dataclass(frozen=True)
class Parameter:
    """A value that the sampler chooses.

    Args:
        name: What the study calls it.
        distribution: Where it lies.
        text: The range as it was written, without spaces.
    """

    name: str
    distribution: BaseDistribution
    text: str

    def suggested(self, trial: Trial) -> str:
        """The value that a trial takes, as Hydra reads it."""
        values = self.distribution
        if isinstance(values, CategoricalDistribution):
            return _text(trial.suggest_categorical(self.name, values.choices))
        if isinstance(values, FloatDistribution):
            return _text(trial.suggest_float(self.name, values.low, values.high, step=values.step, log=values.log))
        assert isinstance(values, IntDistribution)
        return _text(trial.suggest_int(self.name, values.low, values.high, step=values.step, log=values.log))


@dataclass(frozen=True)
class Setting:
    """One key of the configuration.

    Args:
        key: The key, as an override begins.
        value: What it gets: a text, something to search, or a list of these.
        conditions: Keys and the values that they must have, as texts, or the setting is left out.
    """

    key: str
    value: str | Parameter | list[str | Parameter]
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def plain_key(self) -> str:
        """The key without Hydra's signs."""
        return self.key.lstrip("+")

    @property
    def parameters(self) -> list[Parameter]:
        """What is searched here."""
        return [part for part in self._parts if isinstance(part, Parameter)]

    @property
    def possible(self) -> list[str]:
        """Every value that it can get, where they can be listed."""
        if isinstance(self.value, str):
            return [self.value]
        found = [part.distribution for part in self.parameters if not isinstance(self.value, list)]
        return [_text(choice) for values in found if isinstance(values, CategoricalDistribution) for choice in values.choices]

    @property
    def text(self) -> str:
        """The value or the range, as it was written."""
        texts = [part.text if isinstance(part, Parameter) else part for part in self._parts]
        return f"[{','.join(texts)}]" if isinstance(self.value, list) else texts[0]

    def suggested(self, trial: Trial) -> str:
        """The value that a trial takes, as Hydra reads it."""
        texts = [part.suggested(trial) if isinstance(part, Parameter) else part for part in self._parts]
        return f"[{','.join(texts)}]" if isinstance(self.value, list) else texts[0]

    @property
    def _parts(self) -> list[str | Parameter]:
        return self.value if isinstance(self.value, list) else [self.value]


class First:
    """A trial that takes the first value of every parameter, but for those it is given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given

    def suggest_categorical(self, name: str, choices: tuple[Any, ...]) -> Any:
        """The given choice, or the first."""
        return next((choice for choice in choices if _text(choice) == self.given.get(name)), choices[0])

    def suggest_float(self, name: str, low: float, high: float, **_: Any) -> float:
        """The lower end."""
        return low

    suggest_int = suggest_float


class SearchSpace:
    """Settings that a trial fills in, and those that every trial shares.

    In YAML, `key: range`; a list of ranges searches the elements of a list; a block `when key=value,…` holds only where an
    earlier key has one of these values, and replaces what is said of the same key before:

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
        default: The text of a key's value where nothing is said about it, or `None` where there is no such key.

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
        ranges = [_setting(override) for override in overrides if override.is_sweep_override()]
        settings = [setting for setting in _read(written, parser) if setting.plain_key not in said]
        self.settings = _with_names_of_their_own(ranges + settings)
        if not any(setting.parameters for setting in self.settings):
            raise ValueError(
                "There is nothing to search: give a range, optimizer.lr=tag(log,interval(1e-4,1)), or sweep.search_space in YAML."
            )
        self._check_conditions()

    @property
    def shared(self) -> list[str]:
        """What every trial shares, but for what does not change what happens."""
        words = ("hydra", *NOT_IDENTIFYING)
        return [override for override in self.fixed if re.match(r"\W*(\w+)", override)[1] not in words]  # type: ignore[index]

    def overrides(self, trial: Trial) -> list[str]:
        """The settings of a trial, as on the command line, without what every trial shares."""
        chosen, lines = dict(self.values), []
        for place, setting in enumerate(self.settings):
            of_this_key = [other for other in self.settings[place:] if other.plain_key == setting.plain_key]
            if [other for other in of_this_key if self._holds(other, chosen)][-1:] == [setting]:
                chosen[setting.plain_key] = value = setting.suggested(trial)
                lines.append(f"{setting.key}={value}")
        return lines

    def branches(self) -> list[list[str]]:
        """The overrides of as few trials as show every setting."""
        tried = [self.overrides(First({key: values[0] for key, values in setting.conditions})) for setting in self.settings]
        return [list(branch) for branch in dict.fromkeys(map(tuple, tried))]

    def choices(self) -> Iterator[tuple[str, list[str]]]:
        """Each key with a list of values, and those."""
        for setting in self.settings:
            if setting.possible:
                yield setting.plain_key, setting.possible

    def description(self) -> list[str]:
        """One line for each setting, by which two spaces can be compared."""
        return [f"{_when(setting)}{setting.plain_key}={setting.text}" for setting in self.settings]

    def _holds(self, setting: Setting, chosen: Mapping[str, str]) -> bool:
        """Whether the conditions of a setting are met by what is chosen so far."""
        return all((chosen[key] if key in chosen else self.default(key)) in values for key, values in setting.conditions)

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


def _read(written: Mapping[str, Any], parser: OverridesParser, conditions: tuple[Any, ...] = ()) -> Iterator[Setting]:
    """The settings of the YAML, those of a block with its condition."""
    for key, value in written.items():
        if isinstance(value, Mapping):
            yield from _read(value, parser, (*conditions, _condition(key)))
        elif isinstance(value, list):
            parts = [_setting(_parsed(parser, f"{key}.{place}", part)).value for place, part in enumerate(value)]
            if not any(isinstance(part, Parameter) for part in parts):
                raise ValueError(
                    f"The list `{key}` of sweep.search_space should hold a range. Found {value}. For choices: choice(a, b)."
                )
            yield Setting(_open(key), parts, conditions)  # type: ignore[arg-type]
        else:
            yield Setting(_open(key), _setting(_parsed(parser, key, value)).value, conditions)


def _open(key: str) -> str:
    """The key with the sign that lets it be new, where it may be."""
    return open_keys([f"{key}="])[0].removesuffix("=")


def _parsed(parser: OverridesParser, key: str, value: Any) -> Override:
    try:
        return parser.parse_override(f"{key}={_text(value)}")
    except HydraException as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise ValueError(f"The range of `{key}` in sweep.search_space cannot be read. Found `{value}`: {reason}") from error


def _condition(block: str) -> tuple[str, tuple[str, ...]]:
    word, _, rest = block.partition(" ")
    key, equals, values = rest.partition("=")
    if word != "when" or not equals:
        raise ValueError(f"A block of sweep.search_space should be called `when key=value`. Found `{block}`.")
    return key.strip(), tuple(value.strip() for value in values.split(","))


def _setting(override: Override) -> Setting:
    """What an override sets or searches."""
    key = override.key_or_group
    if not override.is_sweep_override():
        return Setting(override.get_key_element(), override.get_value_element_as_str())
    try:
        distribution = _distribution(override)
    except (ValueError, HydraException) as error:
        raise ValueError(f"The range of `{key}` cannot be searched. Found `{override.input_line}`: {error}") from error
    return Setting(
        override.get_key_element(), Parameter(key, distribution, str(override.input_line).partition("=")[2].replace(" ", ""))
    )


def _distribution(override: Override) -> BaseDistribution:
    """Where the values of a range lie."""
    sweep = override.value()
    tags = set(getattr(sweep, "tags", ()))
    for tag in tags:
        check_choice("tag", tag, ["log"])
    log = "log" in tags
    if isinstance(sweep, IntervalSweep):
        return _between(sweep.start, sweep.end, None, log)
    values: list[Any] = list(override.sweep_iterator(Transformer.encode))
    if not values:
        raise ValueError("it is empty.")
    if isinstance(sweep, RangeSweep):
        return _between(min(values), max(values), abs(sweep.step), log)
    if log:
        raise ValueError("choices have no logarithm.")
    return CategoricalDistribution(list(dict.fromkeys(values)))


def _between(low: Any, high: Any, step: Any, log: bool) -> BaseDistribution:
    """Whole numbers where both ends are, else real ones."""
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log, step=1 if step is None else step)
    return FloatDistribution(low, high, log=log, step=step)


def _with_names_of_their_own(settings: list[Setting]) -> list[Setting]:
    """A key that is searched under several conditions is several parameters of the study; an element of a list is one."""
    keys = [setting.plain_key for setting in settings]

    def named(setting: Setting) -> Setting:
        suffix = f" {_when(setting).rstrip(': ')}" if keys.count(setting.plain_key) > 1 and setting.conditions else ""
        value = setting.value
        renamed = [_renamed(part, suffix) for part in value] if isinstance(value, list) else _renamed(value, suffix)
        return replace(setting, value=renamed)

    return [named(setting) for setting in settings]


def _renamed(part: str | Parameter, suffix: str) -> str | Parameter:
    return replace(part, name=part.name + suffix) if isinstance(part, Parameter) else part


def _when(setting: Setting) -> str:
    return "".join(f"when {key}={','.join(values)}: " for key, values in setting.conditions)


def _text(value: Any) -> str:
    """A value as Hydra writes it.

    >>> _text(True), _text(None), _text(0.001)
    ('true', 'null', '0.001')
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
