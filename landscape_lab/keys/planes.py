"""What the group `plane` takes: how the plane of a picture is chosen, and how it is drawn."""

from landscape_lab.keys.callbacks import FILMS
from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.kinds import ListOf, Nullable, OneOf, Parts
from landscape_lab.validation import Choice, Number, Switch, Text, Whole

DIRECTIONS = (
    *("auto", "pca", "random", "filter_normalised", "layer_normalised", "custom", "start_to_end"),
    *("gradient", "hessian", "three_points"),
)
"""Where the directions of a plane come from."""
SHOWN = ("loss", "accuracy")
"""What a map shows."""
SECONDS = {
    "start_to_end": ("principal", "random"),
    "gradient": ("random", "principal"),
    "hessian": ("top", "bottom"),
}
"""What the other direction may be, the default first."""
MESHES = ("glb", "obj", "ply")
"""Formats of files of triangles."""
WINDOWS = ("auto", "path", "bounds", "rise")
_ENDS = Parts("a lower and an upper end", {"[0]": Number(), "[1]": Number()})

PLANE = Keys(
    "plane",
    directions=Key(
        Choice(*DIRECTIONS), "of the plane; auto: a 2-D landscape itself, else those of most motion"
    ),
    centre=Key(Text("start, end, best, or the label of a run"), "the point of the path at (0, 0)"),
    second=Key(
        Nullable(Choice("principal", "random", "top", "bottom")),
        "the other direction of start_to_end and gradient (principal, random), and of hessian (top, bottom)",
    ),
    vectors=Key(
        Nullable(ListOf(Text("a file of weights or the folder of a run"), least=2)),
        "the directions of custom, the points of three_points and line: files or runs",
    ),
    window=Key(
        OneOf(
            Choice(*WINDOWS),
            Parts("left and right, and low and high", {"[0]": _ENDS, "[1]": _ENDS}),
            words=f"one of {', '.join(WINDOWS)}, or [[left, right], [low, high]]",
        ),
        "what of the plane is drawn",
    ),
    margin=Key(Nullable(Number(low=0.0)), "around the path, as a share of its size"),
    rise=Key(Number(low=1.0), "by what factor the loss is higher at the edge of window=rise"),
    resolution=Key(Nullable(Whole(low=2)), "cells along the longer side of a map"),
    levels=Key(
        Nullable(
            OneOf(
                Whole(low=0),
                ListOf(Number(), lone=False, least=1, different=True),
                words="zero, a positive whole number, or a list of losses",
            )
        ),
        "contours: about how many, or at which losses",
    ),
    colormap=Key(Nullable(Text("the name of a colormap of matplotlib")), "of the losses"),
    ignore=Key(Nullable(Choice("biases")), "which parameters directions leave out: those of one axis"),
    seed=Key(Nullable(Whole(low=0, high=2**32 - 1)), "of random directions"),
    show=Key(Choice(*SHOWN), "what a map shows of a network"),
    samples=Key(
        Nullable(Whole(low=1)), "a quick look at a network: how many of its samples a map is made of"
    ),
    save=Key(Switch(), "write plane.npz: the plane, the losses on it and the paths"),
)
COMMAND = Keys(
    "landscape_lab.plane.Asked",
    film=Key(Nullable(Choice(*FILMS)), "the format of a film"),
    mesh=Key(Nullable(Choice(*MESHES)), "the format of a file of the surface and the paths in space"),
    connectivity=Key(Switch(), "measure the straight lines between the ends of the runs"),
)
