"""Your own functions, what is told about bad parameters, and the configuration."""

import random
from functools import partial

import numpy as np
import pytest
import torch
from augmentations.whole_picture import loss_and_gradient
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

import landscape_lab.augmentations as ours
from landscape_lab.augmentations import (
    AddNoise,
    Augmentation,
    Blur,
    Brightness,
    Contrast,
    Cutout,
    Dropout,
    Gamma,
    GradientClip,
    GradientDropout,
    GradientNoise,
    Jitter,
    LossNoise,
    LossPower,
    MapGradient,
    MapImage,
    MapLoss,
    ProjectGradient,
    Quantize,
    RandomFlip,
    RandomRotation,
    RandomShift,
    RandomZoom,
    SaltAndPepper,
    augment,
)
from landscape_lab.configuration.composed import CONF
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape

PICTURE = torch.rand(11, 17, generator=torch.Generator().manual_seed(0))
SLOW = pytest.mark.filterwarnings("ignore:.*changes the whole picture at every step")
NAMES = sorted(path.stem for path in (CONF / "augmentation").glob("*.yaml"))


def seeds_shift(image):
    """The seed's `random_shift`."""
    down = int(random.triangular(0, 5, 0))
    across = int(random.triangular(0, 5, 0))
    return image[down:, across:]


def seeds_noise(image):
    """The seed's `add_noise`."""
    return (image + 0.05 * torch.randn(image.shape)).clamp(0, 1)


def landscape(*augmentations, start=(0.1, -0.2), seed=0, **settings):
    return augment(ImageLandscape(PICTURE, start, smoothing=0, **settings), augmentations, seed)


def test_slow_way_warns_once_with_its_cost():
    with pytest.warns(
        UserWarning, match=r"seeds_noise changes the whole picture at every step: .* ms a step"
    ) as told:
        seen = landscape(MapImage(seeds_noise))
    assert len(told) == 1
    for _ in range(3):
        seen.backward()


@SLOW
@pytest.mark.parametrize("gradient", ["pixel", "exact"])
def test_users_functions_change_the_whole_picture_at_each_step(gradient):
    pictures = []

    def watched(image):
        pictures.append(image)
        return image

    starts = [(0.1, -0.2), (0.99, 0.99), (-1.0, 0.3)]
    seen = landscape(
        MapImage(seeds_shift), MapImage(seeds_noise), MapImage(watched), start=starts, gradient=gradient
    )
    for step in range(4):
        losses = seen.backward()
        assert len(pictures) == step + 2  # the first was the trial
        for member, point in enumerate(starts):
            image = pictures[-1].double().numpy()
            loss, slope = loss_and_gradient(image, point, "bicubic", 100)
            assert losses[member].item() == pytest.approx(loss, abs=1e-5)
            if gradient == "pixel":
                np.testing.assert_allclose(seen.flat_gradient()[member], slope, atol=1e-3)


@SLOW
def test_users_functions_are_reproducible_and_leave_no_trace():
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    runs = []
    for seed in (0, 0, 1):
        seen = landscape(MapImage(seeds_shift), MapImage(seeds_noise), RandomShift(2), seed=seed)
        runs.append([seen.backward().item() for _ in range(5)])
        random.random()
        torch.rand(1)
        torch.set_rng_state(states[0])
        random.setstate(states[1])
    assert runs[0] == runs[1] != runs[2]
    assert len(set(runs[0])) == 5
    assert np.random.get_state()[1].tolist() == states[2]


def step_of(descended):
    """The losses of a step, and its gradient."""
    descended.zero_grad()
    (losses := descended()).sum().backward()
    (parameter,) = descended.parameters()
    return losses.detach(), parameter.grad.clone()


@SLOW
@pytest.mark.parametrize("kind", [MapImage, MapGradient, MapLoss])
def test_functions_that_work_in_place_are_those_that_do_not(kind):
    plain, in_place = (
        landscape(kind(lambda all_of: all_of * 2)),
        landscape(kind(lambda all_of: all_of.mul_(2))),
    )
    for _ in range(2):  # what is changed in the first step would be seen in the second
        torch.testing.assert_close(step_of(in_place), step_of(plain))


@pytest.mark.slow
@SLOW
def test_fast_and_slow_agree_in_distribution():
    fast = landscape(
        RandomShift(5, distribution="triangular", crop=True), AddNoise(0.05), start=torch.full((1, 2), 0.3)
    )
    slow = landscape(MapImage(seeds_shift), MapImage(seeds_noise), start=torch.full((1, 2), 0.3))
    from scipy import stats

    seen = [
        np.array([(one.backward().item(), *one.flat_gradient()[0].tolist()) for _ in range(500)])
        for one in (fast, slow)
    ]
    for quick, whole in zip(seen[0].T, seen[1].T, strict=True):
        assert stats.ks_2samp(quick, whole).pvalue > 0.01
        assert quick.mean() == pytest.approx(whole.mean(), abs=5 * whole.std() / np.sqrt(500))


