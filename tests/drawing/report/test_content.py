import json
import zlib
from base64 import b64decode

import numpy as np
import pytest
from scenes import function_scene, scene, trajectory

from landscape_lab.drawing.heights import Heights
from landscape_lab.drawing.report.content import PLACES, Report, levels_of, path_of


def read(made):
    return np.frombuffer(zlib.decompress(b64decode(made["data"])), f"<{made['type']}").reshape(made["shape"])


def test_a_scene_is_told_whole():
    made = scene(trajectory([(5, 5), (20, 30)], [1.0, 0.5]))
    told = Report.of(made).content()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    np.testing.assert_array_equal(read(told["map"]["losses"]), made.losses.astype(np.float32))
    np.testing.assert_allclose(read(told["paths"][0]["places"])[:, 0], [(5, 5), (20, 30)], atol=1e-4)
    assert told["map"]["window"] == pytest.approx([-0.5, 59.5, -0.5, 39.5])
    assert told["map"]["downwards"]


def test_a_formula_has_evenly_spaced_levels_and_a_picture_none():
    _, formula = function_scene("quadratic")
    heights = Heights(formula)
    levels = levels_of(formula, heights)
    np.testing.assert_allclose(np.diff(levels), levels[1] - levels[0])
    assert heights(formula.losses).min() < levels[0] < levels[-1] < heights(formula.losses).max()
    picture = scene(trajectory([(5, 5), (20, 30)], [1.0, 0.5]))
    assert not len(levels_of(picture, Heights(picture)))


@pytest.mark.parametrize("members", [1, 7, 1000])
def test_paths_are_thinned_to_what_a_page_holds(members):
    count = 400
    way = np.linspace(0, 1, count)[:, None, None]
    points = 5 + 30 * way * np.ones((count, members, 2))
    (trace,) = scene(trajectory(points, np.ones((count, members)))).traces
    told = path_of(0, trace, members)
    at = read(told["at"])
    assert read(told["places"]).shape == (len(at), members, 2)
    assert at[0] == 0
    assert at[-1] == count - 1
    assert len(at) * members <= max(PLACES, 2 * members)


def test_a_loss_that_is_not_finite_is_no_number():
    made = scene(trajectory([(5, 5), (np.nan, 5)], [np.nan, np.nan]))
    told = Report.of(made).content()
    assert told["paths"][0]["best"]["loss"] is None
    json.dumps(told, allow_nan=False)
