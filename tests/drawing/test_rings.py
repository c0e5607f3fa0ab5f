"""Hollow points."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from networks import line, linear, path

from landscape_lab.drawing.rings import RING, draw_parted, parted_points
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of


@pytest.fixture
def trace():
    """A path off its plane."""
    across = line()[[1, 0, 3, 2, 4, 5]]
    settings = PlaneSettings(directions="random", resolution=8)
    return scene_of(linear(), [path(-line(), line() + across, 2 * line())], settings=settings).traces[0]


@pytest.fixture
def axes(trace):
    axes = Figure().add_subplot()
    (left, low), (right, high) = trace.places.min(axis=(0, 1)), trace.places.max(axis=(0, 1))
    axes.set(xlim=(left - 1, right + 1), ylim=(low - 1, high + 1))
    return axes


def test_rings_are_where_losses_part_and_do_not_touch(trace, axes):
    records, members = parted_points(axes, trace)
    assert 0 < len(records) <= trace.departure.parted_at(np.arange(len(trace.places))).sum()
    assert trace.departure.parted_at(np.arange(len(trace.places)))[records, members].all()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = (trace.places[records, members] - [left, low]) / [right - left, high - low]
    assert (np.linalg.norm(np.diff(at, axis=0), axis=1) > RING).all()


def test_rings_are_hollow_and_have_the_colour_of_their_path(trace, axes):
    draw_parted(axes, trace, "#e4572e")
    (rings,) = axes.collections
    assert len(rings.get_facecolor()) == 0
    assert len(rings.get_offsets()) == len(parted_points(axes, trace)[0])