def test_picture_and_gradient_are_changed_once():
    flipped = ImageLandscape(PICTURE, (3, 4), smoothing=0, image_init=torch.fliplr, normalize=False)
    assert flipped().item() == pytest.approx(PICTURE[4, 16 - 3].item(), abs=1e-6)
    clean, doubled = (
        ImageLandscape(PICTURE, (3, 4), gradient_init=change) for change in (None, lambda g: 2 * g)
    )
    clean.backward()
    assert doubled.backward().item() == clean().item()
    torch.testing.assert_close(doubled.flat_gradient(), 2 * clean.flat_gradient())


@SLOW
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda image: image[None], "should return a picture .height, width.. Found the shape .1, 11, 17."),
        (lambda image: image / 0, "finite numbers. Found NaN or infinity"),
        (lambda image: image[:0], "Found the shape .0, 17."),
        (lambda image: image.nothing, "It raised AttributeError"),
        ("nothing", "dotted path"),
        ("math.pii", "Nearest"),
        (3, "should be a function"),
    ],
)
@pytest.mark.parametrize("place", ["image_init", "function"])
def test_bad_functions_of_a_picture_are_told_in_one_line(function, message, place):
    make = (
        (lambda: landscape(MapImage(function)))
        if place == "function"
        else partial(ImageLandscape, PICTURE, image_init=function)
    )
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)
    assert f"`{place}`" in str(error.value)


