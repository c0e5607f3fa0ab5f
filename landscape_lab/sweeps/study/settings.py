"""The settings of a search space: what each key gets, read from Hydra's own grammar."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, RangeSweep, Transformer
from hydra.errors import HydraException
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from landscape_lab.configuration.composed import open_keys
from landscape_lab.validation import check_choice


class Suggests(Protocol):
    """What chooses values: an `optuna.Trial`, a `FrozenTrial`, or a stand-in of ours."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """One of the choices."""

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A number between."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """A whole number between, both ends too."""


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

    def suggested(self, trial: Suggests) -> str:
        """The value that a trial takes, as Hydra reads it."""
        values = self.distribution
        if isinstance(values, CategoricalDistribution):
            return text_of(trial.suggest_categorical(self.name, values.choices))
        if isinstance(values, FloatDistribution):
            return text_of(
                trial.suggest_float(self.name, values.low, values.high, step=values.step, log=values.log)
            )
        assert isinstance(values, IntDistribution)
        return text_of(
            trial.suggest_int(self.name, values.low, values.high, step=values.step, log=values.log)
        )


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
        return [
            text_of(choice)
            for values in found
            if isinstance(values, CategoricalDistribution)
            for choice in values.choices
        ]

    @property
    def text(self) -> str:
        """The value or the range, as it was written."""
        texts = [part.text if isinstance(part, Parameter) else part for part in self._parts]
        return f"[{','.join(texts)}]" if isinstance(self.value, list) else texts[0]

    def suggested(self, trial: Suggests) -> str:
        """The value that a trial takes, as Hydra reads it."""
        texts = [part.suggested(trial) if isinstance(part, Parameter) else part for part in self._parts]
        return f"[{','.join(texts)}]" if isinstance(self.value, list) else texts[0]

    @property
    def when(self) -> str:
        """The conditions, as YAML would say them before the key."""
        return "".join(f"when {key}={','.join(values)}: " for key, values in self.conditions)

    @property
    def _parts(self) -> list[str | Parameter]:
        """The elements of a list, or the only value."""
        return self.value if isinstance(self.value, list) else [self.value]


def read_settings(
    written: Mapping[str, Any], parser: OverridesParser, conditions: tuple[Any, ...] = ()
) -> Iterator[Setting]:
    """The settings of the YAML, those of a block with its condition."""
    for key, value in written.items():
        if isinstance(value, Mapping):
            yield from read_settings(value, parser, (*conditions, _condition(key)))
        elif isinstance(value, list):
            yield Setting(_open(key), _parts(key, value, parser), conditions)
        else:
            yield Setting(_open(key), setting_of(_parsed(parser, key, value)).value, conditions)


def _parts(key: str, value: list[object], parser: OverridesParser) -> list[str | Parameter]:
    """The elements of a list, some of which are searched."""
    numbered = ((f"{key}.{number}", part) for number, part in enumerate(value))
    parts = [setting_of(_parsed(parser, *one)).value for one in numbered]
    if not any(isinstance(part, Parameter) for part in parts):
        raise ValueError(
            f"The list `{key}` of sweep.search_space should hold a range. Found {value}. "
            "For choices: choice(a, b)."
        )
    return parts  # type: ignore[return-value] # an element is no list


def _open(key: str) -> str:
    """The key with the sign that lets it be new, where it may be."""
    return open_keys([f"{key}="])[0].removesuffix("=")


def _parsed(parser: OverridesParser, key: str, value: Any) -> Override:
    """A key and its value in Hydra's grammar."""
    try:
        return parser.parse_override(f"{key}={text_of(value)}")
    except HydraException as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise ValueError(
            f"The range of `{key}` in sweep.search_space cannot be read. Found `{value}`: {reason}"
        ) from error


def _condition(block: str) -> tuple[str, tuple[str, ...]]:
    """The key of `when key=value,…`, and the values that it may have."""
    word, _, rest = block.partition(" ")
    key, equals, values = rest.partition("=")
    if word != "when" or not equals:
        raise ValueError(f"A block of sweep.search_space should be called `when key=value`. Found `{block}`.")
    return key.strip(), tuple(value.strip() for value in values.split(","))


def setting_of(override: Override) -> Setting:
    """What an override sets or searches."""
    key = override.key_or_group
    if not override.is_sweep_override():
        return Setting(override.get_key_element(), override.get_value_element_as_str())
    try:
        distribution = _distribution(override)
    except (ValueError, HydraException) as error:
        raise ValueError(
            f"The range of `{key}` cannot be searched. Found `{override.input_line}`: {error}"
        ) from error
    return Setting(
        override.get_key_element(),
        Parameter(key, distribution, str(override.input_line).partition("=")[2].replace(" ", "")),
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
        low, high = sorted(_nth(sweep, number) for number in (0, len(values) - 1))
        return _between(low, high, abs(sweep.step), log)
    if log:
        raise ValueError("choices have no logarithm.")
    return CategoricalDistribution(list(dict.fromkeys(values)))


def _nth(sweep: RangeSweep, number: int) -> float:
    """A value of a range in decimal numbers: three times 0.3 is 0.9, not a bit less, which Optuna drops."""
    if isinstance(sweep.start, int) and isinstance(sweep.step, int):
        return sweep.start + number * sweep.step
    return float(Decimal(str(sweep.start)) + number * Decimal(str(sweep.step)))


def _between(low: Any, high: Any, step: Any, log: bool) -> BaseDistribution:
    """Whole numbers where both ends are, else real ones."""
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log, step=1 if step is None else step)
    return FloatDistribution(low, high, log=log, step=step)


def text_of(value: Any) -> str:
    """A value as Hydra writes it.

    >>> text_of(True), text_of(None), text_of(0.001)
    ('true', 'null', '0.001')
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
