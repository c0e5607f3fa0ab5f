"""Who shares an optimizer."""

from functools import partial

import pytest
import torch

from landscape_lab.arrangement import arrange
from landscape_lab.ensemble import make_ensemble
from landscape_lab.landscapes import FunctionLandscape, ShapesLandscape
from landscape_lab.optimizers.layouts import Joint
from landscape_lab.optimizers.probing import probe
from landscape_lab.optimizers.recipe import Recipe
from landscape_lab.optimizers.separate import Separate


def arranged(optimizer=torch.optim.Adam, **wanted):
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(-1.0, -0.9))
    ensemble = make_ensemble(landscape, **wanted)
    landscape = landscape.with_members(ensemble.points)
    return arrange(landscape, ensemble, Recipe(partial(optimizer, lr=0.5)))


def test_a_single_member_needs_no_trial():
    verdict, layout = arranged()
    assert isinstance(layout, Joint)
    assert verdict.why == "a single member"


@pytest.mark.parametrize(("layout", "kind"), [("joint", Joint), ("separate", Separate)])
def test_the_user_decides_where_he_does(layout, kind):
    verdict, found = arranged(seeds=2, layout=layout)
    assert isinstance(found, kind)
    assert verdict.why == f"ensemble.layout={layout}"


def test_a_trial_decides_elsewhere():
    assert isinstance(arranged(seeds=3)[1], Joint)
    assert isinstance(arranged(torch.optim.LBFGS, seeds=3)[1], Separate)


def test_one_rate_for_all_replaces_that_of_the_optimizer():
    _, layout = arranged(lr=[0.125], seeds=2)
    assert layout.optimizers[0].param_groups[0]["lr"] == 0.125


def test_what_is_born_later_has_an_optimizer_of_its_own():
    landscape = ShapesLandscape(torch.rand(6, 9), shapes=4, size=None, cohorts=2, steps=10)
    ensemble = make_ensemble(landscape)
    _, layout = arrange(landscape, ensemble, Recipe(torch.optim.Adam, steps=10))
    assert layout.optimizers[0].births == [0, 3]
    with pytest.raises(ValueError, match="LBFGS has to step all parameters from the start"):
        arrange(landscape, ensemble, Recipe(torch.optim.LBFGS, traits=probe(torch.optim.LBFGS)))
