"""What the landscapes take."""

from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.kinds import ListOf, Nullable, OneOf, Open, Parts, Picture, Points
from landscape_lab.keys.settings import Settings
from landscape_lab.validation import Choice, Function, Kind, Number, Switch, Text, Whole

BOUNDARIES = ("hard", "soft", "freeze", "reflect", "none")
"""What may happen to a point outside the bounds."""
GRADIENTS = ("exact", "forward", "central")
"""How the gradient of any landscape may be taken."""
PLANE_POINTS = Points("2 numbers, or a list of such")
"""Points of a landscape that has two dimensions always."""
CELLS = Whole(low=2)
"""Grid lines along a coordinate; a single one has no width."""
PIXELS = Whole(low=1)


def one_or_two(kind: Kind, words: str) -> OneOf:
    """A number for both directions, or a list with one for each."""
    return OneOf(kind, Parts(words, {"[0]": kind, "[1]": kind}), words=words)


H = Key(Number(positive=True), "step of forward and central differences, in coordinates")
BOUNDARY = Key(Choice(*BOUNDARIES), "what happens outside the bounds")
WALL = Key(Number(positive=True), "multiplies the gradient of a hard (0.003) or soft (distance³) boundary")
GRADIENT = Key(Choice(*GRADIENTS), "the derivative, or differences of step h")
DIMS = Key(Whole(low=2), "how many coordinates")
START = Key(Nullable(Points()), "where members begin; null: near the low corner of the bounds")
BOUNDS = Key(Nullable(Points("(low, high), or one such pair for each axis")), "the window that is drawn")
NORMALIZE = Key(Switch(), "the loss as 0…1 over the bounds")
POWER = Key(Number(positive=True), "a power in the formula, where it has one")

