"""What the augmentations take."""

from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.kinds import ListOf, Nullable, OneOf, Points
from landscape_lab.validation import Choice, Function, Number, Switch, Text, Whole

DISTRIBUTIONS = ("uniform", "triangular", "normal")
"""How the size of a shift may be distributed."""
SHARE = Number(low=0.0, high=1.0)
"""A probability, or a share of a whole."""
SPREAD = Number(low=0.0)
"""A standard deviation."""


def _augmentation(name: str, **keys: Key) -> Keys:
    """The keys of a class in `landscape_lab.augmentations`, with the one that all have."""
    shared = Key(Switch(), "whether all members see the same draw")
    return Keys(f"landscape_lab.augmentations.{name}", **keys, shared=shared)


# Of coordinates
RANDOM_SHIFT = _augmentation(
    "RandomShift",
    pixels=Key(Nullable(Number(low=0.0)), "the largest shift, in pixels of a picture"),
    fraction=Key(Nullable(SHARE), "the largest shift instead, as a share of the landscape's width"),
    distribution=Key(Choice(*DISTRIBUTIONS), "triangular: small shifts are more likely"),
    crop=Key(Switch(), "cut off the left and the top instead of shifting to all sides"),
)
JITTER = _augmentation(
    "Jitter",
    std=Key(Nullable(SPREAD), "standard deviation of each coordinate, in pixels of a picture"),
    fraction=Key(Nullable(SHARE), "the same instead, as a share of the landscape's width"),
)
RANDOM_FLIP = _augmentation(
    "RandomFlip", probability=Key(OneOf(SHARE, ListOf(SHARE, least=1)), "of each axis, or [of x, of y]")
)
RANDOM_ROTATION = _augmentation(
    "RandomRotation", degrees=Key(Number(low=0.0, high=180.0), "the most, to either side")
)
RANDOM_ZOOM = _augmentation("RandomZoom", factor=Key(Number(low=1.0), "the most; down to its inverse"))

# Of pixels
ADD_NOISE = _augmentation(
    "AddNoise",
    std=Key(SPREAD, "standard deviation of each pixel; losses lie from 0 to 1"),
    clamp=Key(Switch(), "keep pixels from 0 to 1"),
)
SALT_AND_PEPPER = _augmentation("SaltAndPepper", probability=Key(SHARE, "of each pixel"))
DROPOUT = _augmentation(
    "Dropout",
    probability=Key(SHARE, "of each pixel"),
    value=Key(SHARE, "what a dropped pixel becomes"),
)
CUTOUT = _augmentation(
    "Cutout",
    size=Key(Number(positive=True), "side of the square, in pixels"),
    value=Key(SHARE, "what its pixels become"),
)
BRIGHTNESS = _augmentation("Brightness", amount=Key(Number(low=0.0), "the most, to either side"))
CONTRAST = _augmentation("Contrast", factor=Key(Number(low=1.0), "the most; down to its inverse"))
GAMMA = _augmentation("Gamma", factor=Key(Number(low=1.0), "the most; down to its inverse"))
QUANTIZE = _augmentation("Quantize", levels=Key(Whole(low=2), "greys"))
BLUR = _augmentation("Blur", sigma=Key(Number(low=0.0, high=4.0), "standard deviation, in pixels"))
MAP_IMAGE = _augmentation(
    "MapImage", function=Key(Function(), "[height, width] → the same, at each step; slow")
)

# Of the gradient
GRADIENT_NOISE = _augmentation(
    "GradientNoise",
    std=Key(SPREAD, "standard deviation of each component"),
    common=Key(Switch(), "one number for all components"),
)
GRADIENT_DROPOUT = _augmentation(
    "GradientDropout",
    probability=Key(SHARE, "of each component"),
    rescale=Key(Switch(), "divide the others by 1 - probability, so that the mean stays"),
)
GRADIENT_SIGN = _augmentation("GradientSign")
GRADIENT_CLIP = _augmentation(
    "GradientClip",
    norm=Key(Nullable(Number(positive=True)), "the longest gradient of a member"),
    value=Key(Nullable(Number(positive=True)), "the largest component instead"),
)
PROJECT_GRADIENT = _augmentation(
    "ProjectGradient",
    directions=Key(Nullable(Points("vectors")), "[x, y], or several of them"),
    trajectory=Key(Nullable(Text("a trajectory.npz")), "a trajectory.npz instead: from its start to its end"),
    steps=Key(Nullable(Whole(low=1)), "of a descent of the clean landscape instead"),
    lr=Key(Number(positive=True), "the learning rate of that descent"),
)
MAP_GRADIENT = _augmentation("MapGradient", function=Key(Function(), "[members, dims] → the same"))

# Of the loss
LOSS_NOISE = _augmentation("LossNoise", std=Key(SPREAD, "standard deviation"))
LOSS_POWER = _augmentation(
    "LossPower", power=Key(Number(positive=True), "above 1 valleys become flatter, below 1 steeper")
)
MAP_LOSS = _augmentation("MapLoss", function=Key(Function(), "[members] → the same"))
