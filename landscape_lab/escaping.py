r"""Names as text, wherever they go: one way for each kind of place that would take some of it for its own.

A folder, a class, a setting or a file may be called anything: with an escape sequence that a terminal obeys,
with `<script>`, with `=cmd()`. Figures need nothing of this: no text of theirs is read as a formula.
"""

import re
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from rich.text import Text

SIGNS = re.compile(r"[\\*<&|$~#]|(?<=])\(|(?<!\w)_|_(?!\w)")
"""What Markdown takes for its own: brackets only as `](`, an underscore not between letters; code is text."""
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""How a cell begins that a spreadsheet calculates; it takes the wide signs, too."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|nan)", re.IGNORECASE)


class Markup(str):
    """Markdown as it is meant, not a name."""


def visible(text: str) -> str:
    r"""A text in which what is not seen is written out: controls, directions of writing, newlines.

    >>> print(visible("a\x1b[31mred\nb\u202ec"))
    a\x1b[31mred\nb\u202ec
    """
    return "".join(sign if sign.isprintable() else _written_out(sign) for sign in text)


def _written_out(sign: str) -> str:
    """A character as Python writes it; a space of any width is a space."""
    return " " if category(sign) == "Zs" else ascii(sign)[1:-1]


def in_terminal(text: str) -> "Text":
    """A text for Rich, which reads none of it as markup: `[red]` is five letters."""
    from rich.text import Text

    return Text(visible(text))


def in_markup(text: str) -> str:
    """The same where Rich asks for its own markup."""
    from rich.markup import escape

    return escape(visible(text))


def in_markdown(text: str) -> str:
    r"""A text for Markdown, GitHub's and TensorBoard's too: no markup, no HTML, no formula, on one line.

    >>> print(in_markdown("<b>x|y</b> $z$ a_b"))
    &lt;b>x\|y&lt;/b> \$z\$ a_b
    """
    entities = {"<": "&lt;", "&": "&amp;"}
    return SIGNS.sub(lambda sign: entities.get(sign[0], f"\\{sign[0]}"), visible(text))


def in_code(text: str) -> Markup:
    """A text as code within a line or a cell of Markdown."""
    ticks = _longer_ticks(text, 1)
    inner = visible(text).replace("|", "\\|")
    pad = " " if "`" in inner else ""
    return Markup(f"{ticks}{pad}{inner}{pad}{ticks}")


def fenced(text: str, language: str) -> Markup:
    """A text of several lines as a block of code of Markdown, which it cannot end."""
    ticks = _longer_ticks(text, 3)
    lines = "\n".join(map(visible, text.split("\n")))
    return Markup(f"{ticks}{language}\n{lines}\n{ticks}")


def _longer_ticks(text: str, least: int) -> str:
    """More backticks in a row than a text has."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def in_csv(text: str) -> str:
    r"""A text as a cell of a CSV file: what a spreadsheet would calculate begins with an apostrophe.

    >>> in_csv("=cmd()"), in_csv("-0.5"), in_csv("adam")
    ("'=cmd()", '-0.5', 'adam')
    """
    return f"'{visible(text)}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else visible(text)
