import pytest
import torch

from landscape_lab.augmentations import LossNoise, augment
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.playing.playable import check_playable, without_augmentations


def test_augmentations_are_left_out_and_stay_where_they_are():
    landscape = FunctionLandscape.named("sphere")
    noisy = augment(landscape.with_members(torch.zeros(3, 2)), [LossNoise(std=0.5)])
    clean = without_augmentations(noisy)
    assert noisy.stochastic
    assert not clean.stochastic
    assert clean.members == 1


def test_other_landscapes_are_refused():
    flat = FunctionLandscape(lambda points: points.square().sum(-1), start=[0.0, 0.0, 1.0])
    with pytest.raises(ValueError, match=r"Parameter `report` may be playground only .* of 3 dimensions"):
        check_playable(flat)
    data = (torch.zeros(4, 1), torch.zeros(4, 1))
    network = NetworkLandscape(torch.nn.Linear(1, 1), data, torch.nn.MSELoss())
    with pytest.raises(ValueError, match="Found a NetworkLandscape of 2 dimensions"):
        check_playable(network)
