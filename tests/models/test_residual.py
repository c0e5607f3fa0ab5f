"""Residual networks with and without their skip connections."""

from functools import partial

import torch
from torch import nn

from landscape_lab.data import digits
from landscape_lab.models import ResNet, build_model


def test_residual_networks_differ_in_their_connections_only():
    data = digits(samples=8, validation=0)
    deep, _ = build_model(partial(ResNet, depth=14), data)
    plain, _ = build_model(partial(ResNet, depth=14, skip=False), data)
    assert all(torch.equal(*pair) for pair in zip(deep.parameters(), plain.parameters(), strict=True))
    assert not torch.allclose(deep(data.inputs), plain(data.inputs))
    convolutions = [module for module in deep.modules() if isinstance(module, nn.Conv2d)]
    assert len(convolutions) + 1 == 14


def test_shortcut_is_every_second_pixel_and_zeros():
    model = ResNet(1, 10)
    block = model.blocks[1].eval()
    nn.init.zeros_(block.norm_2.weight)  # nothing but the shortcut is left
    images = torch.rand(2, 8, 6, 10)
    after = block(images)
    assert torch.equal(after[:, :8], images[:, :, ::2, ::2])
    assert not after[:, 8:].any()


def test_pictures_need_not_be_square():
    model = ResNet(2, 3, width=4).eval()
    images = torch.rand(5, 2, 8, 12)
    assert model.blocks(torch.rand(5, 4, 8, 12)).shape == (5, 16, 2, 3)
    assert model(images).shape == (5, 3)
    torch.testing.assert_close(model(images)[3:4], model(images[3:4]))
