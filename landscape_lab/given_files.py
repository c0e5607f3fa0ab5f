"""Files whose names Hydra's grammar would take apart: brackets, commas, blanks, other scripts."""

import re
from os.path import exists

from landscape_lab.configuration import quoted

FILE = re.compile(r"(\+*(?:landscape\.image|landscape\.values)=)([^'\"].*)", re.DOTALL)
"""A key that takes a file, and its value without quotes."""
PLAIN = re.compile(r"[\w./:%+-]+", re.ASCII)
"""What the grammar takes as it is."""


def with_files_quoted(override: str) -> str:
    """An override whose value is the name of a file that exists, in quotes where the grammar needs them.

    >>> with_files_quoted("landscape.image=no such, file.png")
    'landscape.image=no such, file.png'
    """
    found = FILE.fullmatch(override)
    if found is None or PLAIN.fullmatch(found[2]) or not exists(found[2]):
        return override
    return found[1] + quoted(found[2])
