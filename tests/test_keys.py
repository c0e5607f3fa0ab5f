"""Every key is declared once: what it takes, in a configuration and in Python, is tried here key by key."""

import importlib
import inspect
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf, open_dict

from landscape_lab.augmentations import GradientNoise, RandomFlip
from landscape_lab.configuration.composed import CONF, open_keys, register_catalogue
from landscape_lab.configuration.schema import check, describe, entries, settle
from landscape_lab.keys import DECLARED, Key, Keys
from landscape_lab.keys.groups import Groups
from landscape_lab.keys.kinds import Even, ListOf, Nullable, OneOf, Parts, Picture, Points, Record
from landscape_lab.keys.settings import Settings
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.validation import Anything, Choice, Function, Kind, Number, Switch, Text, Whole

BAD = {
    "word": "abc",
    "NaN": math.nan,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "negative": -1,
    "huge": 10**30,
    "null": None,
    "empty text": "",
    "empty list": [],
    "empty mapping": {},
    "nested list": [[[["abc"]]]],
    "nested mapping": {"a": {"b": math.nan}},
    "switch": True,
}
TAKEN: dict[type[Kind], set[str]] = {
    Number: {"negative", "huge", "infinity"},
    Whole: {"negative"},
    Even: {"huge"},
    Choice: set(),
    Switch: {"switch"},
    Text: {"word"},
    Function: {"word", "empty text"},
    Picture: {"word", "nested list"},
    Points: set(),
    ListOf: {"empty list", "negative", "huge"},
    Parts: set(),
    Record: set(),
    Settings: {"empty mapping", "nested mapping"},
    OneOf: {"huge"},
    Groups: {"empty list"},
}
"""What keys of a kind may take among the bad values, each within its range; all others refuse them."""
OURS = {name: keys for name, keys in DECLARED.items() if name.startswith("landscape_lab.")}


@pytest.fixture(scope="module")
def composed():
    """Compose a configuration as the command line does, each once."""
    register_catalogue()
    known = {}

    def make(*overrides):
        if overrides not in known:
            with initialize_config_dir(str(CONF), version_base="1.3"):
                known[overrides] = compose("config", open_keys(overrides))
            with open_dict(known[overrides]):
                known[overrides].folder = "run"
        return known[overrides].copy()

    return make


def taken(kind: Kind) -> set[str]:
    """Which bad values a kind may take."""
    if isinstance(kind, Text) and kind.empty:
        return {"word", "empty text"}
    if isinstance(kind, Nullable):
        return {"null", *taken(kind.kind)}
    if isinstance(kind, OneOf) and takes_settings(kind):
        return TAKEN[OneOf].union(*map(taken, kind.kinds))
    return TAKEN[type(kind)] | (taken(kind.kind) if isinstance(kind, ListOf) else set())


def takes_settings(kind: Kind) -> bool:
    """Whether a mapping of names to anything is among what a kind takes."""
    if isinstance(kind, OneOf):
        return any(map(takes_settings, kind.kinds))
    return isinstance(kind, Settings) or (isinstance(kind, Nullable | ListOf) and takes_settings(kind.kind))


def takes_anything(kind: Kind) -> bool:
    """Whether a key is checked by whoever uses it."""
    return isinstance(getattr(kind, "kind", kind), Anything)


@pytest.mark.parametrize("bad", BAD)
def test_every_key_refuses_what_it_cannot_use_and_says_its_name(bad):
    for keys in DECLARED.values():
        for name, (kind, _) in keys.keys.items():
            refused = None
            try:
                keys.check(name, BAD[bad], "node.")
            except ValueError as error:
                refused = str(error)
            if refused is not None:
                assert re.match(
                    rf"Parameter `node\.{name}[\w.\[\]]*` should (be|have) .*\. Found `node\.{name}", refused
                )
                assert "\n" not in refused
            elif not takes_anything(kind):
                assert bad in taken(kind), f"{keys.name}: {name} takes {bad}"


def test_the_defaults_of_constructors_are_what_their_keys_take():
    for target, keys in OURS.items():
        for name, parameter in inspect.signature(_found(target)).parameters.items():
            if name in keys.keys and parameter.default is not inspect.Parameter.empty:
                assert _listed(keys.check(name, parameter.default)) == _listed(parameter.default)


def test_declared_names_are_those_of_the_constructors():
    for target, keys in OURS.items():
        parameters = inspect.signature(_found(target)).parameters
        anything = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        assert anything or set(keys.keys) <= set(parameters), target
        if keys.further is None and not anything:
            assert set(keys.keys) == set(parameters) - {"optimizer"}, target


def _found(target):
    """What a dotted path names."""
    parts = target.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise AssertionError(target)


