"""What a module configures, in every form that Lightning allows."""

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR, ReduceLROnPlateau, SequentialLR, StepLR

from landscape_lab.optimizers.plans import Plan, Timed, plan_of, scale


def optimizer(lr=0.1):
    first, second = torch.zeros(2, requires_grad=True), torch.zeros(3, requires_grad=True)
    return torch.optim.SGD([{"params": [first]}, {"params": [second], "lr": 3 * lr}], lr=lr)


SGD = optimizer()
STEP = StepLR(SGD, 1)
PLATEAU = ReduceLROnPlateau(SGD)
EPOCHS = Timed(STEP, "epoch", 1, None)


@pytest.mark.parametrize(
    ("answer", "schedules"),
    [
        (SGD, ()),
        ([SGD], ()),
        ((SGD,), ()),
        ({"optimizer": SGD}, ()),
        ({"optimizer": SGD, "lr_scheduler": STEP, "monitor": "val_loss"}, (EPOCHS,)),
        (([SGD], [STEP]), (EPOCHS,)),
        ([[SGD], []], ()),
        (
            ([SGD], [{"scheduler": STEP, "interval": "step", "frequency": 5, "name": "mine"}, STEP]),
            (Timed(STEP, "step", 5, None), EPOCHS),
        ),
        ([{"optimizer": SGD, "lr_scheduler": {"scheduler": STEP}}], (EPOCHS,)),
        (
            {"optimizer": SGD, "lr_scheduler": PLATEAU, "monitor": "val_loss"},
            (Timed(PLATEAU, "epoch", 1, "val_loss"),),
        ),
    ],
)
def test_every_form_is_understood(answer, schedules):
    assert plan_of(answer) == Plan(SGD, schedules)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "for one optimizer, perhaps with schedules. Found NoneType"),
        ((SGD, optimizer()), "Found 2 of them: choose another"),
        (([SGD, SGD], [STEP]), "Found 2 of them"),
        ([], "Found list"),
        ({"lr_scheduler": STEP}, "Found dict"),
        (
            {"optimizer": SGD, "lr_scheduler": {"scheduler": STEP, "interval": "day"}},
            "step or epoch. Found 'day'",
        ),
        ({"optimizer": SGD, "lr_scheduler": PLATEAU}, "should come with `monitor`"),
    ],
)
def test_other_forms_are_refused(answer, message):
    with pytest.raises(ValueError, match=message):
        plan_of(answer)


def rates_of(made, schedule, steps=6):
    """The rates of both groups over some steps."""
    rates = []
    for _ in range(steps):
        rates.append([group["lr"] for group in made.param_groups])
        made.step()
        schedule.step()
    return rates


@pytest.mark.parametrize(
    "schedule",
    [
        lambda made: StepLR(made, 2),
        lambda made: LambdaLR(made, lambda step: 1 / (1 + step)),
        lambda made: OneCycleLR(made, [group["lr"] for group in made.param_groups], total_steps=8),
        lambda made: SequentialLR(made, [LambdaLR(made, lambda step: 0.1 * step), StepLR(made, 1)], [3]),
    ],
)
def test_a_scaled_plan_has_the_rates_of_one_that_was_made_with_them(schedule):
    scaled, made = optimizer(0.1), optimizer(0.02)
    plan = plan_of({"optimizer": scaled, "lr_scheduler": schedule(scaled)})
    scale(plan, 0.02)
    found, expected = rates_of(scaled, plan.schedules[0].scheduler), rates_of(made, schedule(made))
    assert torch.allclose(torch.tensor(found), torch.tensor(expected))


def test_rates_that_cannot_be_scaled_are_told():
    class Mine:
        def state_dict(self):
            return {}

    with pytest.raises(ValueError, match="its rate is set by Mine"):
        scale(plan_of(([SGD], [Mine()])), 0.1)
    with pytest.raises(ValueError, match="its own is 0"):
        scale(plan_of(optimizer(0.0)), 0.1)
