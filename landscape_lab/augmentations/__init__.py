"""Random and fixed changes to a landscape at each step: of coordinates, pixels, gradient, loss."""

from landscape_lab.augmentations.augment import augment
from landscape_lab.augmentations.base import (
    Augmentation,
    CoordinateAugmentation,
    GradientAugmentation,
    LossAugmentation,
    PixelAugmentation,
)
from landscape_lab.augmentations.coordinates import (
    Jitter,
    RandomFlip,
    RandomRotation,
    RandomShift,
    RandomZoom,
)
from landscape_lab.augmentations.functions import MapGradient, MapImage, MapLoss
from landscape_lab.augmentations.gradients import (
    GradientClip,
    GradientDropout,
    GradientNoise,
    GradientSign,
)
from landscape_lab.augmentations.losses import LossNoise, LossPower
from landscape_lab.augmentations.pixels import (
    AddNoise,
    Blur,
    Brightness,
    Contrast,
    Cutout,
    Dropout,
    Gamma,
    Quantize,
    SaltAndPepper,
)
from landscape_lab.augmentations.subspace import ProjectGradient

__all__ = [
    "AddNoise",
    "Augmentation",
    "Blur",
    "Brightness",
    "Contrast",
    "CoordinateAugmentation",
    "Cutout",
    "Dropout",
    "Gamma",
    "GradientAugmentation",
    "GradientClip",
    "GradientDropout",
    "GradientNoise",
    "GradientSign",
    "Jitter",
    "LossAugmentation",
    "LossNoise",
    "LossPower",
    "MapGradient",
    "MapImage",
    "MapLoss",
    "PixelAugmentation",
    "ProjectGradient",
    "Quantize",
    "RandomFlip",
    "RandomRotation",
    "RandomShift",
    "RandomZoom",
    "SaltAndPepper",
    "augment",
]