def _listed(value):
    """A tuple as a list: a check may return either."""
    return list(value) if isinstance(value, tuple) else value


def test_every_class_of_ours_in_the_configuration_is_declared():
    files = [path for path in CONF.rglob("*.yaml") if "hydra" not in path.parts]
    targets = {
        target
        for path in files
        for target in re.findall(r"_target_: (landscape_lab\.[\w.]+)", path.read_text())
    }
    hydras = {
        target for target in targets if target.endswith("Callback")
    }  # Hydra's own callbacks have no keys
    told_by_signatures = {target for target in targets if re.match(r"landscape_lab\.(models|data)\.", target)}
    assert targets - hydras - told_by_signatures <= set(DECLARED)


@pytest.mark.parametrize(
    "group",
    ["landscape", "augmentation", "optimizer", "scheduler", "ensemble", "plane", "callbacks", "sweep"],
)
def test_every_configuration_is_taken_and_every_key_of_it_is_named(composed, group):
    for path in sorted((CONF / group).glob("*.yaml")):
        if group == "optimizer" and path.stem not in ("adam", "newton", "sophia_g"):
            continue  # composing takes a while
        if path.stem != "booth" and yaml.safe_load(path.read_text()).keys() == {"defaults", "name"}:
            continue  # like booth's, which stands for all that have no keys of their own
        cfg = composed(f"{group}={path.stem}")
        before = OmegaConf.to_container(cfg)
        check(cfg)
        assert OmegaConf.to_container(cfg) == before
        for entry in entries(cfg):
            if entry.scope.startswith(f"{group}.") and entry.declared is not None and not entry.interpolated:
                entry.node[entry.name] = {"a": {"b": math.nan}}
                if not takes_anything(entry.declared.kind) and not takes_settings(entry.declared.kind):
                    with pytest.raises(
                        ValueError, match=f"Parameter `{re.escape(entry.scope + entry.name)}`"
                    ):
                        check(cfg)
                entry.node[entry.name] = entry.value


