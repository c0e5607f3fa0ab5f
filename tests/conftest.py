"""Shapes in annotations are checked while the tests run; what a test writes goes to a folder of its own."""

from jaxtyping import install_import_hook

CHECKED = [f"landscape_lab.{part}" for part in ("landscapes", "augmentations", "trajectory", "planes", "scene")]

with install_import_hook(CHECKED, "typechecking.check"):
    import landscape_lab.augmentations
    import landscape_lab.landscapes
    import landscape_lab.scene
    import landscape_lab.trajectory  # noqa: F401

from collections.abc import Callable
from pathlib import Path

import pytest

from landscape_lab.lab import Result, run

QUIET = ["callbacks=none", "logger=none"]


@pytest.fixture
def lab(tmp_path: Path) -> Callable[..., Result]:
    """A quick run in a folder of its own, without pictures and logs unless they are asked for."""

    def quick(*overrides: str, quiet: bool = True, name: str = "run") -> Result:
        return run([*(QUIET if quiet else []), f"hydra.run.dir={tmp_path / name}", *overrides])

    return quick