@SLOW
def test_function_that_fails_later_is_told():
    calls = []

    def failing(image):
        calls.append(image)
        return image * float("nan") if len(calls) > 3 else image

    seen = landscape(MapImage(failing))
    seen.backward()
    seen.backward()
    with pytest.raises(ValueError, match="Found NaN"):
        seen.backward()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AddNoise(-0.1), "Parameter `std` should be zero or positive. Found `std = -0.1`"),
        (
            lambda: SaltAndPepper(1.1),
            "Parameter `probability` should be between 0 and 1. Found `probability = 1.1`",
        ),
        (lambda: Dropout(-0.1), "`probability` should be between 0 and 1"),
        (lambda: Dropout(0.1, 2), "`value` should be between 0 and 1"),
        (lambda: Cutout(0), "`size` should be positive"),
        (lambda: Brightness(-1), "`amount` should be zero or positive"),
        (lambda: Contrast(0.5), "`factor` should be at least 1"),
        (lambda: Gamma(0.5), "`factor` should be at least 1"),
        (lambda: Quantize(1), "`levels` should be a whole number of at least 2"),
        (lambda: Blur(9), "`sigma` should be between 0 and 4"),
        (lambda: RandomShift(), "Either parameter `pixels` or `fraction`"),
        (lambda: RandomShift(3, fraction=0.1), "Either parameter `pixels` or `fraction`"),
        (lambda: RandomShift(-3), "`pixels` should be zero or positive"),
        (lambda: RandomShift(3, distribution="gauss"), "`distribution` should be one of"),
        (lambda: landscape(RandomShift(11)), "less than the picture's size, 17 × 11. Found `pixels = 11`"),
        (lambda: landscape(RandomShift(fraction=1.0)), "`fraction` should be below 1"),
        (lambda: RandomRotation(200), "`degrees` should be between 0 and 180"),
        (lambda: RandomZoom(0.9), "`factor` should be at least 1"),
        (lambda: RandomFlip(2), "`probability` should be between 0 and 1"),
        (lambda: landscape(RandomFlip((0.1, 0.2, 0.3))), "`probability` should be one number or 2"),
        (lambda: Jitter(-1), "`std` should be zero or positive"),
        (lambda: GradientNoise(-1), "`std` should be zero or positive"),
        (lambda: GradientDropout(1.5), "`probability` should be between 0 and 1"),
        (lambda: GradientDropout(1), "`probability` should be below 1"),
        (lambda: GradientClip(), "Either parameter `norm` or `value`"),
        (lambda: GradientClip(norm=-1), "`norm` should be positive"),
        (lambda: ProjectGradient(), "One parameter of `directions`, `trajectory` and `steps`"),
        (lambda: ProjectGradient([0.0, 0.0]), "linearly independent"),
        (lambda: ProjectGradient([[1, 0], [2, 0]]), "linearly independent"),
        (lambda: ProjectGradient("left"), "`directions` should be vectors"),
        (
            lambda: landscape(ProjectGradient([1, 2, 3])),
            "`directions` should have 2 components, as the landscape. Found 3",
        ),
        (lambda: LossNoise(-1), "`std` should be zero or positive"),
        (lambda: LossPower(0), "`power` should be positive"),
        (
            lambda: landscape(MapGradient(lambda g: g[0])).backward(),
            "should return a tensor of shape .1, 2.. Found .2,.",
        ),
        (
            lambda: landscape(MapLoss(lambda x: 3)).backward(),
            "should return a tensor of shape .1,.. Found int",
        ),
        (lambda: landscape("noise"), "should hold augmentations. Found a str"),
        (
            lambda: landscape(AddNoise(0.1), gradient_init=torch.neg),
            "`gradient_init` should not be used with augmentations",
        ),
        (
            lambda: ImageLandscape(PICTURE, gradient="exact", gradient_init=torch.neg),
            "`gradient_init` should be used with",
        ),
        (
            lambda: ImageLandscape(PICTURE, gradient_init=lambda g: g[0]),
            "should keep the shape .2, 12, 18.. Found .12, 18.",
        ),
        (lambda: bowl(AddNoise(0.1)), "AddNoise should be used on a picture. Found a FunctionLandscape"),
        (lambda: bowl(MapImage(torch.neg)), "MapImage should be used on a picture"),
        (
            lambda: bowl(RandomShift(3)),
            "`fraction` should be given for a landscape without pixels. Found `pixels = 3`",
        ),
        (lambda: bowl(Jitter(3)), "`fraction` should be given for a landscape without pixels"),
        (lambda: bowl(RandomRotation(3), dims=3), "should have 2 dimensions to be turned"),
    ],
)
def test_bad_parameters_are_told_in_one_line(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


def bowl(*augmentations, dims=2):
    return augment(FunctionLandscape(lambda x: x.square().sum(-1), dims=dims), augmentations)


def test_many_dimensions_can_be_shifted_flipped_and_projected():
    augmentations = [
        RandomShift(fraction=0.1),
        RandomFlip(0.5),
        RandomZoom(1.2),
        ProjectGradient([1.0, 1, 1, 1, 1]),
    ]
    gradient = bowl(*augmentations, dims=5)
    gradient.backward()
    assert torch.unique(gradient.flat_gradient().round(decimals=5)).numel() == 1


CHOICES = {
    "image_function": ["augmentation.image_function.function=torch.fliplr"],
    "gradient_function": ["augmentation.gradient_function.function=torch.neg"],
    "loss_function": ["augmentation.loss_function.function=torch.exp"],
    "project_gradient": ["augmentation.project_gradient.directions=[1,2]"],
}


@SLOW
@pytest.mark.parametrize("name", NAMES)
def test_every_augmentation_runs_by_name(lab, name):
    result = lab("landscape=turn", f"augmentation={name}", *CHOICES.get(name, []), "steps=3")
    assert np.isfinite(result.trajectory.losses).all()


def test_every_class_has_a_file_of_its_own():
    targets = set()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for name in NAMES:
            for node in compose(overrides=[f"+augmentation={name}"]).augmentation.values():
                targets.add(node["_target_"].rpartition(".")[2])
    final = {name for name in ours.__all__ if not getattr(getattr(ours, name), "__abstractmethods__", False)}
    assert targets == final - {"Augmentation", "augment"}
    with initialize_config_dir(str(CONF), version_base="1.3"):
        assert issubclass(
            type(instantiate(compose(overrides=["+augmentation=noise"]).augmentation.noise)), Augmentation
        )


def test_augmentations_compose_on_the_command_line(lab):
    one = lab("augmentation=shift_noise", "steps=20", name="one")
    two = lab("augmentation=[shift,noise]", "steps=20", name="two")
    three = lab(
        "augmentation=[shift,noise]",
        "augmentation.noise.std=0.01",
        "augmentation.noise.shared=true",
        "steps=20",
    )
    none = lab("steps=20", name="none")
    np.testing.assert_array_equal(one.trajectory.points, two.trajectory.points)
    assert one.metrics["config_hash"] == two.metrics["config_hash"]
    assert len({run.metrics["config_hash"] for run in (one, three, none)}) == 3
    assert (one.trajectory.points[-1] != three.trajectory.points[-1]).any()
    with pytest.raises(
        ValueError,
        match=r"`shift` should be chosen to be changed: augmentation=shift\. Found `augmentation\.shift",
    ):
        lab("augmentation=noise", "augmentation.shift.pixels=3", "steps=2")


def test_resumed_run_is_that_of_an_uninterrupted_one(lab):
    settings = [
        "augmentation=[shift_noise,gradient_noise]",
        "callbacks=default",
        "~callbacks.progress",
        "~callbacks.pictures",
    ]
    settings.append("steps_per_batch=20")
    whole = lab("steps=100", *settings, name="whole")
    lab("steps=60", *settings, name="cut")
    resumed = lab("steps=100", "resume=true", *settings, name="cut")
    np.testing.assert_array_equal(whole.trajectory.points, resumed.trajectory.points)
    np.testing.assert_array_equal(whole.trajectory.losses, resumed.trajectory.losses)
