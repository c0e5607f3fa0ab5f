"""What a network answers equals what its model says with the weights loaded by hand."""

import copy

import numpy as np
import pytest
import torch
from networks import halves, line, linear, path
from scenes import recorded
from torch import nn

from landscape_lab.data import Data
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.staging.answering import answers_of, check_boundary, check_data


def test_shares_are_the_probabilities_of_the_model_with_these_weights():
    answers = answers_of(linear(), [path(line(1.0), line(4.0))])
    shares = answers.shares(1.0, (5, 8))
    model = nn.Linear(2, 2)
    nn.utils.vector_to_parameters(line(4.0), model.parameters())
    cells = answers.window().centres(8, 5).float()
    np.testing.assert_allclose(shares, model(cells).softmax(-1).detach().view(5, 8, 2), atol=1e-6)
    assert shares[0, 0].argmax() == 0
    assert shares[0, -1].argmax() == 1


def test_between_two_kept_points_the_weights_lie_between_them():
    answers = answers_of(linear(), [path(line(0.0), line(4.0))])
    expected = answers_of(linear(), [path(line(1.0))]).shares(0.0, (3, 3))
    np.testing.assert_allclose(answers.shares(0.25, (3, 3)), expected, atol=1e-6)
    np.testing.assert_allclose(answers.shares(99.0, (3, 3)), answers.shares(1.0, (3, 3)))


def test_samples_come_with_names_and_the_answers_at_the_end():
    samples = answers_of(linear(), [path(-line(), line())]).samples(10)
    assert samples.classes == ("left", "right")
    assert (samples.inputs.shape, samples.targets.shape) == ((10, 2), (10,))
    np.testing.assert_array_equal(samples.answers, samples.targets)
    assert not samples.held_out


def test_one_output_is_a_probability_under_the_squared_error_and_else_a_logit():
    inputs, targets = halves().train
    numbers = targets.float().unsqueeze(1)
    point = torch.tensor([1.0, 0.0, 0.5])
    kept = [recorded(point.numpy()[None, None], [0.1])]
    squared = NetworkLandscape(nn.Linear(2, 1), (inputs, numbers))
    logit = NetworkLandscape(nn.Linear(2, 1), (inputs, numbers), loss=nn.BCEWithLogitsLoss())
    for landscape, expected in ((squared, lambda z: z.clamp(0, 1)), (logit, torch.sigmoid)):
        answers = answers_of(landscape, kept)
        cells = answers.window().centres(4, 4)
        np.testing.assert_allclose(
            answers.shares(0.0, (4, 4))[..., 1].ravel(), expected(cells[:, 0] + 0.5), atol=1e-6
        )
        samples = answers.samples(7)
        chances = expected(torch.from_numpy(samples.inputs[:, 0]) + 0.5)
        assert samples.answers.tolist() == (chances > 0.5).long().tolist()


def test_of_several_members_the_one_that_ended_lowest_answers():
    landscape = linear().with_members(torch.stack([-line(), line(), 0 * line()]))
    points = landscape.flat()[None].numpy()
    answers = answers_of(landscape, [recorded(points, landscape.evaluate(landscape.flat())[None].numpy())])
    assert answers.member == "member 2 of 3, the best"
    np.testing.assert_array_equal(answers.samples(40).answers, answers.samples(40).targets)


def test_statistics_are_recalibrated_and_the_model_stays_as_it_is():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2))
    landscape = NetworkLandscape(model, halves())
    before = copy.deepcopy(model.state_dict())
    answers = answers_of(landscape, [recorded(landscape.flat().numpy()[None], [0.1])])
    shares = answers.shares(0.0, (3, 3))
    inputs = halves().inputs
    cells = answers.window().centres(3, 3).float()
    normal = (cells - inputs.mean(0)) / (inputs.var(0) + 1e-5).sqrt()
    np.testing.assert_allclose(
        shares, model[1](normal).softmax(-1).detach().view(3, 3, 2), atol=1e-5, rtol=1e-4
    )
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_what_cannot_be_drawn_is_refused_in_one_line():
    pictures = Data(torch.zeros(4, 1, 28, 28), torch.tensor([0, 1, 0, 1]), classes=("0", "1"))
    flat = NetworkLandscape(nn.Sequential(nn.Flatten(), nn.Linear(784, 2)), pictures)
    with pytest.raises(
        ValueError, match=r"^Parameter `figures` may be boundary only for data of two features. Found 784.$"
    ):
        check_boundary(flat)
    check_data(flat)
    numbers = NetworkLandscape(nn.Linear(2, 1), (torch.zeros(4, 2), torch.rand(4, 1)))
    with pytest.raises(ValueError, match=r"targets that are classes\. Found numbers"):
        check_boundary(numbers, "view")
    for check in (check_data, check_boundary):
        with pytest.raises(
            ValueError, match=r"only (of|for) a network: landscape=network\. Found a FunctionLandscape"
        ):
            check(FunctionLandscape.named("booth"))
    check_boundary(linear())
    assert answers_of(FunctionLandscape.named("booth"), []) is None
    assert answers_of(linear(), [path(line()), path(line())]) is None
