"""Shapes in files: their picture at any scale, and their numbers as tables."""

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from landscape_lab.files.writing import replacing
from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes import Shapes, render
from landscape_lab.landscapes.shapes.refining import refined
from landscape_lab.landscapes.shapes.svg import svg_of, why_not
from landscape_lab.tables import write_csv

PICTURES = (".png", ".svg")
"""What pictures of shapes can be."""
CELL = 128
"""Pixels along each side of a shape on a sheet."""
SHARE = 0.3
"""Of a side that the half-axes take, the root of the sum of their squares."""


def bytes_of(picture: Float[Tensor, "channels height width"]) -> np.ndarray:
    """A picture from 0 to 1 as bytes, `[height, width, 3]`; black where it is not finite."""
    pixels = (255 * picture.nan_to_num()).round().byte().expand(3, -1, -1)
    return pixels.permute(1, 2, 0).cpu().numpy()


def why_no_svg(landscape: ShapesLandscape, member: int) -> str | None:
    """What speaks against an SVG of a member's shapes, in words; `None`: nothing."""
    shapes, _ = landscape.shapes_of(member)
    return why_not(landscape.model, shapes.brush is not None)


def write_picture(
    landscape: ShapesLandscape,
    member: int,
    path: Path,
    size: tuple[int, int] | None = None,
    refine: int = 0,
) -> None:
    """Write what the shapes of a member look like, as PNG or as SVG by the file's suffix.

    Args:
        landscape: Whose.
        member: Which.
        path: The file, which appears whole or not at all.
        size: Height and width in pixels; by default those of the target.
        refine: Of an SVG, how many steps bring what a program draws nearer to the target.

    Raises:
        ValueError: The suffix is neither, or these shapes cannot be drawn as SVG.
    """
    height, width = landscape.target.shape[1:]
    if path.suffix not in PICTURES:
        raise ValueError(f"A picture of shapes should be {' or '.join(PICTURES)}. Found {path}.")
    if path.suffix == ".svg":
        _write_svg(landscape, member, path, size or (height, width), refine)
        return
    image = Image.fromarray(bytes_of(landscape.picture(member, size)))
    with replacing(path) as unfinished:
        image.save(unfinished, format="PNG")


def _write_svg(
    landscape: ShapesLandscape, member: int, path: Path, size: tuple[int, int], refine: int
) -> None:
    if (reason := why_no_svg(landscape, member)) is not None:
        raise ValueError(f"{path} cannot be drawn. {reason}. As .png it can.")
    shapes, background = refined(landscape, member, refine) if refine else landscape.shapes_of(member)
    ground = landscape.target.new_zeros(len(landscape.target)) if background is None else background
    with replacing(path) as unfinished:
        unfinished.write_text(svg_of(shapes, ground, size, landscape.primitive))


def write_tables(landscape: ShapesLandscape, member: int, folder: Path) -> None:
    """Write `shapes.csv` and `shapes.json`, a row for each shape of a member, the front first."""
    shapes, background = landscape.shapes_of(member)
    known = {name: part.tolist() for name, part in shapes._asdict().items() if part is not None}
    columns = _columns(shapes)
    write_csv(folder / "shapes.csv", columns, zip(*columns.values(), strict=True), digits=9)
    content = {
        "model": landscape.model,
        "primitive": landscape.primitive,
        "size": list(landscape.target.shape[1:]),
        "background": None if background is None else background.tolist(),
        "shapes": [dict(zip(known, numbers, strict=True)) for numbers in zip(*known.values(), strict=True)],
    }
    with replacing(folder / "shapes.json") as unfinished:
        unfinished.write_text(json.dumps(_finite(content), indent=1) + "\n")


def _columns(shapes: Shapes) -> dict[str, list[float]]:
    """A column for each number that a shape has."""
    columns: dict[str, list[float]] = {}
    for name, part in shapes._asdict().items():
        if part is not None:
            flat = part.reshape(len(part), -1).T.tolist()
            columns |= {name if len(flat) == 1 else f"{name}_{at}": each for at, each in enumerate(flat)}
    return columns


def _finite(content: object) -> object:
    """The same with `None` for what JSON does not know: numbers that are not finite."""
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not np.isfinite(content) else content


def sheet_of(landscape: ShapesLandscape, number: int, member: int = 0) -> Float[Tensor, "3 height width"]:
    """The largest shapes of a member, each alone, opaque and as large as the others, on a sheet in rows."""
    shapes, _ = landscape.shapes_of(member)
    largest = shapes.matrix.det().abs().argsort()[:number]
    reach = torch.linalg.inv(shapes.matrix).norm(dim=(1, 2))
    alike = shapes._replace(
        centre=torch.full_like(shapes.centre, 0.5),
        matrix=shapes.matrix * (reach / SHARE)[:, None, None],
        strength=torch.ones_like(shapes.strength),
    )
    white = torch.ones_like(shapes.colour[0])
    ground = white if landscape.model == "over" else None
    cells = [
        render(
            alike.map(partial(torch.narrow, dim=0, start=at, length=1)),
            (CELL, CELL),
            landscape.model,
            ground,
            primitive=landscape.primitive,
        )
        for at in largest.tolist()
    ]
    columns = math.ceil(len(cells) ** 0.5)
    cells += [torch.ones_like(cells[0])] * (-len(cells) % columns)
    rows = [torch.cat(cells[first : first + columns], 2) for first in range(0, len(cells), columns)]
    return torch.cat(rows, 1).clamp(0, 1).expand(3, -1, -1)
