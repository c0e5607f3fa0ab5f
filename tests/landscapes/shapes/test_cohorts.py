"""Shapes that a run has kept are where another one begins."""

import pytest
import torch

from landscape_lab.files.weights import save_weights
from landscape_lab.landscapes import ShapesLandscape

TARGET = torch.rand(3, 12, 18, generator=torch.Generator().manual_seed(0))


def made(**settings):
    return ShapesLandscape(TARGET, size=None, **{"shapes": 4} | settings)


@pytest.fixture
def kept(tmp_path):
    """Some shapes in a run's folder."""
    landscape = made(seed=1)
    save_weights(landscape.state_of(0), tmp_path / "weights.safetensors")
    return tmp_path, landscape


@pytest.mark.parametrize("cohorts", [1, 2])
def test_a_run_begins_with_the_shapes_of_another(kept, cohorts):
    folder, old = kept
    new = made(weights=folder, cohorts=cohorts, steps=10)
    assert torch.equal(new.picture(), old.picture())
    assert new.births == {}
    assert new.state_of(0).keys() == old.state_of(0).keys()


@pytest.mark.parametrize("other", [{"shapes": 5}, {"harmonics": 3}, {"texture": "gradient"}])
def test_other_shapes_are_refused(kept, other):
    with pytest.raises(ValueError, match="are others than"):
        made(weights=kept[0], **other)


def test_a_run_that_kept_none_is_told(tmp_path):
    with pytest.raises(ValueError, match="no file of weights"):
        made(weights=tmp_path)
