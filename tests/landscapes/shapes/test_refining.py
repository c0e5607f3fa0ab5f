"""More steps towards the target as SVG shows it."""

import pytest
import torch
import torch.nn.functional as F

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes import render
from landscape_lab.landscapes.shapes.refining import refined
from landscape_lab.landscapes.shapes.target import psnr


def landscape(**settings):
    target = F.interpolate(torch.rand(1, 3, 3, 4, generator=torch.Generator().manual_seed(0)), (18, 24))[0]
    made = ShapesLandscape(target, shapes=6, size=None, **settings)
    with torch.no_grad():
        made.get_parameter("colour").mul_(4).sub_(1.5)  # far outside
    return made


def seen(made, shapes, background):
    """As a program shows it: colours cut, the mean over each pixel."""
    cut = shapes._replace(colour=shapes.colour.clamp(0, 1))
    fine = render(cut, (72, 96), "over", background.clamp(0, 1), primitive=made.primitive)
    return psnr(F.avg_pool2d(fine[None], 4)[0], made.target)


@pytest.mark.parametrize("settings", [{}, {"texture": "gradient"}, {"primitive": "triangle"}])
def test_what_a_program_draws_comes_nearer_and_the_landscape_stays(settings):
    made = landscape(**settings)
    before = made.flat().clone()
    shapes, background = refined(made, 0, 30)
    assert torch.equal(made.flat(), before)
    assert 0 <= shapes.colour.min() <= shapes.colour.max() <= 1
    assert seen(made, shapes, background) > seen(made, *made.shapes_of()) + 0.5


def test_only_what_hides_can_be_refined():
    with pytest.raises(ValueError, match=r"model=over. Found sum"):
        refined(ShapesLandscape(torch.rand(3, 8, 12), shapes=2, size=None, model="sum"), 0, 1)
