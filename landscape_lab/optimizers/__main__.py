"""`python -m landscape_lab.optimizers` lists them, `--table FILE` compares, `--write` renews the list."""

import argparse
from functools import partial
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from landscape_lab.configuration.composed import CONF
from landscape_lab.dotted_paths import locate
from landscape_lab.errors import one_line
from landscape_lab.optimizers import catalogue
from landscape_lab.optimizers.catalogue import Entry
from landscape_lab.optimizers.comparison import table
from landscape_lab.optimizers.factories import Factory, Settings


def ours() -> list[tuple[Entry, Factory]]:
    """The optimizers of `landscape_lab.optimizers`, as `conf/optimizer` sets them."""
    found: list[tuple[Entry, Factory]] = []
    for path in sorted((CONF / "optimizer").glob("*.yaml")):
        settings: Settings = yaml.safe_load(path.read_text())
        target = settings.pop("_target_")
        if target.startswith("landscape_lab."):
            factory = partial(locate("optimizer", target), **settings)
            found.append((catalogue.describe(path.stem, target, factory), factory))
    return found


def everything() -> list[tuple[Entry, Factory]]:
    """The libraries' optimizers and ours."""
    return [*((entry, locate("optimizer", entry.target)) for entry in catalogue.read()), *ours()]


@one_line()
def main() -> None:
    """List, compare or renew."""
    parser = argparse.ArgumentParser(
        prog="python -m landscape_lab.optimizers", description="Every optimizer=NAME there is."
    )
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="let all of them descend two landscapes; write the table"
    )
    parser.add_argument(
        "--write", action="store_true", help="renew catalogue.csv from the installed libraries"
    )
    arguments = parser.parse_args()
    if arguments.write:
        catalogue.write(catalogue.generate())
    if arguments.table is not None:
        arguments.table.write_text(table(everything()))
    if not arguments.write and arguments.table is None:
        show()


def show() -> None:
    """Print the list."""
    listing = Table("optimizer", "class", "elementwise", "needs", "paper", box=None, padding=(0, 2, 0, 0))
    entries = [entry for entry, _ in ours()] + catalogue.read()
    for entry in sorted(entries, key=lambda entry: entry.name):
        listing.add_row(entry.name, entry.target, entry.elementwise, entry.needs, entry.paper)
    console = Console()
    if not console.is_terminal:  # a file or a pipe is as wide as need be
        console = Console(width=listing.__rich_measure__(console, console.options.update_width(1000)).maximum)
    console.print(listing)


if __name__ == "__main__":
    main()
