"""What a configuration becomes."""

import pytest
from hydra import compose, initialize_config_dir

from landscape_lab.assembly import about_of
from landscape_lab.configuration.composed import CONF


@pytest.fixture(scope="module", autouse=True)
def configuration():
    """Hydra, once for all."""
    with initialize_config_dir(str(CONF), version_base=None):
        yield


@pytest.mark.parametrize(
    ("name", "overrides", "words"),
    [
        ("spiral", [], ""),
        ("image", ["landscape.image=own/photo.jpg"], "photo.jpg"),
        ("expression", ["landscape.expression='x**2 + sin(y)'"], "x**2 + sin(y)"),
        ("rosenbrock", ["landscape.dims=10"], "10 dimensions"),
        ("perlin", ["landscape.boundary=freeze"], "boundary freeze"),
        ("booth", ["landscape.bounds=[-3,4]"], "bounds [-3, 4]"),
        (
            "spiral",
            ["augmentation=[loss_noise,shift]", "scheduler=one_cycle"],
            "loss noise: std 0.01 · shift: pixels 50 · schedule OneCycleLR",
        ),
    ],
)
def test_pictures_tell_what_explains_them(name, overrides, words):
    assert about_of(compose("config", [f"landscape={name}", *overrides]), name) == words
