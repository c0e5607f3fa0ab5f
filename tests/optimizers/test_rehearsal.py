"""What an optimizer or a schedule refuses is told before a run begins."""

from functools import partial

import pytest
import torch
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import CyclicLR, ReduceLROnPlateau, StepLR

from landscape_lab.optimizers.rehearsal import rehearse


class Moody(torch.optim.lr_scheduler.LRScheduler):
    """A schedule that cannot be stepped."""

    def step(self, epoch=None):
        if getattr(self, "_step_count", 0) > 0:
            raise RuntimeError("not today")
        super().step(epoch)

    def get_lr(self):
        return [0.1]


@pytest.mark.parametrize(
    ("optimizer", "scheduler", "message"),
    [
        (partial(Adam, betas=[2, 3]), None, r"Adam\(betas=\[2, 3\]\) cannot be built: Invalid beta"),
        (partial(SGD, nesterov=True), None, "Nesterov momentum requires a momentum"),
        (SGD, partial(StepLR, step_size=0), r"scheduler StepLR\(step_size=0\) cannot step: .* by zero"),
        (SGD, partial(StepLR, stepsize=1), "StepLR has no parameter `stepsize`. It has: step_size"),
        (Adam, partial(CyclicLR, base_lr="a", max_lr=1), "CyclicLR cannot be built"),
        (Adam, Moody, r"Moody\(\) cannot step: not today"),
        (partial(SGD, groups=[{"match": "*", "_target_": Adam, "eps": -1}]), None, "Adam.* cannot be built"),
    ],
)
def test_what_is_refused_is_told_with_its_settings(optimizer, scheduler, message):
    with pytest.raises(ValueError, match=message):
        rehearse(optimizer, scheduler)


def test_what_works_leaves_no_trace(recwarn):
    before = torch.get_rng_state()
    rehearse(Adam, ReduceLROnPlateau)
    rehearse(partial(SGD, lr=0.1), partial(StepLR, step_size=1))
    assert torch.equal(torch.get_rng_state(), before)
    assert not recwarn.list


def test_a_function_is_not_tried():
    rehearse(lambda parameters: 1 / 0)


@pytest.mark.parametrize(
    "settings",
    [
        "optimizer.betas=[2,3]",
        "scheduler._target_=torch.optim.lr_scheduler.MultiStepLR",
        "trainer.devices=abc",
    ],
)
def test_a_refused_run_leaves_its_folder_as_it_was(lab, tmp_path, settings):
    lab("steps=3")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match=r"cannot be built|devices"):
        lab("steps=4", settings, "logger=tensorboard")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
