"""Progress in a notebook: one line of HTML that is replaced, and taken away at the end.

Rich would print there, or ask for ipywidgets. A display that is updated works in Jupyter, in VS Code and in
Colab, and needs nothing that a kernel does not have.
"""

import importlib
import sys
from html import escape
from typing import Protocol, cast

from rich.progress import TaskID


class Handle(Protocol):
    """What IPython gives for something that is shown and may be replaced."""

    def update(self, shown: object) -> None: ...


class Display(Protocol):
    """What is used of `IPython.display`."""

    def display(self, shown: object, *, display_id: bool) -> Handle: ...
    def HTML(self, data: str) -> object: ...


class Shell(Protocol):
    """What is used of `IPython`."""

    def get_ipython(self) -> object: ...


def in_notebook() -> bool:
    """Whether the code runs in a kernel, which shows HTML; not so in IPython on a terminal."""
    loaded = sys.modules.get("IPython")
    return loaded is not None and hasattr(cast(Shell, loaded).get_ipython(), "kernel")


class NotebookProgress:
    """A bar as Rich's `Progress` is used here: one task, whose fields are `rate` and `loss`."""

    def __init__(self) -> None:
        self._shown: Handle | None = None

    def add_task(self, description: str, *, total: int, completed: int, rate: float, loss: float) -> TaskID:
        """What is told: its name, how many steps there are and how many are done."""
        self.description, self.total = description, total
        self.line = self._line(completed, rate, loss)
        return TaskID(0)

    def start(self) -> None:
        """Show it."""
        shown = cast(Display, importlib.import_module("IPython.display"))
        self._html, self._shown = shown.HTML, shown.display(shown.HTML(self.line), display_id=True)

    def update(self, task: TaskID, *, completed: int, rate: float, loss: float, refresh: bool = True) -> None:
        """Replace it."""
        if self._shown is not None:
            self._shown.update(self._html(self._line(completed, rate, loss)))

    def stop(self) -> None:
        """Take it away."""
        if self._shown is not None:
            self._shown.update(self._html(""))
            self._shown = None

    def _line(self, completed: int, rate: float, loss: float) -> str:
        """All of it, as HTML; the name is text."""
        left = f" · {(self.total - completed) / rate:,.0f} s left" if rate > 0 else ""
        told = f"{escape(self.description)} · {rate:,.0f} steps/s · loss {loss:.4g}{left}"
        return f'<progress max="{self.total}" value="{completed}"></progress> {told}'
