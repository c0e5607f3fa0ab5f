"""Planes in parameter space: where their directions come from, their windows, and the losses there."""

from landscape_lab.planes.choosing import plane_of
from landscape_lab.planes.components import principal
from landscape_lab.planes.directions import custom, gradient, start_to_end, three_points
from landscape_lab.planes.eigenvectors import hessian
from landscape_lab.planes.grid import Grid, sample
from landscape_lab.planes.line import Line, interpolate
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.random_directions import filter_normalised, layer_normalised, random
from landscape_lab.planes.ranges import window_of
from landscape_lab.planes.ratios import RatioMap, ratio_map
from landscape_lab.planes.settings import PlaneSettings
from landscape_lab.planes.window import Window

__all__ = [
    "Grid",
    "Line",
    "Plane",
    "PlaneSettings",
    "RatioMap",
    "Window",
    "custom",
    "filter_normalised",
    "gradient",
    "hessian",
    "interpolate",
    "layer_normalised",
    "plane_of",
    "principal",
    "random",
    "ratio_map",
    "sample",
    "start_to_end",
    "three_points",
    "window_of",
]
