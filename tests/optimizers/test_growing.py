"""Newcomers among the parameters: each cohort is stepped as by a fresh optimizer of its own."""

import copy
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import StepLR

from landscape_lab.dotted_paths import locate
from landscape_lab.optimizers import adapt, catalogue, composite, probe
from landscape_lab.optimizers.closures import Unrecorded
from landscape_lab.optimizers.grouped import make_grouped
from landscape_lab.optimizers.groups import groups_of, with_groups
from landscape_lab.optimizers.growing import make_growing
from landscape_lab.optimizers.probing import takes_part
from landscape_lab.optimizers.traits import Traits

BIRTH, LENGTH = 3, 8
BIRTHS = (0, 0, BIRTH, BIRTH)


def begin(seed):
    random = torch.Generator().manual_seed(seed)
    return [torch.randn(3, 2, generator=random), torch.randn(3, generator=random)]


class Cohorts(torch.nn.ParameterList):
    """A matrix and a vector of each cohort; the gradients of a cohort depend on no other.

    The loss that an optimizer is told is always the same, because some look at it.
    """

    def __init__(self, *cohorts):
        super().__init__([torch.nn.Parameter(part.clone()) for parts in cohorts for part in parts])

    def backward(self):
        self.zero_grad()
        with torch.enable_grad():
            sum(
                (0.1 * part.sum() ** 2 + part.square().sum() + 0.3 * part.sin().sum()) for part in self
            ).backward()
        return torch.ones(1)

    def go(self, optimizer, traits, steps, birth=None):
        adapted = adapt(optimizer, self, traits)
        for step in steps:
            if step == birth:
                for part, value in zip(self[2:], begin(2), strict=True):
                    part.detach().copy_(value)
            torch.manual_seed(0)
            adapted.step(Unrecorded(adapted.backward))
        return torch.cat([part.detach().flatten() for part in self])


def seeded(part, loss, step=composite._step):
    """Each part draws the random numbers that it would draw alone."""
    torch.manual_seed(0)
    step(part, loss)


def assert_newcomers_go_alone(factory, alone_by=None):
    traits, ends = probe(factory, LENGTH), []
    for seed, steps in ((1, LENGTH), (2, LENGTH - BIRTH)):
        alone = Cohorts(begin(seed))
        torch.manual_seed(0)
        ends.append(alone.go(make_grouped(alone_by or factory, alone, steps), traits, range(steps)))
    together = Cohorts(begin(1), [torch.zeros_like(part) for part in begin(2)])
    torch.manual_seed(0)
    optimizer = make_growing(factory, together, BIRTHS, LENGTH)
    assert torch.equal(together.go(optimizer, Traits(), range(LENGTH), BIRTH), torch.cat(ends))


WHOLE = {
    *(
        "adahessian",
        "adalomo",
        "bsam",
        "friendlysam",
        "gsam",
        "lbfgs",
        "lomo",
        "looksam",
        "safefp16optimizer",
    ),
    *("sam", "schedulefreeadamw", "schedulefreeradam", "schedulefreesgd", "schedulefreewrapper", "sophiah"),
    *("sparseadam", "splus", "wsam"),
}
"""Who has to step all parameters."""
UNABLE = {"demo", "distributedmuon", "flashadamw", "muon", "shampoo", "spectralsphere"}
"""Who does not step a matrix and a vector here even without others: they are no case of growth."""
QUICK = {"adam", "lbfgs", "sgd", "alig", "ranger21", "emolynx", "lookahead", "prodigy", "sam", "soap"}
EACH = [
    pytest.param(entry, id=entry.name, marks=[] if entry.name in QUICK else pytest.mark.slow)
    for entry in catalogue.read()
    if entry.name not in UNABLE
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", EACH)
def test_newcomers_go_where_a_fresh_optimizer_of_them_alone_goes(entry, monkeypatch):
    monkeypatch.setattr(composite, "_step", seeded)
    factory = locate("optimizer", entry.target)
    assert takes_part(factory, probe(factory, LENGTH)) == (entry.name not in WHOLE)
    if entry.name not in WHOLE:
        assert_newcomers_go_alone(factory)


def with_vectors(factory, *tensors):
    """A factory whose group has these tensors of a problem, the vectors."""
    default, vectors = groups_of(factory)
    matrices = tuple(number - 1 for number in tensors)
    return with_groups([replace(default, tensors=matrices), replace(vectors, tensors=tensors)])


@pytest.mark.parametrize("settings", [{"_target_": SGD, "lr": 0.1}, {"lr": 0.3}])
def test_newcomers_go_alone_in_groups_and_classes_of_their_own(settings):
    factory = partial(Adam, lr=0.02, groups=[{"match": "*", **settings}])
    assert_newcomers_go_alone(with_vectors(factory, 1, 3), with_vectors(factory, 1))


def test_newcomers_follow_the_schedule_of_all():
    together = Cohorts(begin(1), begin(2))
    optimizer = make_growing(partial(SGD, lr=1.0), together, BIRTHS, LENGTH)
    schedule, rates = StepLR(optimizer, 2, 0.1), []
    for step in range(LENGTH):
        before = torch.cat([part.detach().flatten() for part in together[2:]])
        together.backward()
        optimizer.step()
        rates.append([group["lr"] for group in optimizer.param_groups])
        moved = before - torch.cat([part.detach().flatten() for part in together[2:]])
        slopes = torch.cat([part.grad.flatten() for part in together[2:]])
        torch.testing.assert_close(moved, slopes * (0.1 ** (step // 2)) * (step >= BIRTH))
        schedule.step()
    assert rates == [[pytest.approx(0.1 ** (step // 2))] * 2 for step in range(LENGTH)]


@pytest.mark.parametrize("cut", [BIRTH - 1, BIRTH, BIRTH + 1])
def test_a_growing_optimizer_goes_on_from_its_state(cut):
    factory, ends = partial(Adam, lr=0.1), []
    for pause in (LENGTH, cut):
        together = Cohorts(begin(1), begin(3))
        optimizer = make_growing(factory, together, BIRTHS, LENGTH)
        together.go(optimizer, Traits(), range(pause), BIRTH)
        resumed = make_growing(factory, together, BIRTHS, LENGTH)
        resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        assert resumed.births == [0, BIRTH]
        ends.append(together.go(resumed, Traits(), range(pause, LENGTH), BIRTH))
    assert torch.equal(*ends)
