"""Random directions, and those as long as the weights, against loops over rows."""

import numpy as np
import pytest
import torch
from torch import nn

from landscape_lab.data import Data
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.planes import filter_normalised, layer_normalised, random
from landscape_lab.planes.parameters import in_own_shapes


def convolutional():
    """A small network of a convolution, BatchNorm and a linear layer."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 3, (3, 2)), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3 * 4 * 2, 5))
    inputs, targets = torch.randn(7, 2, 6, 3), torch.arange(7) % 5
    return NetworkLandscape(model, Data(inputs, targets, classes=tuple("abcde")))


def test_random_directions_are_unit_vectors_of_their_seed():
    one, two = random(500, seed=3), random(500, seed=3)
    torch.testing.assert_close(one.norm(dim=1), torch.ones(2).double())
    assert torch.equal(one, two)
    assert not torch.equal(one, random(500, seed=4))
    assert abs(float(one[0] @ one[1])) < 0.15
    kept = torch.arange(500) % 5 == 0
    left = random(500, kept=kept)
    assert not left[:, ~kept].any()
    torch.testing.assert_close(left.norm(dim=1), torch.ones(2).double())


def test_each_filter_is_as_long_as_the_weights_filter():
    landscape = convolutional()
    point = landscape.flat()[0]
    generator = torch.Generator().manual_seed(2)
    drawn = torch.randn(2, landscape.dims, generator=generator, dtype=torch.float64).numpy()
    weights = {name: part.double().numpy() for name, part in in_own_shapes(landscape, point).items()}
    for row, direction in zip(drawn, filter_normalised(landscape, point, seed=2), strict=True):
        expected, first = [], 0
        for weight in weights.values():
            part = row[first : first + weight.size].reshape(weight.shape).copy()
            first += weight.size
            if weight.ndim < 2:
                part[:] = 0.0
            else:
                for filter_, of_weights in zip(part, weight, strict=True):
                    length = np.sqrt((filter_**2).sum()) + 1e-10
                    filter_ *= np.sqrt((of_weights**2).sum()) / length
            expected.append(part.ravel())
        np.testing.assert_allclose(direction, np.concatenate(expected), rtol=1e-12)


def test_each_layer_is_as_long_as_the_weights_layer():
    landscape = convolutional()
    point = landscape.flat()[0]
    for direction in layer_normalised(landscape, point):
        parts = zip(in_own_shapes(landscape, direction).values(), landscape.member(0).values(), strict=True)
        for part, weight in parts:
            expected = weight.double().norm() if weight.dim() > 1 else 0.0
            assert float(part.norm()) == pytest.approx(float(expected), rel=1e-6)


def test_scaled_filters_have_the_same_picture():
    landscape = convolutional()
    point = landscape.flat()[0].double()
    scaled = point.clone()
    weight = next(iter(in_own_shapes(landscape, scaled).values()))
    weight[1] *= 7.0
    one, two = filter_normalised(landscape, point)[0], filter_normalised(landscape, scaled)[0]
    first, second = (next(iter(in_own_shapes(landscape, each).values())) for each in (one, two))
    torch.testing.assert_close(second[1], 7.0 * first[1])
    torch.testing.assert_close(second[[0, 2]], first[[0, 2]])


def test_a_landscape_without_filters_is_told():
    landscape = FunctionLandscape.named("sphere", dims=4)
    with pytest.raises(ValueError, match=r"should have a parameter of two axes .* Found none"):
        filter_normalised(landscape, landscape.flat()[0])
