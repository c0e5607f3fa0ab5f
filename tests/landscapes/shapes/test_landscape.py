import numpy as np
import pytest
import torch

from landscape_lab.keys.landscapes import SHAPES
from landscape_lab.landscapes import ShapesLandscape

TARGET = torch.rand(18, 24, 3, generator=torch.Generator().manual_seed(0)).numpy()


def landscape(**settings):
    return ShapesLandscape(TARGET, shapes=5, harmonics=3, size=None, **settings)


def far(settings, members=1):
    """Somewhere off the start, where nothing is zero."""
    made = landscape(**settings)
    points = made.flat() + 0.3 * torch.randn(members, made.dims, generator=torch.Generator().manual_seed(1))
    return made.with_members(points)


KINDS = [{key: word} for key in ("model", "primitive", "texture") for word in SHAPES.keys[key].kind.words]


@pytest.mark.parametrize("settings", KINDS)
def test_gradients_are_those_of_differences(settings):
    made = far(settings).double()
    made.backward()
    gradient, point, step = made.flat_gradient()[0], made.flat(), 1e-6
    for place in range(0, made.dims, 7):
        shift = torch.zeros_like(point)
        shift[0, place] = step
        slope = (made.evaluate(point + shift) - made.evaluate(point - shift)) / (2 * step)
        assert float(gradient[place]) == pytest.approx(float(slope), abs=2e-6)


@pytest.mark.parametrize("settings", KINDS)
def test_members_are_what_each_is_alone(settings):
    made = far(settings, members=3)
    losses = made.backward()
    torch.testing.assert_close(losses, made().detach())
    torch.testing.assert_close(losses, made.evaluate(made.flat()))
    for number in range(3):
        alone = made.with_members(made.flat()[number : number + 1])
        torch.testing.assert_close(alone.backward(), losses[number : number + 1])
        torch.testing.assert_close(alone.flat_gradient()[0], made.flat_gradient()[number])


def test_order_matters_where_shapes_hide_each_other_and_not_in_a_sum():
    for model, same in (("over", False), ("sum", True)):
        made = far({"model": model})
        before = made.picture()
        for numbers in made.parameters():
            if numbers.shape[1] == 5:
                numbers.data = numbers.data.flip(1)
        assert torch.allclose(made.picture(), before, atol=1e-6) == same


def test_a_picture_of_any_size_is_the_same_picture():
    made = far({"model": "over"})
    large = made.picture(size=(18 * 4, 24 * 4))
    coarse = torch.nn.functional.avg_pool2d(large, 4)
    assert float((coarse - made.picture()).abs().mean()) < 0.02


def test_what_is_told_beside_the_loss():
    made = far({"loss": "l1"})
    told = made.measure(made.flat())
    assert set(told) == {"loss", "rmse", "psnr", "ssim"}
    assert float(told["psnr"]) == pytest.approx(-20 * np.log10(float(told["rmse"])), abs=0.5)


def own_loss(picture, target):
    return (picture - target).abs().max()


def test_a_loss_may_be_a_users_own():
    for loss in (own_loss, f"{__name__}.own_loss"):
        made = far({"loss": loss})
        picture = made.picture()
        assert float(made().detach()) >= float((picture - made.target).abs().max()) - 1e-6


@pytest.mark.parametrize(("optimizer", "steps"), [(torch.optim.Adam, 60), (torch.optim.AdamW, 60)])
@pytest.mark.parametrize("model", ["sum", "over"])
def test_a_descent_comes_nearer(model, optimizer, steps):
    made = ShapesLandscape("surfaces/evening.png", shapes=12, harmonics=2, model=model, size=24)
    first, moving = float(made().detach()), optimizer(made.parameters(), lr=0.05)
    for _ in range(steps):
        made.backward()
        moving.step()
    assert float(made().detach()) < 0.7 * first


@pytest.mark.parametrize(
    "image", [np.zeros((1, 1), np.uint8), np.full((4, 6, 3), 0.5), np.zeros((5, 3, 4), np.uint8)]
)
def test_odd_pictures_work(image):
    made = ShapesLandscape(image, shapes=2, harmonics=1, size=None)
    made.backward()
    assert made.flat_gradient().isfinite().all()


def test_a_picture_of_one_colour_is_reached():
    made = ShapesLandscape(np.full((4, 6), 0.5), shapes=2, size=None)
    assert float(made().detach()) < 1e-2


WRONG = {
    "shapes": (0, "`shapes` should be a positive whole number"),
    "model": ("ovr", "Nearest: over"),
    "loss": ("rmsee", "Nearest: rmse"),
    "size": (0, "`size`"),
    "texture": ("flatt", "Nearest: flat"),
    "primitive": ("triangel", "Nearest: triangle"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_told(name):
    value, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        ShapesLandscape(TARGET, **{name: value})


def test_a_wild_rate_diverges_and_is_a_result(lab):
    small = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=5")
    result = lab(*small, "optimizer=sgd", "optimizer.lr=1e30")
    assert result.metrics["status"] == "diverged"


def test_shapes_run_from_the_command_line(lab):
    small = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=5")
    result = lab(*small, "ensemble=lr_sweep", "ensemble.lr.num=2")
    assert result.metrics["members"] == 2
    groups = lab(*small, "optimizer.groups=[{match: centre, lr: 0.001}]", name="groups").metrics["groups"]
    assert groups[1]["tensors"] == 1
