"""Predictions against classes prepared once: what torch gives, also where a short cut does not hold."""

import torch
import torch.nn.functional as F

from landscape_lab.landscapes.networks.classes import Classes


def logits(members=3, outputs=4, samples=7):
    generator = torch.Generator().manual_seed(0)
    target = torch.randint(outputs, (samples,), generator=generator)
    return torch.randn(members, outputs, samples, dtype=torch.float64, generator=generator), target


def check(prediction, target):
    classes = Classes(target, prediction)
    losses = torch.stack([F.cross_entropy(each.T, target) for each in prediction])
    right = torch.stack([(each.argmax(0) == target).double().mean() for each in prediction])
    torch.testing.assert_close(
        classes.cross_entropies(prediction), losses, rtol=1e-12, atol=0, equal_nan=True
    )
    torch.testing.assert_close(classes.accuracies(prediction), right, rtol=1e-12, atol=0)


def test_means_are_those_of_each_member():
    check(*logits())


def test_of_several_highest_logits_the_first_counts():
    prediction, target = logits()
    prediction[1] = 0.0
    check(prediction, target)


def test_logits_that_are_not_finite():
    prediction, target = logits()
    prediction[0, :, 2] = torch.nan
    prediction[1, (target[3] + 1) % 4, 3] = -torch.inf  # not the class of the sample: its loss is finite
    check(prediction, target)
