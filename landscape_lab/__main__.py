"""`python -m landscape_lab`: one run, or with `-m` a sweep."""

import gc

from landscape_lab.process.stopping import signals
from landscape_lab.process.streams import reopen


def main() -> None:
    """Hear signals before anything else is imported, which takes longer than many a Ctrl-C."""
    signals.begin()
    reopen()
    from landscape_lab.command_line import main as run_command

    run_command()


if __name__ == "__main__":
    main()
    gc.freeze()  # the process ends, and all memory with it
