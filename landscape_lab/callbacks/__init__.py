"""What happens around a descent: curves, pictures, progress, checkpoints.

Callbacks decide when; others do the work.
"""

from landscape_lab.callbacks.approximation import Approximation
from landscape_lab.callbacks.augmentations import AugmentationPictures
from landscape_lab.callbacks.basins import BasinMap
from landscape_lab.callbacks.budget import Budget
from landscape_lab.callbacks.checkpoints import Checkpoints
from landscape_lab.callbacks.curves import Curves
from landscape_lab.callbacks.hparams import HParams
from landscape_lab.callbacks.layers import Layers
from landscape_lab.callbacks.measurements import Measurements
from landscape_lab.callbacks.members import Members
from landscape_lab.callbacks.products import Pictures, Product, Products
from landscape_lab.callbacks.progress import ProgressBar
from landscape_lab.callbacks.rate_curve import RateCurve
from landscape_lab.callbacks.sharpness import Sharpness
from landscape_lab.callbacks.states import StateRecorder
from landscape_lab.callbacks.stops import Stops
from landscape_lab.callbacks.video import Video

__all__ = [
    "Approximation",
    "AugmentationPictures",
    "BasinMap",
    "Budget",
    "Checkpoints",
    "Curves",
    "HParams",
    "Layers",
    "Measurements",
    "Members",
    "Pictures",
    "Product",
    "Products",
    "ProgressBar",
    "RateCurve",
    "Sharpness",
    "StateRecorder",
    "Stops",
    "Video",
]
