"""The folder of a sweep belongs to one running process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omegaconf import DictConfig, open_dict

from landscape_lab.configuration.composed import quoted
from landscape_lab.files.owning import is_named, owned


@contextmanager
def own_sweep(config: DictConfig) -> Iterator[None]:
    """Own the folder of a sweep and write it into its configuration: the one chosen, or a free one.

    Args:
        config: The sweep's, with Hydra's part. All jobs get the folder, too.

    Raises:
        FolderTaken: Another process sweeps into the folder that the user chose.
    """
    folder, named = Path(config.hydra.sweep.dir), is_named(config.hydra, "sweep")
    try:
        with owned(folder, named=named) as chosen:
            with open_dict(config):
                config.hydra.sweep.dir = str(chosen)
            if chosen != folder:
                config.hydra.overrides.hydra.append(f"hydra.sweep.dir={quoted(str(chosen))}")
            yield
    finally:
        if not named:
            with suppress(OSError):  # they hold something
                os.removedirs(folder.parent)
