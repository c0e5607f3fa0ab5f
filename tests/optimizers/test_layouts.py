"""A member of an ensemble goes where it goes alone, in the layout that the trial chose."""

import warnings
from functools import partial

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from sampling import one_in
from training import fit

from landscape_lab import Descent
from landscape_lab.configuration.composed import CONF
from landscape_lab.dotted_paths import locate
from landscape_lab.ensemble import Ensemble
from landscape_lab.instantiation import settings_of
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.optimizers import adapt, catalogue, probe
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.factories import own_rate
from landscape_lab.optimizers.grouped import make_grouped
from landscape_lab.optimizers.groups import with_rate
from landscape_lab.optimizers.matching import settled

STEPS = 14
STARTS = torch.tensor([[-1.2, 1.0], [0.4, 1.7], [1.5, -0.3]])
MULTIPLES = (0.4, 1.9)


def configured(path):
    node = OmegaConf.load(path)
    return partial(locate("optimizer", node._target_), **settings_of(node, written=["groups"]))


FACTORIES = {
    entry.name: locate("optimizer", entry.target)
    for entry in catalogue.read()
    if "cannot run" not in entry.needs
}
FACTORIES |= {f"{path.stem}.yaml": configured(path) for path in sorted((CONF / "optimizer").glob("*.yaml"))}


def plain(factory, traits, start, dtype, nudge=0.0):
    """The points of a plain loop over one landscape with one member, as long as they are finite."""
    torch.manual_seed(0)
    landscape = FunctionLandscape.named("three_hump_camel", start=start.tolist()).to(dtype)
    landscape.points.data *= 1 + nudge
    optimizer = make_grouped(settled(factory, landscape), landscape, STEPS)
    adapted = adapt(optimizer, landscape, traits)
    closure = Unrecorded(adapted.backward, traits.rows)
    points = [landscape.flat().clone()]
    try:
        for _ in range(STEPS):
            adapted.step(closure)
            points.append(landscape.flat().clone())
    except Exception:  # noqa: BLE001 - what a class raises on this landscape it may also raise in an ensemble
        pass
    finite = torch.cat(points).isfinite().all(-1).long().cumprod(0).sum()
    return torch.cat(points)[:finite]


def ensemble_of(factory, traits, rates, dtype):
    torch.manual_seed(0)
    landscape = FunctionLandscape.named("three_hump_camel").to(dtype)
    ensemble = Ensemble(STARTS.to(dtype), rates)
    landscape = landscape.with_members(ensemble.points)
    return fit(Descent(landscape, factory, STEPS, traits=traits, ensemble=ensemble))


KINDS = {(entry.elementwise, entry.needs): entry.name for entry in catalogue.read()}
"""One name of each kind of optimizer in the libraries."""
OURS = {
    f"{path.stem}.yaml"
    for path in (CONF / "optimizer").glob("*.yaml")
    if "landscape_lab." in path.read_text()
}


@pytest.mark.parametrize("name", one_in(6, FACTORIES, kept={*KINDS.values(), *OURS}))
def test_every_member_goes_where_it_goes_alone(name):
    factory = FACTORIES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traits, own = probe(factory, STEPS), own_rate(factory)
        rates = None if own is None else tuple(own * multiple for multiple in MULTIPLES)
        dtype = torch.float64
        try:
            descent = ensemble_of(factory, traits, rates, dtype)
            failed = descent.ending.status == "failed"
        except RuntimeError:
            failed = True
        if failed:  # it keeps float32 in its state
            dtype = torch.float32
            descent = ensemble_of(factory, traits, rates, dtype)
        points = descent.trajectory.points
        compared = 0
        for member, (start, rate) in enumerate(zip(*descent.ensemble.places[:2], strict=True)):
            rated = factory if rates is None else with_rate(factory, rates[rate])
            alone = plain(rated, traits, STARTS[start], dtype)
            expected = alone.float().numpy()
            found = points[: len(expected), member]
            size = np.maximum(1.0, np.abs(expected).max(axis=-1, keepdims=True))
            agree = (np.abs(found - expected[: len(found)]) <= 1e-5 * size[: len(found)]).all(axis=-1)
            length = len(found) if agree.all() else int(agree.argmin())
            if length < len(expected):  # then chaos must be the reason
                nudged = plain(
                    rated, traits, STARTS[start], dtype, nudge=1e-12 if dtype == torch.float64 else 1e-6
                )
                both = min(len(nudged), len(alone))
                apart = ((nudged - alone[: len(nudged)])[:both].abs().amax(-1) > 1e-6).long().cumsum(0) > 0
                assert both <= length or bool(apart[min(length, both - 1)]), (
                    descent.verdict,
                    member,
                    length,
                    found,
                    expected,
                )
            compared += length
        assert compared >= 0.5 * STEPS * len(descent.ensemble), compared
