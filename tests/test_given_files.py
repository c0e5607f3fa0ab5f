"""A picture may be called anything, for every command."""


import numpy as np
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from PIL import Image

from landscape_lab import plane
from landscape_lab.given_files import with_files
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
ODDEST = ["it's [1],a=b.png", 'x#1&2 "b" ${x}.png', "~{k}(1)|back\\slash\\", "-Höhe;丘:\n100% $x.png"]
"""All signs of these names in few, for commands that take longer."""
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


@pytest.mark.parametrize("number", range(len(ODDEST)), ids=ODDEST)
def test_pictures_of_a_run_from_elsewhere(begun, command_line, number):
    run = begun / f"{number}_image_adam"
    done = command_line(run, "resolution=4", main=plane.main)
    assert (done.status, done.written.err) == (0, "")
    assert done.written.out.splitlines()[-1] == str(run / "plane.png").replace("\n", "\\n")
