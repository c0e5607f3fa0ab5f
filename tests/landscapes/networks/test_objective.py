"""A network and what is asked of it."""

import naive_networks as naive
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from landscape_lab.landscapes.networks.losses import (
    accuracy,
    cross_entropy,
    mean_squared_error,
    threshold_accuracy,
)
from landscape_lab.landscapes.networks.objective import Objective, explained

X, Y = naive.classes()


def test_all_measures_come_from_one_pass():
    passes = []
    model = naive.mlp()
    model.register_forward_hook(lambda *_: passes.append(1))
    objective = Objective(model, cross_entropy, metrics={"accuracy": accuracy})
    found = objective((X, Y), measured=True)
    assert len(passes) == 1
    assert list(found) == ["loss", "accuracy"]
    assert torch.equal(found["loss"], F.cross_entropy(model(X), Y))
    assert found["accuracy"] == (model(X).argmax(1) == Y).float().mean()
    assert torch.equal(objective((X, Y)), found["loss"])


def test_a_loss_of_model_and_batch_sees_both():
    model = naive.mlp()

    def power(model, batch):
        return model(batch["x"]).square().mean()

    objective = Objective.fitting(
        model, [{"x": X}], batch_loss=power, metrics={"half": lambda *both: power(*both) / 2}
    )
    found = objective({"x": X}, measured=True)
    assert found["loss"] == 2 * found["half"] == model(X).square().mean()
    objective.check([{"x": X}])


FITTING = {
    "classes": (Y, {}, cross_entropy, {"accuracy": accuracy}),
    "numbers": (X, {}, mean_squared_error, {}),
    "two classes as numbers": (
        Y.clamp(max=1).float(),
        {},
        mean_squared_error,
        {"accuracy": threshold_accuracy},
    ),
    "no metrics": (Y, {"metrics": []}, cross_entropy, {}),
    "named": (
        Y,
        {"loss": "mean_squared_error", "metrics": ["accuracy"]},
        mean_squared_error,
        {"accuracy": accuracy},
    ),
}


@pytest.mark.parametrize("name", FITTING)
def test_what_is_not_given_fits_the_targets(name):
    targets, options, loss, metrics = FITTING[name]
    objective = Objective.fitting(naive.mlp(), [(X, targets)], **options)
    assert objective.loss is loss
    assert objective.metrics == metrics


def test_targets_of_all_batches_decide():
    halves = torch.zeros(30, 1)
    batches = [(X, halves), (X, halves + 0.5)]
    assert Objective.fitting(nn.Linear(2, 1), batches[:1]).metrics
    assert not Objective.fitting(nn.Linear(2, 1), batches).metrics
    with pytest.raises(ValueError, match=r"Found labels from 0 to 3\."):
        Objective(naive.mlp(), cross_entropy).check([(X, Y), (X, Y + 1)])


class Pair(nn.Linear):
    def forward(self, inputs):
        return super().forward(inputs), None


REFUSED = {
    "both": (lambda: Objective.fitting(naive.mlp(), [(X, Y)], max, max), "not both. Found both"),
    "metrics": (
        lambda: Objective.fitting(naive.mlp(), [X], batch_loss=max, metrics=["accuracy"]),
        r"functions of \(model, batch\), by name",
    ),
    "three": (lambda: Objective.fitting(naive.mlp(), [(X, Y, Y)]), "Found a tuple of 3"),
    "one": (lambda: Objective.fitting(naive.mlp(), [X]), "Found a Tensor"),
    "names": (lambda: Objective.fitting(naive.mlp(), [{"x": X, 1: Y}]), "Found a dictionary of x, 1"),
    "pair": (
        lambda: Objective(Pair(2, 3), cross_entropy).check([(X, Y)]),
        "Found a tuple: give `batch_loss`",
    ),
    "inputs": (
        lambda: Objective(nn.Linear(7, 3), cross_entropy).check([(X, Y)]),
        r"should take the data's inputs. Found \[30, 2\]: mat1",
    ),
    "numbers": (
        lambda: Objective(naive.mlp(), batch_loss=lambda model, batch: model(batch)).check([X]),
        r"`batch_loss` should give one number, .* Found `\[30, 3\]`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_told_in_one_line(name):
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as told:
        make()
    assert "\n" not in str(told.value)


def test_an_error_is_explained_by_what_went_in():
    wanted = r"^Wanted\. Found \[30, 2\] and str: two lines$"
    with pytest.raises(ValueError, match=wanted) as told, explained("Wanted", X, "text"):
        raise RuntimeError("two\nlines")
    assert isinstance(told.value.__cause__, RuntimeError)
    with pytest.raises(KeyboardInterrupt), explained("Wanted"):
        raise KeyboardInterrupt
