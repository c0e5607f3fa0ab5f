"""A picture may be called anything, for every command."""

import shlex
from pathlib import Path

import numpy as np
import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from PIL import Image

from landscape_lab import plane
from landscape_lab.configuration.given_files import with_files, with_files_quoted
from landscape_lab.sweeps import leaderboard

NAMES = [
    "my [1],a.png",
    "a=b.png",
    "x#1&2.png",
    "it's.png",
    'a "b".png',
    "~home.png",
    "Höhe.png",
    "丘.png",
    "{k}(1).png",
    "plain.png",
    "100% $x.png",
    "${x}.png",
    "back\\slash.png",
    "trail\\",
    "b\\'c\\",
    "a\\,b.png",
    "two\nlines.png",
    "a:b;c|d.png",
    "optimizer=adam.png",
    "-dash.png",
    "null",
    "1",
]
ODDEST = ["it's [1],a=b#\"丘:~.png", "-&${x} (1)|\\;ö\n{k}%.png"]
"""All signs of these names in few, for commands that take longer."""
pytestmark = pytest.mark.filterwarnings("ignore:Glyph")  # our font has no signs of some scripts
SMALL = ["steps=2", "callbacks=none", "logger=none"]


def draw(name):
    """A picture that is not square."""
    heights = np.arange(70, dtype=np.uint8).reshape(7, 10)
    Image.fromarray(heights).save(name, format="PNG")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", ["landscape=image landscape.image={}", "{}", "--image {}", "--image={}"])
def test_a_picture_of_any_name_is_one_word(tmp_path, monkeypatch, name, written):
    monkeypatch.chdir(tmp_path)
    draw(name)
    words = with_files([word.replace("{}", name) for word in written.split(" ")])
    choice, image = OverridesParser.create().parse_overrides(words)
    assert (choice.key_or_group, choice.value()) == ("landscape", "image")
    read = OmegaConf.create({image.key_or_group: image.value()})
    assert dict(read) == {"landscape.image": name}


