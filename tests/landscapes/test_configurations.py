"""Every YAML of a landscape composes and builds what can be descended: a new file enrols itself."""

import inspect
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.landscapes import FunctionLandscape, GridLandscape, Landscape, PerlinLandscape

CONF = Path(__file__).parents[2] / "conf"
BUILT_OF_PARTS = ("network", "lightning")
NAMES = sorted(path.stem for path in (CONF / "landscape").glob("*.yaml") if path.stem not in BUILT_OF_PARTS)
MISSING = {
    "catalogue": ["landscape.name=booth"],
    "expression": ["landscape.expression='x**2 + 10*sin(y)'"],
    "function": ["landscape.fn=torch.hypot"],
    "grid": ["landscape.values=[[3,1,2],[2,0,1.5]]"],
    "image": ["landscape.image=surfaces/spiral.png"],
}
"""What the user has to say."""


def landscape_of(name, *overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return instantiate(
            compose(overrides=[f"+landscape={name}", *MISSING.get(name, []), *overrides]).landscape
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_landscape_can_be_descended(name):
    landscape = landscape_of(name)
    assert isinstance(landscape, Landscape)
    for _ in range(2):
        assert landscape.backward().isfinite().all()
        gradient = landscape.flat_gradient()
        assert gradient.isfinite().all()
        assert (gradient != 0).any()
        torch.optim.SGD(landscape.parameters(), lr=1e-9).step()


def test_numbers_and_windows_can_be_given_on_the_command_line():
    landscape = landscape_of(
        "rosenbrock", "landscape.start=[1,2]", "landscape.bounds=[[-3,2],[-1,4]]", "landscape.normalize=true"
    )
    assert landscape.flat().tolist() == [[1.0, 2.0]]
    assert landscape.bounds.tolist() == [[-3.0, -1.0], [2.0, 4.0]]
    assert landscape_of("quadratic", "landscape.dims=5", "landscape.condition=10").flat().shape == (1, 5)
    assert landscape_of("perlin", "landscape.size=[9,13]", "landscape.interpolation=none").bounds[
        1
    ].tolist() == pytest.approx([8 / 9, 12 / 13])


@pytest.mark.parametrize(
    ("name", "code"), [("function", FunctionLandscape), ("grid", GridLandscape), ("perlin", PerlinLandscape)]
)
def test_the_yaml_holds_the_defaults_of_the_code(name, code):
    config = OmegaConf.to_container(OmegaConf.load(CONF / "landscape" / f"{name}.yaml"))
    defaults = {
        key: parameter.default
        for key, parameter in inspect.signature(code).parameters.items()
        if parameter.default is not parameter.empty
    }
    assert {key: config[key] for key in defaults} == {
        key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
    }
