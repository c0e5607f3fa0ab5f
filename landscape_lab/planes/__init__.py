"""Planes in parameter space: where their directions come from, their windows, and the losses there."""

from landscape_lab.planes.directions import principal
from landscape_lab.planes.grid import Grid, sample
from landscape_lab.planes.plane import Plane
from landscape_lab.planes.ratios import RatioMap, ratio_map
from landscape_lab.planes.window import Window

__all__ = ["Grid", "Plane", "RatioMap", "Window", "principal", "ratio_map", "sample"]
