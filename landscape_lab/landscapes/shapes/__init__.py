"""Pictures of smooth closed shapes, differentiable in every parameter of every shape."""

from landscape_lab.landscapes.shapes.landscape import ShapesLandscape
from landscape_lab.landscapes.shapes.rendering import MODELS, OUTLINES, render
from landscape_lab.landscapes.shapes.shape import Shapes, affine

__all__ = ["MODELS", "OUTLINES", "Shapes", "ShapesLandscape", "affine", "render"]
