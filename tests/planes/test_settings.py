"""The keys of `plane`, in Python."""

import pytest

from landscape_lab.planes import PlaneSettings


def test_settings_are_checked_as_on_the_command_line():
    assert PlaneSettings("pca", resolution=50, rise=2).resolution == 50
    assert PlaneSettings(window=[[0, 1], [2, 3]]).window == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match=r"`directions` should be one of auto, pca, .* Nearest: random"):
        PlaneSettings("randm")
    with pytest.raises(ValueError, match="`window` should be one of auto, path, bounds, rise, or"):
        PlaneSettings(window="all")
    with pytest.raises(ValueError, match="`margin` should be zero or positive"):
        PlaneSettings(margin=-1.0)
