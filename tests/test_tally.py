"""What is counted: costs, the best losses, the step at which a target was reached."""

import torch

from landscape_lab.chunk import Counts
from landscape_lab.tally import Tally

NAN, INF = float("nan"), float("inf")


def test_costs_add_up_and_evaluations_without_a_gradient_are_told_apart():
    tally = Tally(1)
    tally.count(Counts(10, 4, 3))
    tally.count(Counts(5, 0, 2))
    assert (tally.evaluations, tally.gradient_evaluations, tally.hessian_vector_products) == (15, 11, 5)


def test_best_losses_and_the_first_step_at_the_target_whatever_is_not_a_number():
    tally = Tally(3, target=1.0)
    tally.follow(0, torch.tensor([[5.0, NAN, 2.0], [1.0, 3.0, NAN]]))
    tally.follow(2, torch.tensor([[0.5, INF, 4.0], [9.0, 1.0, NAN]]))
    assert tally.best.tolist() == [0.5, 1.0, 2.0]
    assert tally.hit.tolist() == [1.0, 3.0, INF]


def test_a_member_without_any_number_has_no_best_loss():
    tally = Tally(2)
    tally.follow(0, torch.tensor([[NAN, 1.0], [INF, NAN]]))
    assert tally.best.tolist() == [INF, 1.0]


def test_a_tally_goes_on_from_its_state_but_with_the_new_target():
    before = Tally(2, target=1.0)
    before.follow(0, torch.tensor([[0.5, 3.0]]))
    before.alive[1] = False
    after = Tally(2, target=2.0)
    after.load_state_dict(before.state_dict())
    assert after.target == 2.0
    assert after.dead() == [1]
    assert after.hit.tolist() == [0.0, INF]
