"""The curvature of a loss: Hessian products, eigenvalues, trace and spectral density at any points."""

from landscape_lab.curvature.density import Density, density
from landscape_lab.curvature.lanczos import Eigenpairs, eigenpairs
from landscape_lab.curvature.products import HessianProducts, Products, Scaled, dense, hessians, layers
from landscape_lab.curvature.sharpness import Sharpness, Sharpnesses, sharpness
from landscape_lab.curvature.spectrum import LayerCurvature, Spectrum, eigenvalues_along, spectrum
from landscape_lab.curvature.trace import Trace, trace

__all__ = [
    "Density",
    "Eigenpairs",
    "HessianProducts",
    "LayerCurvature",
    "Products",
    "Scaled",
    "Sharpness",
    "Sharpnesses",
    "Spectrum",
    "Trace",
    "dense",
    "density",
    "eigenpairs",
    "eigenvalues_along",
    "hessians",
    "layers",
    "sharpness",
    "spectrum",
    "trace",
]
