"""Every optimizer of libraries that the lab does not know descends: `make optimizers` fetches these."""

import importlib
import os
from importlib.util import find_spec

import pytest
import torch
from torch.optim import Optimizer

from landscape_lab.optimizers import probe
from landscape_lab.optimizers.catalogue import START, descend

LIBRARIES = ("heavyball", "lion_pytorch", "schedulefree", "torch_optimizer")
NONE_TO_CALL = {
    "heavyball.PSGDBase": "abstract",
    "heavyball.SOAPBase": "abstract",
    "heavyball.SplitOpt": "takes groups of parameters, each with a class: `optimizer.groups` does that",
    "heavyball.SAMWrapper": "its `train()` calls that of what it wraps, which has none",
}
"""Classes that do not run by themselves, and why."""


def library(name):
    """A library without its compiler, which takes minutes for two numbers."""
    os.environ["TORCHDYNAMO_DISABLE"] = "1"
    return importlib.import_module(name)


def classes():
    """All classes of those libraries that are installed."""
    for name in filter(find_spec, LIBRARIES):
        module = library(name)
        for word, made in sorted(vars(module).items()):
            theirs = isinstance(made, type) and issubclass(made, Optimizer)
            if theirs and made.__module__.partition(".")[0] == name and f"{name}.{word}" not in NONE_TO_CALL:
                yield pytest.param(made, id=f"{name}.{word}")


def zero(*parts):
    """A function that returns an optimizer of torchzero, which is made of modules."""
    modules = library("torchzero").m

    def made(params):
        chain = [getattr(modules, name)(**settings) for name, settings in parts]
        return library("torchzero").Optimizer(params, *chain)

    return made


ZERO = {
    "adam": [("Adam", {}), ("LR", {"lr": 0.05})],
    "heavy_ball": [("HeavyBall", {}), ("LR", {"lr": 0.01})],
    "bfgs": [("BFGS", {}), ("Backtracking", {})],
    "strong_wolfe": [("LBFGS", {}), ("StrongWolfe", {})],
    "newton": [("Newton", {})],
    "newton_cg": [("NewtonCG", {}), ("Backtracking", {})],
    "sophia": [("SophiaH", {}), ("LR", {"lr": 0.1})],
    "finite_differences": [("FDM", {}), ("LR", {"lr": 0.01})],
    "sam": [("SAM", {}), ("LR", {"lr": 0.01})],
}
"""Chains of torchzero's modules: with gradients, with losses alone, with second derivatives."""

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def check(factory):
    """Twenty steps on a steep bowl end at another point, which is a point."""
    path = descend(factory, probe(factory), START, steps=20)
    assert path.isfinite().all()
    assert not torch.equal(path[-1:], START.to(path))


@pytest.mark.parametrize("factory", list(classes()))
def test_each_class_descends(factory):
    check(factory)


@pytest.mark.skipif(find_spec("torchzero") is None, reason="make optimizers")
@pytest.mark.parametrize("name", ZERO)
def test_chains_of_modules_descend(name):
    check(zero(*ZERO[name]))
