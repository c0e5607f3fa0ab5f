"""Landscapes: what an optimizer descends. One module each."""

from landscape_lab.landscapes.base import Axes, Landscape, PointLandscape
from landscape_lab.landscapes.image import ImageLandscape

__all__ = ["Axes", "ImageLandscape", "Landscape", "PointLandscape"]
