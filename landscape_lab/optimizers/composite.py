"""Several optimizers that step as one: each has parameters of its own."""

import inspect
from collections.abc import Callable, Iterator, MutableMapping, Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from landscape_lab.optimizers.factories import Settings

State = MutableMapping[str, object]
"""What an optimizer remembers of one parameter."""


class Composite(Optimizer):
    """Optimizers of different classes, each of its own parameters, as one optimizer.

    A step evaluates the closure once, then every part steps with these gradients. Schedulers,
    `zero_grad` and hooks see one optimizer: `param_groups` are those of the parts themselves, one
    part after another, and a hook of the step is called once a step. (Hooks of a part alone are
    not called.) Every part counts its own steps, so one that is added later begins as a new
    optimizer does, with no momentum and its bias corrections at their first step::

        composite.add(torch.optim.Adam(new_shapes, lr=0.01))  # born at step `composite.steps`
        composite.expect(lambda: torch.optim.Adam(new_shapes, lr=0.01), birth=500)

    To resume, build the parts that were there, in their order, and call `load_state_dict`. A
    scheduler scales those groups that were there when it was made: also those that are expected.

    Args:
        parts: Optimizers whose step needs one gradient and no further evaluation.

    Attributes:
        births: The step at which each part begins.
        steps: How many steps were made.

    Raises:
        ValueError: A parameter belongs to two parts.

    >>> matrix, vector = (torch.nn.Parameter(torch.ones(*shape)) for shape in ((2, 2), (2,)))
    >>> composite = Composite([torch.optim.SGD([matrix], lr=0.5), torch.optim.Adam([vector], lr=0.1)])
    >>> [group["lr"] for group in composite.param_groups]
    [0.5, 0.1]
    """

    def __init__(self, parts: Sequence[Optimizer]) -> None:
        self.parts = list(parts)
        self.births = [0] * len(self.parts)
        self.steps = 0
        self.makers: dict[int, Callable[[], Optimizer]] = {}
        super().__init__([group for part in self.parts for group in part.param_groups], {})
        shared = set.intersection(*(set(part.defaults) for part in self.parts))
        self.defaults = {
            name: self.parts[0].defaults[name] for name in sorted(shared)
        }  # schedulers look there
        self.state = _States(self.parts)  # type: ignore[assignment] # a view of the parts' own

    def add(self, part: Optimizer) -> None:
        """Let another optimizer step, too, from the next step on.

        Args:
            part: Of parameters that no part has yet.

        Raises:
            ValueError: One of its parameters belongs to another part.
        """
        self.parts.append(part)
        self.births.append(self.steps)
        for group in part.param_groups:
            self.add_param_group(group)

    def expect(self, make: Callable[[], Optimizer], birth: int) -> None:
        """Let another optimizer step, too, from a given step on.

        It is made twice. Its groups are there at once, so that schedules set their rates with all
        others; but whatever it finds in its parameters, it finds at its birth. The second inherits
        the settings that the groups of the first have by then.

        Args:
            make: Builds an optimizer of parameters that no part has yet.
            birth: The first step that it makes, `composite.steps` or later.

        Raises:
            ValueError: One of its parameters belongs to another part.
        """
        self.makers[len(self.parts)] = make
        self.add(make())
        self.births[-1] = birth

    def _bear(self) -> None:
        """Make those parts whose first step this is."""
        for number in [one for one in self.makers if self.births[one] <= self.steps]:
            with torch.enable_grad():
                part = self.makers.pop(number)()
            for new, old in zip(part.param_groups, self.parts[number].param_groups, strict=True):
                new.update({name: one for name, one in old.items() if isinstance(one, int | float | tuple)})
            self.parts[number] = part
            self._gather()

    def _gather(self) -> None:
        """Show the groups of the parts."""
        self.param_groups[:] = [group for part in self.parts for group in part.param_groups]

    def add_param_group(self, param_group: Settings) -> None:
        """Take up a group of a part; no other, because nobody would step it.

        Raises:
            ValueError: It is the group of no part, or holds a parameter of another group.
        """
        if not any(param_group is group for part in self.parts for group in part.param_groups):
            raise ValueError("A Composite takes whole optimizers: `add(optimizer)`. Found a parameter group.")
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Evaluate once, where a closure is given, and let each part step.

        Returns:
            The loss that the closure returned.
        """
        self._bear()
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part, birth in zip(self.parts, self.births, strict=True):
            if birth <= self.steps:
                _step(part, loss)
        self.steps += 1
        return loss

    def state_dict(self) -> Settings:
        """What `load_state_dict` takes: the parts' own state dictionaries, and when each was born."""
        parts = [part.state_dict() for part in self.parts]
        return {"parts": parts, "births": list(self.births), "steps": self.steps}

    def load_state_dict(self, state_dict: Settings) -> None:
        """Take up a state, to go on to the bit.

        Raises:
            ValueError: It is of another number of parts.
        """
        parts = state_dict["parts"]
        if len(parts) != len(self.parts):
            raise ValueError(
                f"The state should be of {len(self.parts)} optimizers. Found {len(parts)}, "
                f"born at the steps {state_dict['births']}."
            )
        for part, state in zip(self.parts, parts, strict=True):
            part.load_state_dict(state)
        self.births, self.steps = list(state_dict["births"]), int(state_dict["steps"])
        for number in [one for one in self.makers if self.births[one] < self.steps]:
            del self.makers[number]
        self._gather()

    def __getstate__(self) -> Settings:
        own = {"parts": self.parts, "births": self.births, "steps": self.steps, "makers": self.makers}
        return {**super().__getstate__(), **own}


def _step(part: Optimizer, loss: Tensor | None) -> None:
    """A part's step without torch's global hooks, which count steps of the whole."""
    kind = type(part).step
    step: Callable[..., object] = part.step
    if getattr(kind, "hooked", False):
        step = kind.__wrapped__.__get__(part)  # type: ignore[attr-defined] # torch put its hooks around it
    if loss is None or not inspect.signature(step).parameters:
        step()
    else:
        step(lambda: loss)


class _States(MutableMapping[Tensor, State]):
    """What all parts remember, by parameter.

    Args:
        parts: The list itself, which may grow.
    """

    def __init__(self, parts: list[Optimizer]) -> None:
        self.parts = parts

    def _of(self, parameter: Tensor) -> MutableMapping[Tensor, State]:
        """The state of the part that has a parameter."""
        for part in self.parts:
            if any(parameter is one for group in part.param_groups for one in group["params"]):
                return part.state
        raise KeyError(parameter)

    def __contains__(self, parameter: object) -> bool:
        return any(parameter in part.state for part in self.parts)

    def __getitem__(self, parameter: Tensor) -> State:
        return self._of(parameter)[parameter]

    def __setitem__(self, parameter: Tensor, value: State) -> None:
        self._of(parameter)[parameter] = value

    def __delitem__(self, parameter: Tensor) -> None:
        del self._of(parameter)[parameter]

    def __iter__(self) -> Iterator[Tensor]:
        for part in self.parts:
            yield from part.state

    def __len__(self) -> int:
        return sum(len(part.state) for part in self.parts)
