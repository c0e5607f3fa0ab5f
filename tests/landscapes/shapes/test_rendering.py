import numpy as np
import pytest
import torch
from naive_shapes import leaves, naive, some_shapes

from landscape_lab.landscapes.shapes import MODELS, render


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("size", "channels", "harmonics"), [((13, 22), 3, 8), ((9, 8), 1, 3), ((1, 1), 3, 1), ((17, 5), 4, 0)]
)
def test_pictures_of_any_size_and_any_channels_are_the_formula(model, size, channels, harmonics):
    shapes, background = some_shapes(9, harmonics, channels)
    drawn = render(shapes, size, model, background)
    assert drawn.shape == (channels, *size)
    np.testing.assert_allclose(drawn.detach(), naive(shapes, size, model, background), atol=1e-10)


def permuted(shapes):
    return shapes.map(lambda kind: kind.flip(0))


def test_in_over_the_first_shape_is_in_front():
    shapes, background = some_shapes(2)
    same = shapes._replace(
        centre=torch.full((2, 2), 0.5).double(),
        strength=torch.ones(2).double(),
        sharpness=torch.ones(2).double() * 50,
    )
    middle = render(same, (9, 9), "over", background)[:, 4, 4]
    torch.testing.assert_close(middle, shapes.colour[0])
    torch.testing.assert_close(render(permuted(same), (9, 9), "over", background)[:, 4, 4], shapes.colour[1])


@pytest.mark.parametrize("model", MODELS)
def test_without_shapes_there_is_the_background(model):
    shapes, background = some_shapes(0)
    drawn = render(shapes, (9, 10), model, background)
    torch.testing.assert_close(drawn, background[:, None, None].expand(3, 9, 10))
    (gradient,) = torch.autograd.grad(drawn.sum(), background)
    torch.testing.assert_close(gradient, torch.full((3,), 90.0).double())


@pytest.mark.parametrize("model", MODELS)
def test_the_background_is_black_unless_told(model):
    shapes, background = some_shapes(3)
    black = torch.zeros_like(background)
    torch.testing.assert_close(render(shapes, (7, 6), model), render(shapes, (7, 6), model, black))


def test_a_picture_of_twice_the_size_shows_the_same():
    shapes, _ = some_shapes(5, seed=3)
    shapes = shapes._replace(sharpness=torch.full((5,), 2.0).double())
    small, large = (render(shapes, (n, n // 2)) for n in (64, 128))
    halved = torch.nn.functional.avg_pool2d(large, 2)
    assert float((halved - small).detach().abs().mean()) < 1e-3


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_numbers_that_are_not_finite_show(model, broken):
    shapes, background = some_shapes()
    with torch.no_grad():
        shapes.centre[0, 0] = broken
    drawn = render(shapes, (5, 6), model, background)
    assert drawn.shape == (3, 5, 6)
    assert drawn.isnan().all()
    gradients = torch.autograd.grad(drawn.sum(), leaves(shapes, background), allow_unused=True)
    assert gradients[0].isnan().all()


def test_a_shape_without_area_is_drawn_like_the_formula():
    shapes, background = some_shapes(3)
    with torch.no_grad():
        shapes.matrix[0] = torch.tensor([[3.0, 0.0], [0.0, 0.0]])
    drawn, plain = (render(shapes, (21, 20), "over", background, plain=way) for way in (False, True))
    torch.testing.assert_close(drawn, plain)


def test_without_gradients_nothing_is_kept():
    shapes, background = some_shapes()
    with torch.no_grad():
        drawn = render(shapes, (9, 9), "over", background)
    assert not drawn.requires_grad


def test_an_unknown_model_names_the_nearest():
    shapes, _ = some_shapes()
    with pytest.raises(ValueError, match="over"):
        render(shapes, (4, 4), "ofer")
