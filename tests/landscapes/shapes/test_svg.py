"""Drawn again by an independent, plain painter of polygons, an SVG looks like the picture itself."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor, ImageDraw

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes.outlines import OUTLINES
from landscape_lab.landscapes.shapes.profiles import smoothstep
from landscape_lab.landscapes.shapes.svg import MOST, _level, svg_of, why_not
from landscape_lab.landscapes.shapes.target import psnr

SVG = "{http://www.w3.org/2000/svg}"
FINE = 4
"""Pixels of the painter for one of the picture, along each side."""


def landscape(**settings):
    """Shapes as a run may leave them: bent, turned, of any colour."""
    target = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(0))
    made = ShapesLandscape(target, shapes=7, size=None, **settings)
    torch.manual_seed(0)
    with torch.no_grad():
        for kind, numbers in made.named_parameters():
            if kind in ("rotation", "cosines", "sines", "slope"):
                numbers.normal_(0, 0.5)
            if kind == "scale":
                numbers.normal_(-0.6, 0.15)
            if kind == "colour":
                numbers.uniform_(0.25, 1)
    return made


def document(made):
    """The SVG of its only member."""
    return svg_of(*made.shapes_of(), made.target.shape[1:], made.primitive)


def painted(text):
    """The polygons of a document, laid one over the other in floats; a gradient by its stops."""
    root = ElementTree.fromstring(text)
    width, height = int(root.get("width")), int(root.get("height"))
    canvas = np.zeros((FINE * height, FINE * width, 3))
    stops, places = {}, (np.indices(canvas.shape[:2])[::-1] + 0.5) / FINE
    for element in root:
        colour = element.get("fill", "#000000")
        if element.tag == SVG + "linearGradient":
            stops[element.get("id")] = element
        elif element.tag == SVG + "rect":
            canvas[:] = np.array(ImageColor.getrgb(colour)) / 255
        elif element.tag == SVG + "polygon":
            corners = [tuple(map(float, pair.split(","))) for pair in element.get("points").split()]
            mask = Image.new("L", canvas.shape[1::-1])
            ImageDraw.Draw(mask).polygon([(FINE * x - 0.5, FINE * y - 0.5) for x, y in corners], fill=1)
            alpha = np.asarray(mask)[..., None] * float(element.get("fill-opacity"))
            ink = (
                filled(stops[colour[5:-1]], places) if colour.startswith("url") else ImageColor.getrgb(colour)
            )
            canvas = canvas * (1 - alpha) + alpha * np.array(ink) / 255
    small = canvas.reshape(height, FINE, width, FINE, 3).mean((1, 3))
    return torch.from_numpy(small).permute(2, 0, 1)


def filled(gradient, places):
    """The colours of a gradient at places."""
    x1, y1, x2, y2 = (float(gradient.get(name)) for name in ("x1", "y1", "x2", "y2"))
    line = np.array([x2 - x1, y2 - y1])
    share = ((places[0] - x1) * line[0] + (places[1] - y1) * line[1]) / (line**2).sum()
    at = [float(stop.get("offset")) for stop in gradient]
    colours = np.array([ImageColor.getrgb(stop.get("stop-color")) for stop in gradient])
    return np.stack([np.interp(share, at, colours[:, channel]) for channel in range(3)], -1)


@pytest.mark.parametrize(
    ("settings", "least"),
    [
        ({}, 32),
        ({"edges": "hard"}, 32),
        ({"texture": "gradient"}, 26),
        *[({"primitive": primitive}, 32) for primitive in OUTLINES],
    ],
)
def test_it_looks_like_the_picture(settings, least):
    made = landscape(**settings)
    assert psnr(painted(document(made)), made.picture().double()) > least


def test_the_first_shape_is_painted_last():
    made = landscape(edges="hard", harmonics=0)
    with torch.no_grad():
        made.colour[0, 0], made.colour[0, 1] = 1.25, 0.0
        made.centre.zero_()
        made.opacity.fill_(9.0)
    fills = [line.split('fill="')[1][:7] for line in document(made).splitlines() if "<polygon" in line]
    assert fills[-1] == "#ffffff"
    assert fills[-2] == "#000000"


def test_a_level_is_the_inverse_of_smoothstep():
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    levels = torch.tensor([_level(share) for share in shares])
    torch.testing.assert_close(smoothstep(levels), torch.tensor(shares))


def test_shapes_that_cannot_be_seen_are_left_out():
    made = landscape()
    with torch.no_grad():
        made.opacity[0, 0] = -20.0  # without any opacity
        made.scale[0, 1] = -12.0  # not born
        made.centre[0, 2] = torch.nan
    assert document(made).count("<polygon") < document(landscape()).count("<polygon")
    assert "nan" not in document(made)


def test_only_what_hides_can_be_told():
    assert why_not("over", brushed=False) is None
    assert "model=over" in why_not("sum", brushed=False)
    assert "texture" in why_not("over", brushed=True)


def test_soft_edges_look_alike_if_colours_are_bounded_and_not_if_they_lie_far_outside():
    found = {}
    for colours in ("free", "bounded"):
        made = landscape(colours=colours)
        with torch.no_grad():
            made.colour.mul_(4).sub_(1.5)
        found[colours] = psnr(painted(document(made)), made.picture().double())
    assert found["bounded"] > 30 > found["free"] + 5


def test_a_soft_edge_is_one_polygon_for_so_many_pixels_and_fewer_where_it_is_faint():
    made = landscape(harmonics=0)
    with torch.no_grad():
        made.softness.fill_(0.0)  # 2 / g = 2 radii wide
        made.centre.zero_()
        made.opacity.fill_(9.0)
    counts = document(made).count("<polygon")
    assert counts == MOST * 7
    with torch.no_grad():
        made.opacity.fill_(-0.6)  # an opacity of 0.083, twice LEAST
    assert document(made).count("<polygon") == 2 * 7
