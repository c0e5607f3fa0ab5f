"""What every key takes: its kind and its meaning, declared once, one line a key.

A constructor's declaration checks its arguments in Python (`Keys.checks`). The same declaration checks
the node of a configuration whose `_target_` it is (`landscape_lab.configuration.schema`), and
describes its keys in `--help`. Nothing in this package imports torch, so `--help` answers at once.
"""

from landscape_lab.keys import augmentations, callbacks, landscapes, optimizers, planes, running
from landscape_lab.keys.declaring import DECLARED, Key, Keys

__all__ = [
    "DECLARED",
    "Key",
    "Keys",
    "augmentations",
    "callbacks",
    "landscapes",
    "optimizers",
    "planes",
    "running",
]
