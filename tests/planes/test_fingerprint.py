"""The number changes with whatever decides a grid, and with nothing else."""

from dataclasses import replace

import foreign_modules as foreign
import naive_networks as naive
import torch
from torch import nn

from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.planes import Plane, Window
from landscape_lab.planes.fingerprint import fingerprint

WINDOW = Window(-1.0, 1.0, -1.0, 1.0)


def network(model=None, data=None, **settings):
    return NetworkLandscape(model or naive.mlp(norm=True), data or naive.classes(), **settings)


def test_content_decides():
    landscape = network()
    plane = Plane(landscape.flat()[0].clone(), naive.points_of(landscape, 2))
    inputs, targets = naive.classes()
    frozen = naive.mlp(norm=True)
    frozen[0].bias.requires_grad_(False)
    activation = naive.mlp(norm=True)
    activation[2] = nn.ReLU()
    numbers = [
        fingerprint(landscape, plane, WINDOW),
        fingerprint(landscape, plane, WINDOW, 512),
        fingerprint(landscape, plane, Window(-1.0, 1.0, -1.0, 2.0)),
        fingerprint(landscape, replace(plane, origin=plane.origin + 1e-7), WINDOW),
        fingerprint(landscape, replace(plane, directions=-plane.directions), WINDOW),
        fingerprint(network(data=(inputs, 2 - targets)), plane, WINDOW),
        fingerprint(network(batchnorm="frozen"), plane, WINDOW),
        fingerprint(landscape, replace(plane, random=True), WINDOW),
        fingerprint(network(metrics=[]), plane, WINDOW),
        fingerprint(network(loss=lambda p, t: p.square().mean()), plane, WINDOW),
        fingerprint(network(loss=lambda p, t: p.abs().mean()), plane, WINDOW),
        fingerprint(network(frozen), plane, WINDOW),
        fingerprint(network(activation), plane, WINDOW),
    ]
    assert len(set(numbers)) == len(numbers)
    with torch.no_grad():
        landscape.move_to(landscape.flat() + 1)  # its own point
        landscape.model[1].running_mean += 1  # which each point brings anew
    assert fingerprint(landscape, plane, WINDOW) == numbers[0]


def test_only_networks_are_dear_enough():
    landscape = FunctionLandscape.named("sphere")
    assert fingerprint(landscape, Plane.of(landscape), WINDOW) is None


def test_what_a_module_does_in_its_steps_decides():
    class Smoothed(foreign.Plain):
        def training_step(self, batch):
            return self.helped(batch)

        def helped(self, batch):
            return super().training_step(batch, 0) + 0.1

    class Rougher(Smoothed):
        def helped(self, batch):
            return super().helped(batch) + 0.2

    torch.manual_seed(0)
    plain = foreign.Plain()
    modules = [plain, Smoothed(), Rougher(), Smoothed(lr=0.5)]
    for module in modules:
        module.load_state_dict(plain.state_dict())
    landscapes = [NetworkLandscape.from_lightning(module, foreign.loader()) for module in modules]
    plane = Plane(landscapes[0].flat()[0].clone(), naive.points_of(landscapes[0], 2))
    numbers = [fingerprint(landscape, plane, WINDOW) for landscape in landscapes]
    assert len(set(numbers)) == len(numbers)
    again = NetworkLandscape.from_lightning(modules[1], foreign.loader())
    assert fingerprint(again, plane, WINDOW) == numbers[1]