MISTAKES = {
    "objective=5": "Parameter `objective` should be one of final_loss",
    "objective=[]": "Parameter `objective` should be",
    "figures=5": "Parameter `figures` should be one of path, loss",
    "figures=[pth]": "Parameter `figures` should be one of path, .* Nearest: path",
    "ckpt_path=5": "Parameter `ckpt_path` should be a file. Found `ckpt_path = 5`",
    "video=[{a:1}]": "Parameter `video` should be one of mp4, gif",
    "start={a:1}": "Parameter `start` should be numbers",
    "start=[nan,0]": "Parameter `start` should be finite",
    "resume=maybe": "Parameter `resume` should be true or false. Found `resume = maybe`",
    "threads=0": "Parameter `threads` should be auto or a positive whole number. Found `threads = 0`",
    "steps=1.5": "Parameter `steps` should be a positive whole number. Found `steps = 1.5`",
    "target=nan": "Parameter `target` should be a finite number",
    "callbacks.checkpoints.seconds=-1": "`callbacks.checkpoints.seconds` should be zero or positive",
    "callbacks.video.size=[20,600]": r"Parameter `callbacks.video.size.width` should be at least 200",
    "landscape.image=null": "Parameter `landscape.image` should be a picture",
    "landscape.smoothing=-1": "should be zero or positive. Found `landscape.smoothing = -1`",
    "+landscape.smothing=1": "There is no key `landscape.smothing`. Nearest: smoothing",
    "landscape=function landscape.minima=abc": "Parameter `landscape.minima` should be numbers",
    "landscape=booth landscape.normalize=abc": "Parameter `landscape.normalize` should be true or false",
    "landscape=convex landscape.p=0": "Parameter `landscape.p` should be positive",
    "landscape=perlin landscape.size=[50,1]": "`landscape.size.1.` should be a whole number of at least 2",
    "landscape=perlin landscape.octaves=1000000000000": "`landscape.octaves` should be a whole .* 1 to 1000",
    "augmentation=shift augmentation.shift.pixls=3": "no key `augmentation.shift.pixls`. Nearest: pixels",
    "augmentation=shift augmentation.shift.crop=abc": "`augmentation.shift.crop` should be true or false",
    "optimizer.eps=inf": "Parameter `optimizer.eps` should be a finite number",
    "optimizer=momentum optimizer.momentum=nan": "Parameter `optimizer.momentum` should be a finite number",
    "optimizer.betas=[0.9,nan]": "Parameter `optimizer.betas` should be a finite number",
    "scheduler=warmup_cosine scheduler.warmup=2": "Parameter `scheduler.warmup` should be between 0 and 1",
    "scheduler=exponential scheduler.gamma=nan": "Parameter `scheduler.gamma` should be zero or positive",
    "ensemble.lr={low:0.1,high:1,num:0}": r"Parameter `ensemble.lr.num` should be a positive whole number",
    "sweep.direction=down": "Parameter `sweep.direction` should be one of auto, minimize, maximize",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_named_as_it_was_typed(composed, mistake):
    with pytest.raises(ValueError, match=MISTAKES[mistake]):
        check(composed(*mistake.split()))


@pytest.mark.parametrize(
    ("override", "key", "read"),
    [
        ("steps=1e3", "steps", 1000),
        ("ensemble.seeds=4.0", "ensemble.seeds", 4),
        ("figures=path", "figures", ["path"]),
        ("video=mp4", "video", ["mp4"]),
        ("threads=2", "threads", 2),
        ("objective=best_loss", "objective", "best_loss"),
        ("+my.rate=0.25", "my.rate", 0.25),
        ("optimizer._target_=my.Own optimizer.words=abc", "optimizer.words", "abc"),
        ("landscape._target_=my.Own landscape.scale=inf", "landscape.scale", math.inf),
    ],
)
def test_other_ways_to_write_a_value(composed, override, key, read):
    for settled in (check, settle):
        cfg = composed(*override.split())
        settled(cfg)
        value = OmegaConf.select(cfg, key)
        assert value == read
        assert type(value) is type(read) or OmegaConf.is_config(value)


def test_what_a_sweep_cannot_use_is_left_for_its_job_to_tell(composed):
    cfg = composed("steps=0", "figures=path")
    settle(cfg)
    assert (cfg.steps, cfg.figures) == (0, ["path"])


def test_interpolations_are_checked_and_stay(composed):
    cfg = composed("records=${steps}", "steps=1e2")
    check(cfg)
    assert cfg.records == 100
    assert OmegaConf.to_container(cfg)["records"] == "${steps}"
    with pytest.raises(ValueError, match="`records` should be a positive whole number"):
        check(composed("records=${objective}"))


def test_constructors_in_python_take_what_arrays_and_tensors_are():
    start = (np.array([1, 0]), torch.tensor([1, 0]), [torch.tensor(1), np.int64(0)], [(1, 0), (0, 1)])
    for begin in start:
        assert ImageLandscape(np.eye(3), start=begin, smoothing=1).points.shape[1] == 2
    assert FunctionLandscape(lambda x, y: x + y, normalize=np.bool_(True)).extremes is not None
    assert RandomFlip((0.1, 0.2)).probability == [0.1, 0.2]
    assert GradientNoise(std=1).std == 1
    with pytest.raises(TypeError, match="argument: 'std'"):
        GradientNoise()
    with pytest.raises(TypeError, match="unexpected keyword argument 'sdt'"):
        GradientNoise(1, sdt=1)
    with pytest.raises(ValueError, match="Parameter `std` should be zero or positive"):
        GradientNoise(math.nan)


def test_a_class_elsewhere_declares_its_keys_beside_it(composed):
    keys = Keys("elsewhere.Ripples", depth=Key(Whole(low=1), "ripples"))

    @keys.checks_class
    class Ripples:
        def __init__(self, depth):
            self.depth = depth

    try:
        assert Ripples(2.0).depth == 2
        with pytest.raises(ValueError, match="Parameter `depth` should be a positive whole number"):
            Ripples(0)
        node = OmegaConf.create({"landscape": {"_target_": "elsewhere.Ripples", "depth": 0}})
        with pytest.raises(
            ValueError, match=r"Parameter `landscape\.depth` should be a positive whole number"
        ):
            check(node)
    finally:
        del DECLARED["elsewhere.Ripples"]


def test_help_tells_of_each_key_its_value_its_meaning_and_what_it_takes(composed):
    lines = describe(composed("landscape=perlin")).splitlines()
    (steps,) = [line for line in lines if line.startswith("steps=")]
    assert re.fullmatch(r"steps=2000 +# optimizer steps \(a positive whole number\)", steps)
    assert any(
        re.match(r"landscape\.boundary=freeze +# .*\(one of hard, soft, freeze, reflect, none\)", line)
        for line in lines
    )
    assert "optimizer._target_=torch.optim.Adam" in lines
    for keys in DECLARED.values():
        for name, key in keys.keys.items():
            assert key.meaning, f"{keys.name}: {name}"
            assert key.kind.wanted, f"{keys.name}: {name}"


def test_declarations_do_without_torch():
    for path in (Path(__file__).parents[1] / "landscape_lab" / "keys").glob("*.py"):
        assert not re.search(
            r"^\s*(from|import) (torch|numpy|hydra|pytorch_lightning)", path.read_text(), re.MULTILINE
        )
