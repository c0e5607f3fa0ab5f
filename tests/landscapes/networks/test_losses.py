"""Losses and metrics against loops over samples, in float64."""

import numpy as np
import pytest
import torch

from landscape_lab.landscapes.networks.losses import (
    accuracy,
    check_cross_entropy,
    check_squared_error,
    cross_entropy,
    loss_for,
    mean_squared_error,
    metrics_for,
    named_loss,
    named_metrics,
    samples_last,
    threshold_accuracy,
)

GENERATOR = torch.Generator().manual_seed(0)
LOGITS = torch.randn(5, 3, dtype=torch.float64, generator=GENERATOR)
CLASSES = torch.tensor([0, 2, 1, 1, 0])
TOKENS = torch.randn(5, 4, 3, dtype=torch.float64, generator=GENERATOR)  # samples, positions, classes
NEXT = torch.randint(3, (5, 4), generator=GENERATOR)


def naive_entropies(logits, classes):
    """Of each sample, `[n]`."""
    return [np.log(np.exp(row).sum()) - row[label] for row, label in zip(logits, classes, strict=True)]


def test_cross_entropy_is_the_mean_over_samples_and_positions():
    expected = np.mean(naive_entropies(LOGITS.numpy(), CLASSES.numpy()))
    assert cross_entropy(LOGITS, CLASSES).item() == pytest.approx(expected, rel=1e-12)
    assert cross_entropy(LOGITS, CLASSES.to(torch.uint8)).item() == pytest.approx(expected, rel=1e-12)
    expected = np.mean(naive_entropies(TOKENS.reshape(20, 3).numpy(), NEXT.flatten().numpy()))
    assert cross_entropy(TOKENS, NEXT).item() == pytest.approx(expected, rel=1e-12)
    assert cross_entropy(TOKENS.mT, NEXT).item() == pytest.approx(expected, rel=1e-12)  # as torch has them


def test_accuracy_is_the_share_of_the_highest_logits():
    right = [max(range(3), key=row.__getitem__) == k for row, k in zip(LOGITS.tolist(), CLASSES, strict=True)]
    assert accuracy(LOGITS, CLASSES).item() == np.mean(right)
    assert 0 < np.mean(right) < 1
    assert accuracy(TOKENS, NEXT) == accuracy(TOKENS.mT, NEXT) == (TOKENS.argmax(-1) == NEXT).double().mean()


def test_one_output_needs_no_axis_in_its_targets():
    predicted, wanted = torch.tensor([[0.2], [0.6], [0.7]]), torch.tensor([0, 0, 1])
    assert mean_squared_error(predicted, wanted).item() == pytest.approx((0.04 + 0.36 + 0.09) / 3)
    assert threshold_accuracy(predicted, wanted).item() == pytest.approx(2 / 3)


MEMBERS = {
    "cross-entropy": (cross_entropy, 3, torch.int64, ()),
    "accuracy": (accuracy, 3, torch.int64, ()),
    "squared error": (mean_squared_error, 3, torch.float64, (3,)),
    "squared error of one output": (mean_squared_error, 1, torch.float64, (1,)),
    "squared error without an axis": (mean_squared_error, 1, torch.float64, ()),
    "threshold": (threshold_accuracy, 1, torch.int64, ()),
    "threshold with an axis": (threshold_accuracy, 1, torch.float64, (1,)),
    "user's": (lambda p, t: (p[:, 0] * t).mean(), 3, torch.int64, ()),
    "user's, as many outputs as members": (lambda p, t: (p - t).abs().mean(), 4, torch.float64, (4,)),
}
"""Measure, outputs, type of the targets, and a target's shape."""


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("samples", [1, 4, 5])  # 4 members
@pytest.mark.parametrize("name", MEMBERS)
def test_many_members_are_measured_as_each_alone(name, samples, own):
    measure, outputs, dtype, shape = MEMBERS[name]
    generator = torch.Generator().manual_seed(0)
    predictions = torch.randn(4, outputs, samples, dtype=torch.float64, generator=generator)
    targets = torch.randint(2, (*([4] if own else []), samples, *shape), generator=generator).to(dtype)
    found = samples_last(measure, own)(predictions, targets)
    expected = [measure(one.mT, targets[at] if own else targets) for at, one in enumerate(predictions)]
    torch.testing.assert_close(found, torch.stack(expected), rtol=1e-12, atol=0)


def test_what_is_not_given_follows_the_targets():
    halves, numbers = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.5], [1.0]])
    assert loss_for(CLASSES) is cross_entropy
    assert loss_for(numbers) is mean_squared_error
    assert metrics_for(cross_entropy, CLASSES) == {"accuracy": accuracy}
    assert metrics_for(mean_squared_error, halves) == {"accuracy": threshold_accuracy}
    assert metrics_for(mean_squared_error, numbers) == metrics_for(max, halves) == {}


def test_names_stand_for_measures():
    assert named_loss("cross_entropy") is cross_entropy
    assert named_loss(max) is max
    assert named_metrics(["threshold_accuracy", "mean_squared_error"]) == {
        "accuracy": threshold_accuracy,
        "mean_squared_error": mean_squared_error,
    }
    with pytest.raises(ValueError, match=r"`metrics` should be one of .*Nearest: accuracy"):
        named_metrics(["acuracy"])


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: check_cross_entropy(LOGITS, LOGITS, (0, 2)), "targets that are floats .torch.float64."),
        (lambda: check_cross_entropy(LOGITS[:, :1], CLASSES, (0, 2)), "a model with one output"),
        (lambda: check_cross_entropy(LOGITS, NEXT[:, :2], (0, 2)), r"targets `\[5, 2\]`. Found `\[5, 3\]`"),
        (lambda: check_cross_entropy(LOGITS, CLASSES, (0, 3)), "from 0 to 2, .* Found labels from 0 to 3"),
        (lambda: check_squared_error(LOGITS, LOGITS[:, 0]), r"the targets, `\[5\]`. Found `\[5, 3\]`"),
    ],
)
def test_outputs_that_do_not_fit_are_told(check, message):
    with pytest.raises(ValueError, match=message) as told:
        check()
    assert "\n" not in str(told.value)


def test_outputs_that_fit_pass():
    for prediction, target in ((LOGITS, CLASSES), (TOKENS, NEXT), (TOKENS.mT, NEXT)):
        check_cross_entropy(prediction, target, (0, 2))
    check_squared_error(LOGITS[:, :1], LOGITS[:, 0])
    check_squared_error(LOGITS, LOGITS)
