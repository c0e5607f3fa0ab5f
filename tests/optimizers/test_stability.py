"""The line of the edge of stability: below it steps on a parabola shrink, above it they grow."""

import pytest
import torch
from torch.optim import SGD, Adam, AdamW

from landscape_lab.optimizers.stability import preconditioner_of, stability_of


def parameter():
    return torch.ones(1, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_steps_on_a_parabola_grow_only_above_the_line(momentum):
    for factor, grows in ((0.98, False), (1.02, True)):
        x = parameter()
        optimizer = SGD([x], lr=0.1, momentum=momentum)
        curvature = factor * stability_of(optimizer).threshold
        for _ in range(800):
            x.grad = curvature * x.detach()
            optimizer.step()
        assert (abs(x.item()) > 1.0) == grows


def test_formulas():
    assert stability_of(SGD([parameter()], lr=0.1))[:2] == (pytest.approx(20.0), "2/lr")
    threshold, formula, preconditioned = stability_of(Adam([parameter()], lr=0.01))
    assert (threshold, formula, preconditioned) == (pytest.approx(3800.0), "38/lr", True)
    assert stability_of(SGD([parameter()], lr=0.0)).threshold == float("inf")


def test_others_have_no_line():
    for other in (
        SGD([parameter()], lr=0.1, momentum=0.9, nesterov=True),
        SGD([parameter()], lr=0.1, weight_decay=0.1),
        Adam([parameter()], amsgrad=True),
        AdamW([parameter()]),
    ):
        assert stability_of(other) is None


def test_the_preconditioner_is_that_of_the_step():
    x = parameter()
    optimizer = Adam([x], lr=0.1)
    assert preconditioner_of(optimizer, [x]) is None
    x.grad = torch.full_like(x, 3.0)
    optimizer.step()
    expected = torch.tensor([0.1 * (3.0 + 1e-8)], dtype=torch.float64)
    torch.testing.assert_close(preconditioner_of(optimizer, [x]), expected)
