"""Contours where a user wants them."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import function_scene

from landscape_lab.drawing.contours import CONTOURS, check_shading, contour_levels
from landscape_lab.drawing.figures import path_figure
from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.paint import Paint
from landscape_lab.scene import Shading


@pytest.fixture(scope="module")
def sphere():
    return function_scene("sphere")[1]


def test_as_many_contours_as_are_wanted_or_at_given_losses(sphere):
    ends = np.array(Heights(sphere).span)
    assert contour_levels(sphere, ends) == CONTOURS
    assert contour_levels(replace(sphere, shading=Shading(levels=5)), ends) == 5
    given = replace(sphere, shading=Shading(levels=(4.0, 1.0, -3.0)))  # no loss is below 0
    np.testing.assert_allclose(contour_levels(given, ends), [1.0, 4.0])


def test_a_map_is_drawn_in_its_shading(sphere):
    without = path_figure(replace(sphere, shading=Shading("viridis", 0))).axes[0]
    assert without.images[0].get_cmap().name == "viridis"
    with_some = path_figure(replace(sphere, shading=Shading(levels=(1.0,)))).axes[0]
    assert len(with_some.collections) == len(without.collections) + 1


def test_a_film_has_the_contours_of_the_map(sphere):
    paint = Paint(replace(sphere, shading=Shading("viridis", (5.0,))))
    levels = np.repeat(np.linspace(0, 1, 200, dtype=np.float32)[:, None], 3, axis=1)
    plain = Paint(replace(sphere, shading=Shading("viridis", 0))).color(levels)
    changed = np.flatnonzero((paint.color(levels) != plain).any(axis=(1, 2)))
    low, high = Heights(sphere).span
    assert 1 <= len(changed) <= 3
    assert changed.mean() == pytest.approx(199 * (5.0 - low) / (high - low), abs=1.0)


def test_a_colormap_that_is_not_known_is_told():
    check_shading(None)
    check_shading("magma")
    with pytest.raises(ValueError, match=r"`plane.colormap` should be one of .* Nearest: magma"):
        check_shading("magmaa")