IMAGE = Keys(
    "landscape_lab.landscapes.ImageLandscape",
    image=Key(Picture(), "the picture: dark is low"),
    start=Key(
        PLANE_POINTS,
        "where members begin: whole numbers are pixels (column, row), others coordinates from -1 to 1",
    ),
    normalize=Key(Switch(), "whether the darkest pixel is 0 and the brightest 1, before smoothing"),
    smoothing=Key(Number(low=0), "standard deviation of a Gaussian blur, in pixels"),
    interpolation=Key(Choice("bilinear", "bicubic"), "how the loss is read between pixels"),
    gradient=Key(Choice("pixel", "auto", *GRADIENTS), "auto: pixel, or exact where the optimizer needs it"),
    scale=Key(Number(positive=True), "multiplies the pixel gradient"),
    h=H,
    boundary=BOUNDARY,
    image_init=Key(Nullable(Function()), "changes the picture once: [height, width] → the same"),
    gradient_init=Key(
        Nullable(Function()),
        "changes the pixel gradient's pictures once: [2, height + 1, width + 1] → the same",
    ),
)
PERLIN = Keys(
    "landscape_lab.landscapes.PerlinLandscape",
    size=Key(
        one_or_two(CELLS, "one or two whole numbers of at least 2"),
        "grid lines along each coordinate",
    ),
    scale=Key(Number(positive=True), "grid lines in a cell of the coarsest noise: larger is smoother"),
    octaves=Key(Whole(low=1, high=1000), "noises added, each finer and weaker than that before it"),
    persistence=Key(Number(positive=True), "strength of an octave, as a multiple of that before it"),
    lacunarity=Key(Number(positive=True), "frequency of an octave, as a multiple of that before it"),
    base=Key(Whole(), "which noise"),
    repeat=Key(Number(positive=True), "cells of the coarsest noise until it repeats"),
    interpolation=Key(Choice("bilinear", "none"), "between grid points; none: the noise itself"),
    gradient=GRADIENT,
    h=H,
    start=Key(PLANE_POINTS, "where members begin: [x, y]"),
    boundary=BOUNDARY,
    wall=WALL,
)
GRID = Keys(
    "landscape_lab.landscapes.GridLandscape",
    values=Key(Picture(), "a table of losses: a file, .npy or text, or an array"),
    bounds=Key(Points("(low, high), or one such pair for each axis"), "of the table's outer points"),
    interpolation=Key(Choice("bilinear", "bicubic"), "how the loss is read between the table's points"),
    start=START,
    gradient=GRADIENT,
    h=H,
    boundary=BOUNDARY,
    wall=WALL,
)
FUNCTION = Keys(
    "landscape_lab.landscapes.FunctionLandscape",
    fn=Key(Function(), "your own function: my_module.my_fn"),
    start=START,
    bounds=BOUNDS,
    minima=Key(Nullable(Points()), "known minimisers: [x, y] or a list of them"),
    dims=Key(Nullable(Whole(low=2)), "how many coordinates; null: as many as fn, start or bounds has"),
    gradient=GRADIENT,
    h=H,
    boundary=BOUNDARY,
    wall=WALL,
    normalize=NORMALIZE,
    grid=Key(
        Nullable(Parts("[columns, rows]", {"[0]": Whole(low=2), "[1]": Whole(low=2)})),
        "of two numbers: read from a table of so many points, bilinear; null: the formula itself",
    ),
)
_ANY_FORMULA = {name: key for name, key in FUNCTION.keys.items() if name not in ("fn", "dims")}
EXPRESSION = Keys(
    "landscape_lab.landscapes.FunctionLandscape.from_expression",
    expression=Key(Text("a formula in x and y, or x0, x1, …"), "the loss: x**2 + 10*sin(y)"),
    dims=DIMS,
    **_ANY_FORMULA,
)
CATALOGUE = Keys(
    "landscape_lab.landscapes.FunctionLandscape.named",
    Number(),
    name=Key(Text("the name of a test function"), "which function of the catalogue"),
    dims=DIMS,
    condition=Key(Number(positive=True), "the steepest curvature over the flattest"),
    angle=Key(Number(), "degrees that the valley is turned"),
    p=POWER,
    q=POWER,
    **{name: key for name, key in _ANY_FORMULA.items() if name != "minima"},
)
LANDSCAPE = Keys(
    "landscape",
    Open(),
    weights=Key(Nullable(Text("a file of weights, or a run's folder")), "where a network begins"),
)
NETWORK = Keys(
    "landscape_lab.landscapes.NetworkLandscape",
    Open(),  # `weights` is the configuration's own, a loss may be anybody's
    loss=Key(Nullable(Function()), "of (prediction, target); null: by the targets"),
    metrics=Key(Nullable(OneOf(ListOf(Function()), Settings())), "a list of them; null: by the targets"),
    batch_size=Key(Nullable(Whole(low=1)), "samples that a step sees; null: all of them"),
    samples=Key(Nullable(Whole(low=1)), "how many samples are used at all; null: all that the data have"),
    batchnorm=Key(Choice("auto", "recalibrate", "frozen"), "whose statistics of BatchNorm a picture uses"),
    dropout=Key(
        Choice("exact", "distribution"), "members one after another, or all at once with other numbers"
    ),
)
SHAPES = Keys(
    "landscape_lab.landscapes.ShapesLandscape",
    image=Key(Picture(), "the picture that is approximated, in colour"),
    shapes=Key(Whole(low=1), "how many shapes"),
    harmonics=Key(
        Nullable(Whole(low=0, high=32)), "of their outlines; 0: ellipses; null: 8 of blobs, else none"
    ),
    model=Key(Choice("over", "sum", "uncut", "weighted"), "how they make a picture"),
    primitive=Key(Choice("blob", "triangle", "rectangle", "stroke"), "of over: what they are made of"),
    texture=Key(
        Choice("flat", "gradient", "brush"),
        "of over: one colour, one that changes evenly across the shape, or that drawn by a brush",
    ),
    order=Key(Choice("given", "learned"), "of over: the first is the front, or each has a depth"),
    edges=Key(Choice("soft", "hard"), "of over: as learned, or a pixel wide at the end"),
    colours=Key(Choice("free", "bounded"), "of over: any, or those of each shape in 0…1, as SVG cuts them"),
    loss=Key(Function(), "rmse, mse, l1, ssim, mix, or my.loss, of (picture, target)"),
    size=Key(
        Nullable(one_or_two(PIXELS, "one or two whole numbers from 1")),
        "pixels along the longer side, or [height, width]; null: the picture's own",
    ),
    seed=Key(Whole(low=0), "of the start"),
    cohorts=Key(Whole(low=1), "in how many the shapes come, where the picture is worst by then; 1: at once"),
    until=Key(Number(low=0, high=1), "by which share of the steps the last cohort has had its turn"),
    steps=Key(
        Nullable(Whole(low=0)), "of the run, in which cohorts are born, edges harden and the order is learned"
    ),
    weights=Key(Nullable(Text()), "a run with whose shapes to begin, or its file; null: new ones"),
)
LIGHTNING = Keys(
    "landscape_lab.landscapes.NetworkLandscape.from_lightning",
    Open(),  # `module` and `datamodule` describe objects of the user
    loss=Key(Nullable(Function()), "of (prediction, target), instead of training_step"),
    batch_loss=Key(Nullable(Function()), "of (model, batch), instead of training_step"),
    **{name: NETWORK.keys[name] for name in ("samples", "batchnorm", "dropout")},
)
