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


def test_the_other_direction_is_one_that_a_plane_has():
    assert [PlaneSettings(way).other for way in ("start_to_end", "gradient", "hessian")] == [
        "principal",
        "random",
        "top",
    ]
    assert PlaneSettings("hessian", second="bottom").other == "bottom"
    with pytest.raises(ValueError, match=r"`plane.second` should be one of top, bottom of plane=hessian"):
        PlaneSettings("hessian", second="random")
    with pytest.raises(
        ValueError, match=r"one of principal, random of plane=start_to_end. Found .* = bottom"
    ):
        PlaneSettings("start_to_end", second="bottom")
