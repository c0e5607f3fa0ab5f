"""Landscapes: what an optimizer descends. One module each."""

from landscape_lab.landscapes.axes import Axes
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.field import CleanField, Field
from landscape_lab.landscapes.function import FunctionLandscape
from landscape_lab.landscapes.grid import GridLandscape
from landscape_lab.landscapes.image import ImageLandscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.perlin import PerlinLandscape
from landscape_lab.landscapes.point import PointLandscape
from landscape_lab.landscapes.shapes import ShapesLandscape

__all__ = [
    "Axes",
    "CleanField",
    "Field",
    "FunctionLandscape",
    "GridLandscape",
    "ImageLandscape",
    "Landscape",
    "NetworkLandscape",
    "PerlinLandscape",
    "PointLandscape",
    "ShapesLandscape",
]
