import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab.landscapes.shapes.target import LOSSES, psnr, read_target, rmse, ssim

TALL, WIDE = 12, 20


def random(seed, channels=3):
    return torch.rand(
        channels, TALL, WIDE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("1", 1), ("RGB", 3), ("RGBA", 3), ("P", 3), ("LA", 3), ("I;16", 1)]
)
def test_pictures_of_every_kind_are_read(tmp_path, mode, channels):
    Image.new(mode, (WIDE, TALL)).save(tmp_path / "picture.png")
    assert read_target(tmp_path / "picture.png").shape == (channels, TALL, WIDE)


def test_white_shows_through_and_colours_stay(tmp_path):
    picture = Image.new("RGBA", (3, 2), (255, 0, 0, 255))
    picture.putpixel((2, 1), (0, 0, 0, 0))
    picture.save(tmp_path / "picture.png")
    target = read_target(tmp_path / "picture.png")
    assert target[:, 0, 0].tolist() == [1, 0, 0]
    assert target[:, 1, 2].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("size", "shape"), [(10, (6, 10)), ((4, 7), (4, 7)), (None, (12, 20))])
def test_a_size_is_the_longer_side_or_both(size, shape):
    assert read_target(np.zeros((TALL, WIDE, 3), np.uint8), size).shape[1:] == shape


def test_what_is_no_picture_is_told(tmp_path):
    (tmp_path / "picture.png").write_text("none")
    with pytest.raises(ValueError, match=r"picture.png is not a picture"):
        read_target(tmp_path / "picture.png")
    with pytest.raises(FileNotFoundError, match=r"pictur\.png"):
        read_target(tmp_path / "pictur.png")


def test_similarity_is_that_of_a_loop_over_windows():
    one, other = random(0), random(1)
    places = np.arange(11) - 5.0
    weights = np.exp(-(places**2) / 4.5)
    weights = np.outer(weights, weights) / weights.sum() ** 2
    found = []
    for channel in range(3):
        for row in range(TALL - 10):
            for column in range(WIDE - 10):
                x, y = (part[channel, row : row + 11, column : column + 11].numpy() for part in (one, other))
                mx, my = (weights * x).sum(), (weights * y).sum()
                vx, vy = (weights * (x - mx) ** 2).sum(), (weights * (y - my) ** 2).sum()
                both = (weights * (x - mx) * (y - my)).sum()
                above = (2 * mx * my + 1e-4) * (2 * both + 9e-4)
                found.append(above / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4)))
    assert float(ssim(one, other)) == pytest.approx(np.mean(found), abs=1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_vanish_at_the_target_and_can_be_followed(name):
    target = random(0)
    assert float(LOSSES[name](target, target)) == pytest.approx(0, abs=1e-5)
    picture = (target + 0.1 * random(1)).requires_grad_()
    assert torch.autograd.gradcheck(lambda each: LOSSES[name](each, target), picture)


def test_decibels():
    target = torch.zeros(1, 2, 3)
    assert float(psnr(target + 0.1, target)) == pytest.approx(20, abs=1e-4)
    assert float(rmse(target + 0.1, target)) == pytest.approx(0.1)
    assert float(psnr(target - 0.1, target)) > 100  # cut at 0
