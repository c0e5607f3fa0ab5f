"""Landscapes: what an optimizer descends. One module each."""

from landscape_lab.landscapes.base import Axes, Landscape, PointLandscape
from landscape_lab.landscapes.function import FunctionLandscape
from landscape_lab.landscapes.image import ImageLandscape
from landscape_lab.landscapes.network import NetworkLandscape
from landscape_lab.landscapes.perlin import PerlinLandscape

__all__ = ["Axes", "FunctionLandscape", "ImageLandscape", "Landscape", "NetworkLandscape", "PerlinLandscape", "PointLandscape"]