def test_the_oddest_have_all_signs_of_all_names():
    signs = {sign for name in NAMES for sign in name if not sign.isalnum()}
    assert signs <= {sign for name in ODDEST for sign in name}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A folder with all pictures, and the folder of a sweep over them with an odd name itself."""
    home = tmp_path_factory.mktemp("odd")
    for name in ODDEST:
        draw(home / name)
    (home / "elsewhere").mkdir()
    return home, home / "a sweep's [1], $x"


@pytest.fixture
def begun(swept, command_line, monkeypatch):
    """The sweep over all names, begun in the folder of the pictures by the first test that asks for it."""
    home, sweep = swept
    if not sweep.exists():
        monkeypatch.chdir(home)
        done = command_line("-m", *ODDEST, *SMALL, f"hydra.sweep.dir={sweep.name}")
        assert (done.status, done.written.err) == (0, "")
    monkeypatch.chdir(home / "elsewhere")
    return sweep


def test_a_sweep_over_all_names_ranks_each_on_its_own_picture(begun, command_line):
    done = command_line(begun, main=leaderboard.main)
    assert (done.status, done.written.err) == (0, "")
    assert f"{len(ODDEST)} jobs on {len(ODDEST)} landscapes" in done.written.out
    for name in ODDEST:
        assert f" {name} ".replace("\n", "\\n") in done.written.out


def test_it_goes_on_from_elsewhere_and_finds_all_done(begun, command_line):
    before = {file: file.stat().st_mtime_ns for file in begun.glob("*/results.json")}
    done = command_line(f"sweep.resume=../{begun.name}")
    assert done.status == 0, done.written.err
    assert {file: file.stat().st_mtime_ns for file in begun.glob("*/results.json")} == before
    assert len(before) == len(ODDEST)


def test_a_best_job_runs_from_elsewhere(begun, command_line):
    done = command_line("--config-dir", begun, "--config-name", "best", "hydra.run.dir=here")
    assert (done.status, done.written.err) == (0, "")
    best = yaml.safe_load((begun / "best.yaml").read_text())
    assert Path(best["landscape"]["image"].replace("\\${", "${")).parent == begun.parent


def test_a_run_goes_on_from_elsewhere_with_the_same_picture_and_no_other(begun, command_line):
    picture, settings = begun.parent / ODDEST[0], [*SMALL, f"hydra.run.dir={begun.parent / 'a run'}"]
    first = command_line(picture, *settings)
    again = command_line(f"landscape.image=../{ODDEST[0]}", "landscape=image", *settings, "resume=true")
    assert (again.status, again.written.err) == (first.status, first.written.err) == (0, "")
    other = begun.parent / "other" / ODDEST[0]
    other.parent.mkdir()
    Image.fromarray(np.eye(9, 5, dtype=np.uint8)).save(other)
    refused = command_line(other, *settings, "resume=true")
    assert refused.status == 1
    assert "are of another configuration: `landscape.image` was" in refused.written.err


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        (["landscape.image=my", "drawing.png"], "landscape.image=my drawing.png"),
        (["landscape.image=a"], "landscape.image=a&b.png"),
        (["landscape.image=c.png"], "landscape.image=c$x1.png"),
        (["landscape=image", "steps=3", "my", "drawing.png"], "my drawing.png"),
        (["landscape.values=back.csv"], "landscape.values=ba\\ck.csv"),
    ],
)
def test_what_the_shell_took_apart_is_told_as_it_can_be_pasted(tmp_path, monkeypatch, arguments, whole):
    monkeypatch.chdir(tmp_path)
    for name in ("my drawing.png", "a&b.png", "c$x1.png", "ba\\ck.csv", "plain.png"):
        Path(name).touch()
    with pytest.raises(ValueError, match="apart") as refused:
        with_files(arguments)
    pasted = str(refused.value).partition("whole: ")[2]
    assert shlex.split(pasted) == [whole]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plian.png"], "Found `plian.png`. Nearest: plain.png, b.png."),
        (["landscape=image", "landscape.image=plian [1].png"], "There is no picture plian [1].png. Nearest"),
        (["landscape=b.png"], "There is no landscape `b.png`. A file to descend stands alone: b.png."),
        (["steps=2", "optimizer.note=a(b"], "In quotes it is: 'optimizer.note=\"a(b\"'"),
        (["optimizer.betas=[0.9,"], "Hydra's grammar does not read `optimizer.betas=[0.9,`"),
        (["plain.png", "b.png"], "several values one after another are for a sweep: -m"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(command_line, arguments, told):
    draw("plain.png")
    draw("b.png")
    done = command_line(*arguments)
    assert done.status == 1
    assert told in done.written.err
    assert "hydra.cc" not in done.written.err


def test_files_go_to_the_landscape_that_was_chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.png"):
        Path(name).touch()
    assert with_files(["a.csv"]) == ["landscape=grid", "landscape.values=a.csv"]
    assert with_files(["landscape=shapes", "b.png"]) == ["landscape=shapes", "landscape.image=b.png"]
    assert with_files(["experiment=sharp", "b.png"]) == ["experiment=sharp", "landscape.image=b.png"]
    assert with_files(["--config-dir", "b.png", "-m"]) == ["--config-dir", "b.png", "-m"]
    assert with_files(["~callbacks.video", "steps=3"]) == ["~callbacks.video", "steps=3"]


@pytest.mark.parametrize("number", range(len(ODDEST)), ids=ODDEST)
def test_pictures_of_a_run_from_elsewhere(begun, command_line, number):
    run = begun / f"{number}_image_adam"
    done = command_line(run, "resolution=4", main=plane.main)
    assert (done.status, done.written.err) == (0, "")
    assert done.written.out.splitlines()[-1] == str(run / "plane.png").replace("\n", "\\n")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("hydra.run.dir=null", "hydra.run.dir=null"),
        ("hydra.run.dir=${oc.env:X}/a", "hydra.run.dir=${oc.env:X}/a"),
        ("hydra.run.dir='a b'", "hydra.run.dir='a b'"),
        ("hydra.sweep.dir=a,b", "hydra.sweep.dir='a,b'"),
        ("sweep.resume=it's", "sweep.resume='it\\'s'"),
        ("landscape.image=a.png,b.png", "landscape.image=a.png,b.png"),
        ("landscape.image='a b.png'", "landscape.image='a b.png'"),
        ("landscape=image", "landscape=image"),
        ("optimizer=adam,löwe", "optimizer=adam,'löwe'"),
        ("optimizer=glob(*)", "optimizer=glob(*)"),
        ("seed=range(0,2)", "seed=range(0,2)"),
        ("name=my file.png", "name=my file.png"),
    ],
)
def test_folders_are_new_and_other_overrides_stay_as_they_are(override, expected):
    assert with_files_quoted(override) == expected


def test_home_stands_behind_a_key(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.png").touch()
    assert with_files_quoted("landscape.image=~/a.png") == f"landscape.image={tmp_path}/a.png"
    assert with_files_quoted("hydra.run.dir=~/new") == f"hydra.run.dir={tmp_path}/new"
