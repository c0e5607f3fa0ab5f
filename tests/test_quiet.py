"""What Lightning says while it fits."""

import logging
import warnings

from landscape_lab.quiet import quiet_lightning


def test_lightning_is_quiet_for_a_while():
    logger = logging.getLogger("pytorch_lightning")
    before = logger.level
    with quiet_lightning():
        assert not logger.isEnabledFor(logging.INFO)
        assert logger.isEnabledFor(logging.WARNING)
    assert logger.level == before


def test_only_one_warning_is_hidden(recwarn):
    with quiet_lightning():
        warnings.warn("`isinstance(treespec, LeafSpec)` is deprecated", stacklevel=1)
        warnings.warn("something else", stacklevel=1)
    assert [str(one.message) for one in recwarn] == ["something else"]
