"""What Lightning says while it fits."""

import logging
import random
import warnings

import numpy as np
import pytest
import torch

from landscape_lab.quiet import kept_random_states, quiet_lightning, warnings_held


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


def drawn():
    return random.random(), np.random.rand(), torch.rand(()).item()


def test_random_numbers_go_on_also_after_an_error():
    with kept_random_states():
        expected = [drawn() for _ in range(2)]
    with kept_random_states():
        first = drawn()
    with pytest.raises(ValueError, match="refused"), kept_random_states():
        random.seed(0)
        torch.manual_seed(0)
        raise ValueError("refused")
    assert first == expected[0] == drawn()


def test_a_run_leaves_the_random_numbers_of_its_caller(lab):
    with kept_random_states():
        expected = drawn()
    lab("landscape=sphere", "steps=2")
    assert drawn() == expected
