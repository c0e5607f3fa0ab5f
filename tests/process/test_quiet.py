"""What Lightning says while it fits."""

import logging
import warnings

import pytest

from landscape_lab.process.quiet import quiet_lightning, warnings_held


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


def test_warnings_of_what_is_refused_are_dropped_and_others_come_afterwards(recwarn):
    def refuse():
        warnings.warn("unheard", stacklevel=1)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"), warnings_held():
        refuse()
    with warnings_held():
        warnings.warn("heard", stacklevel=1)
        assert not recwarn.list
    assert [str(one.message) for one in recwarn] == ["heard"]
