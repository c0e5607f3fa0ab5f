"""How keys are declared, and how a constructor checks its arguments with the declaration."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar, cast

from landscape_lab.validation import Kind, alternatives

Parameters = ParamSpec("Parameters")
Made = TypeVar("Made")
Class = TypeVar("Class", bound=type)

DECLARED: dict[str, "Keys"] = {}
"""Every declaration, by the dotted path of a class or function, or by a node of the configuration."""


class Key(NamedTuple):
    """A key.

    Args:
        kind: Which values it takes.
        meaning: What it is, in a few words, with its unit.
    """

    kind: Kind
    meaning: str


class Keys:
    """The keys of one constructor or of one node of the configuration.

    Args:
        name: The constructor's dotted path, as in `_target_`, or the node, as on the command line;
            "" for the top level.
        further: What a key takes that is not declared. Such a key is refused where this is `None`.
        keys: Each key by its name.

    >>> from landscape_lab.validation import Number
    >>> keys = Keys("doctest.halve", share=Key(Number(low=0.0, high=1.0), "how much is kept"))
    >>> @keys.checks
    ... def halve(share):
    ...     return share / 2
    >>> halve(3)
    Traceback (most recent call last):
    ValueError: Parameter `share` should be between 0 and 1. Found `share = 3`.
    """

    def __init__(self, name: str, further: Kind | None = None, /, **keys: Key) -> None:
        self.name = name
        self.further = further
        self.keys = keys
        DECLARED[name] = self

    def checks_class(self, made: Class) -> Class:
        """Let the constructor of a class check its arguments, whoever wrote it: `@dataclass` too."""
        made.__init__ = self.checks(made.__init__)  # type: ignore[misc]
        return made

    def checks(self, function: Callable[Parameters, Made]) -> Callable[Parameters, Made]:
        """Let a function check its arguments before it is entered."""
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Made:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # Python says what is missing or unknown
            for name, value in bound.arguments.items():
                if name in self.keys:
                    bound.arguments[name] = self.keys[name].kind.check(name, value)
            return function(*bound.args, **bound.kwargs)

        return cast(Callable[Parameters, Made], checked)

    def check(self, name: str, value: object, scope: str = "") -> object:
        """The value of a key as the code gets it.

        Args:
            name: The key.
            value: As it was given.
            scope: The node that the key is in, with a dot at its end, for errors.

        Raises:
            ValueError: There is no such key, or it takes no such value.
        """
        if name in self.keys:
            return self.keys[name].kind.check(scope + name, value)
        if self.further is not None:
            return self.further.check(scope + name, value)
        raise ValueError(f"There is no key `{scope}{name}`. {alternatives(name, self.keys)}")
