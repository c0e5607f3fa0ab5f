"""What films, pictures and the other things around a descent take."""

from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.kinds import ListOf, Nullable, Open, Parts
from landscape_lab.validation import Choice, Kind, Number, Switch, Text, Whole

CLOCKS = ("arc", "linear", "logarithmic")
VIEWS = ("map", "surface", "boundary", "draws", "approximation")
FILMS = ("mp4", "gif")
"""The formats of films."""
FORMATS = ("png", "svg", "pdf")
STYLES = ("light", "dark")
"""Of figures: their formats, and whether they are for paper or for slides."""
FIGURES = (
    "path",
    "loss",
    "evaluations",
    "surface",
    "gradient",
    "topology",
    "data",
    "boundary",
    "line",
    "planes",
    "curvature",
    "ratio",
)
"""The figures of a run."""
COSTS = ("steps", "epochs", "evaluations", "seconds")
"""What curves are drawn over; epochs are of networks."""
FOLDER = Key(Text("a folder"), "where files are written")
FIGURE_LIST: Kind = ListOf(Choice(*FIGURES))
FILM_LIST: Kind = ListOf(Choice(*FILMS))
REPORTS = ("none", "page", "playground")
DRAWS = Whole(low=0)

_FILM = {
    "frames": Key(Whole(low=1), "the most frames"),
    "clock": Key(
        Nullable(Choice(*CLOCKS)),
        "how time passes: arc, by the length of a path, linear, by steps, or logarithmic; null: arc of one "
        "path, linear of several",
    ),
    "size": Key(
        Parts("a width and a height, [800, 600]", {".width": Number(low=200), ".height": Number(low=150)}),
        "width and height, in pixels",
    ),
    "fps": Key(Whole(low=1), "frames a second"),
    "length": Key(Nullable(Number(positive=True)), "seconds; null: as long as the frames take"),
    "view": Key(
        Choice(*VIEWS),
        "surface: in three dimensions, slowly turning; boundary: what a network answers; draws: what "
        "minibatches or augmentations show of the landscape, beside the whole; approximation: shapes beside "
        "their picture",
    ),
    "clean": Key(Switch(), "show the clean landscape, not augmentations as they were in each step"),
}
FILM = Keys("landscape_lab.drawing.video.Film", **_FILM)
VIDEO = Keys(
    "landscape_lab.callbacks.Video", folder=FOLDER, formats=Key(FILM_LIST, "films drawn at the end"), **_FILM
)
PICTURES = Keys(
    "landscape_lab.callbacks.Pictures",
    folder=FOLDER,
    figures=Key(FIGURE_LIST, "drawn at the end"),
    against=Key(Choice(*COSTS), "what curves are drawn over"),
    format=Key(ListOf(Choice(*FORMATS), least=1), "of all figures of the run, or a list of them"),
    style=Key(Choice(*STYLES), "light for paper, dark for slides"),
    width=Key(
        Nullable(Number(low=3.3, high=40.0)),
        "inches that a figure is wide, 3.4 for one column of a paper; null: as suits it",
    ),
)
AUGMENTATION_PICTURES = Keys(
    "landscape_lab.callbacks.AugmentationPictures",
    folder=FOLDER,
    draws=Key(DRAWS, "how many draws augmentations.png shows"),
)
REPORT = Keys(
    "landscape_lab.reporting.ReportPage",
    folder=FOLDER,
    kind=Key(Choice(*REPORTS), "a page of the run that works offline; playground: with real optimizers"),
)
CHECKPOINTS = Keys(
    "landscape_lab.callbacks.Checkpoints",
    folder=FOLDER,
    seconds=Key(Number(low=0.0), "between two writes"),
)
BUDGET = Keys(
    "landscape_lab.callbacks.Budget",
    seconds=Key(Nullable(Number(positive=True)), "of stepping, after which a descent ends; null: no end"),
)
PROGRESS_BAR = Keys("landscape_lab.callbacks.ProgressBar", seconds=Key(Number(low=0.0), "between two looks"))
CURVES = Keys("landscape_lab.callbacks.Curves")
MEMBERS = Keys("landscape_lab.callbacks.Members", folder=FOLDER)
BASIN_MAP = Keys("landscape_lab.callbacks.BasinMap", folder=FOLDER)
LOSS_CURVES = Keys("landscape_lab.sweeps.race.loss_curves.LossCurves", folder=FOLDER)
SHARPNESS = Keys(
    "landscape_lab.callbacks.Sharpness",
    folder=FOLDER,
    every=Key(Nullable(Whole(low=1)), "steps from one measurement to the next"),
)
APPROXIMATION = Keys("landscape_lab.callbacks.Approximation", folder=FOLDER)
SHAPE_PICTURES = Keys(
    "landscape_lab.shapes.Asked",
    scale=Key(Number(positive=True), "how many times as many pixels along each side as the target has"),
    size=Key(
        Nullable(Parts("a height and a width, [256, 384]", {"[0]": Whole(low=1), "[1]": Whole(low=1)})),
        "height and width in pixels instead",
    ),
    alone=Key(Nullable(Whole(low=1)), "so many shapes each by itself, instead of all together"),
    refine=Key(Whole(low=0), "steps that bring what programs make of an SVG nearer to the target"),
)
LAYERS = Keys(
    "landscape_lab.callbacks.Layers",
    folder=FOLDER,
    every=Key(Nullable(Whole(low=1)), "steps from one measurement to the next"),
)
MEASUREMENTS = Keys(
    "landscape_lab.callbacks.Measurements",
    folder=FOLDER,
    every=Key(Nullable(Whole(low=1)), "steps from one measurement to the next"),
    training=Key(Switch(), "measure the training data, too, where others are held out"),
)
_LOGGER = {
    "save_dir": FOLDER,
    "name": Key(Nullable(Text("a folder in save_dir", empty=True)), "a folder in save_dir; empty: itself"),
    "version": Key(Nullable(Text("a folder in that", empty=True)), "a folder in that; empty: itself"),
}
TENSORBOARD = Keys(
    "pytorch_lightning.loggers.TensorBoardLogger",
    Open(),
    max_queue=Key(Whole(low=1), "entries that wait until they are written"),
    **_LOGGER,
)
CSV = Keys("pytorch_lightning.loggers.CSVLogger", Open(), **_LOGGER)
TRAINER = Keys(
    "pytorch_lightning.Trainer",
    Open(),
    accelerator=Key(Choice("cpu", "gpu", "cuda", "mps", "tpu", "auto"), "where tensors are"),
)
