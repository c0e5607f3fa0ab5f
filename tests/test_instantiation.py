"""Objects of a configuration: called directly where that is safe, else built by Hydra."""

import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from landscape_lab.instantiation import build, settings_of


def config(target: str, **settings):
    return OmegaConf.create({"steps": 7, "part": {"_target_": target, **settings}})


def test_direct_call_gives_what_hydra_gives():
    cfg = config("landscape_lab.callbacks.ProgressBar", seconds="${steps}")
    ours, hydras = build(cfg.part), instantiate(cfg.part, _convert_="all")
    assert (type(ours), ours.seconds) == (type(hydras), hydras.seconds) == (type(ours), 7)
    assert build(cfg.part, seconds=3).seconds == 3


@pytest.mark.parametrize(
    ("target", "settings", "message"),
    [
        (
            "landscape_lab.callbacks.Checkpoints",
            {"folder": "x", "secnds": 1},
            r"no key `part\.secnds`. Nearest: seconds",
        ),
        (
            "landscape_lab.callbacks.Pictures",
            {"folder": "x", "figures": ["pth"]},
            "part: Parameter `figures`.*Nearest: path",
        ),
        ("landscape_lab.callbacks.Nothing", {}, "`part._target_` should name something in"),
        ("landscape_lab.files.writing.os.system", {"command": "true"}, "part|os.system"),
    ],
)
def test_error_names_the_part_of_the_configuration(target, settings, message):
    with pytest.raises(ValueError, match=message):
        build(config(target, **settings).part)


def test_settings_that_describe_objects_are_built():
    inner = {"_target_": "fractions.Fraction", "numerator": 1, "denominator": 2}
    assert (
        settings_of(OmegaConf.create({"_target_": "x.y", "share": inner, "n": [1, 2]}))["share"].denominator
        == 2
    )
