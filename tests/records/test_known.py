"""One record, and the best of several."""

import pytest
import torch

from landscape_lab.records.known import better, lowest_loss, on_cpu, record_at, several

NAN, INF = float("nan"), float("inf")


def records(*losses):
    """Records of two members at steps 0, 1, …"""
    return on_cpu(steps=torch.arange(len(losses)), losses=torch.tensor(losses))


@pytest.mark.parametrize(
    ("losses", "step"),
    [
        ([(3.0, 2.0), (1.0, 4.0), (1.0, 5.0)], 1),
        ([(NAN, 2.0), (NAN, 1.0), (3.0, NAN)], 1),
        ([(NAN, NAN), (-INF, 1.0)], 1),
        ([(NAN, NAN), (INF, NAN)], None),
    ],
)
def test_the_best_record_is_the_first_with_the_lowest_loss_of_any_member(losses, step):
    best = better({}, records(*losses))
    assert (best or {"steps": None})["steps"] == step


def test_an_earlier_best_stays_unless_a_later_one_is_lower():
    best = better({}, records((5.0, 2.0)))
    assert better(best, records((2.0, 9.0))) is best
    assert lowest_loss(better(best, records((1.0, 9.0)))) == 1.0


def test_types_keep_what_must_stay_exact():
    kept = on_cpu(
        steps=torch.tensor([2**40]), lr=torch.tensor([0.1], dtype=torch.float64), x=torch.ones(1).double()
    )
    assert [values.dtype for values in kept.values()] == [torch.int64, torch.float64, torch.float32]


def test_one_record_is_a_copy():
    many = records((1.0, 2.0), (3.0, 4.0))
    one = record_at(many, 1)
    many["losses"].zero_()
    assert one["losses"].tolist() == [3.0, 4.0]
    assert several(one)["losses"].shape == (1, 2)
