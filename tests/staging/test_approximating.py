"""What shapes looked like at a step."""

import numpy as np
import pytest
import torch
from scenes import recorded

from landscape_lab.landscapes import FunctionLandscape, ShapesLandscape
from landscape_lab.records.shape_files import bytes_of
from landscape_lab.staging.approximating import approximation_of, check_approximation

TARGET = torch.rand(3, 12, 18, generator=torch.Generator().manual_seed(0))


def test_the_picture_is_that_of_the_last_point_by_then():
    landscape = ShapesLandscape(TARGET, shapes=2, size=None)
    begin = landscape.flat()
    end = begin + 0.3
    path = recorded(np.stack([begin.numpy(), end.numpy()]), [1.0, 0.5])
    pictures = approximation_of(landscape, [path])
    for step, point in ((0.0, begin), (0.9, begin), (1.0, end), (7.0, end)):
        target, shown = pictures(step)
        assert np.array_equal(shown, bytes_of(landscape.picture_at(point[0])))
    np.testing.assert_allclose(target / 255, TARGET.permute(1, 2, 0).numpy(), atol=0.003)


def test_other_landscapes_have_none():
    other = FunctionLandscape.named("beale")
    assert approximation_of(other, []) is None
    with pytest.raises(ValueError, match="landscape=shapes"):
        check_approximation(other, "callbacks.video.view")
