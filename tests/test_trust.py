"""What is built of a folder that somebody may have sent: a hostile one is tried on every command."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import landscape_lab
from landscape_lab import film
from landscape_lab.configuration.composed import CONF
from landscape_lab.lab import run
from landscape_lab.sweeps import leaderboard
from landscape_lab.trust import admit, admit_interpolations, found_in, guarded, is_known, looks_beyond

HOME = Path(landscape_lab.__file__).parent
WRITES = {
    "_target_": "pathlib.Path.write_text",
    "_args_": [{"_target_": "pathlib.Path", "_args_": ["owned"]}, "x"],
}
"""What writes a file, `owned`, when it is built."""
IMPORTED = "evil.fn"
"""What writes the same file when it is imported."""
QUIET = ("steps=2", "callbacks=none", "logger=none")

Prepared = Callable[[dict[str, object]], list[str]]


def commands() -> set[str]:
    """Every module that `python -m` runs."""
    files = {file for file in HOME.rglob("*.py") if 'if __name__ == "__main__":' in file.read_text()}
    names = {".".join(file.relative_to(HOME.parent).with_suffix("").parts) for file in files}
    return {name.removesuffix(".__main__") for name in names}


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """A run on a formula and one of shapes."""
    folder = tmp_path_factory.mktemp("left")
    run(["landscape=turn", *QUIET, f"hydra.run.dir={folder / 'run'}"])
    small = ("landscape=shapes", "landscape.shapes=2", "landscape.size=8")
    run([*small, *QUIET, f"hydra.run.dir={folder / 'shapes'}"])
    return folder


@pytest.fixture
def sent(left, tmp_path, monkeypatch):
    """A folder as somebody could send it, the current one, with a module in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "evil", raising=False)
    (tmp_path / "evil.py").write_text(
        "open('owned', 'w').close()\n\n\ndef fn(x, y):\n    return x**2 + y**2\n"
    )
    shutil.copytree(left / "run", tmp_path / "sweep" / "0_run")
    shutil.copytree(left / "shapes", tmp_path / "shapes")
    return tmp_path


def altered(run_folder: Path, changes: dict[str, object]) -> None:
    """Change the landscape of a run's configuration."""
    file = run_folder / ".hydra" / "config.yaml"
    config = yaml.safe_load(file.read_text())
    config["landscape"] = changes if "fn" in changes else config["landscape"] | changes
    file.write_text(yaml.safe_dump(config))


def a_run(changes: dict[str, object]) -> list[str]:
    altered(Path("sweep/0_run"), changes)
    return ["sweep/0_run"]


def a_sweep(changes: dict[str, object]) -> list[str]:
    altered(Path("sweep/0_run"), changes)
    return ["sweep"]


def shapes(changes: dict[str, object]) -> list[str]:
    altered(Path("shapes"), {"loss": changes["fn"]})
    return ["shapes"]


def a_race(changes: dict[str, object]) -> list[str]:
    protocol = {
        "optimizers": [IMPORTED],
        "baselines": [IMPORTED],
        "landscapes": ["turn"],
        "contains": {},
        "spaces": {"default": {"lr": "interval(0.1, 1)"}},
        **dict.fromkeys(("trials", "starts", "seeds", "tolerance"), 1),
        "studies": 3,
        "prune": None,
        "steps": 2,
    }
    heat = {"stage": "tune", "landscape": "turn", "optimizer": IMPORTED, "study": 0}
    heat |= {"settings": [], "rates": [0.1], "seed": None, "folder": "0_run"}
    Path("sweep/heats.json").write_text(json.dumps([heat]))
    Path("sweep/protocol.yaml").write_text(yaml.safe_dump(protocol))
    return ["sweep"]


def going_on(changes: dict[str, object]) -> list[str]:
    fn = str(changes["fn"]).replace("'", "")
    words = ["landscape=function", f"landscape.fn={fn}"] if fn == IMPORTED else [f"++augmentation.any={fn}"]
    overrides = {"hydra": [], "task": [*words, *QUIET]}
    runtime = {"config_sources": []}
    Path("sweep/multirun.yaml").write_text(
        yaml.safe_dump({"hydra": {"overrides": overrides, "runtime": runtime}})
    )
    return ["sweep.resume=sweep"]


FOLDERS: dict[str, Prepared | None] = {
    "landscape_lab": going_on,
    "landscape_lab.film": lambda changes: [*a_run(changes), "frames=2"],
    "landscape_lab.gallery": None,  # reads what the lab itself has
    "landscape_lab.optimizers": None,  # so does this
    "landscape_lab.plane": a_sweep,
    "landscape_lab.playground": None,  # takes the words of a run, no folder
    "landscape_lab.report": a_sweep,
    "landscape_lab.shapes": shapes,
    "landscape_lab.sweeps.leaderboard": a_sweep,
    "landscape_lab.sweeps.standings": a_race,
}
"""How each command gets a folder with a changed landscape; a new command wants a line here."""
HOSTILE = {
    "target": {
        "_target_": "landscape_lab.landscapes.FunctionLandscape",
        "fn": WRITES,
    },
    "value": {"_target_": "landscape_lab.landscapes.FunctionLandscape", "fn": IMPORTED},
}


def test_every_command_is_tried():
    assert commands() == FOLDERS.keys()


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("module", [name for name, prepare in FOLDERS.items() if prepare])
def test_command_builds_nothing_of_others_without_a_word(sent, command_line, module, kind):
    home = import_module(f"{module}.__main__" if module == "landscape_lab" else module)
    words = FOLDERS[module](HOSTILE[kind])
    status, written = command_line(*words, main=home.main)
    assert status == 1
    (line,) = written.err.splitlines()
    assert "sweep" in line or "shapes" in line
    assert ("pathlib.Path" if "pathlib" in line else IMPORTED) in line
    assert "trust=true" in line
    assert not (sent / "owned").exists()
    command_line(*words, "trust=true", main=home.main)
    assert (sent / "owned").exists()


def test_own_class_is_filmed_with_a_word(sent, command_line):
    (sent / "mine.py").write_text("def fn(x, y):\n    return x**2 + 3 * y**2\n")
    own = {"_target_": "landscape_lab.landscapes.FunctionLandscape", "fn": "mine.fn"}
    words = [*a_run(own), "own.gif", "frames=2"]
    status, written = command_line(*words, main=film.main)
    assert status == 1
    told = (
        "sweep/0_run asks for `mine.fn`, which is not of the lab or of torch.nn and could run any code here."
    )
    assert written.err == f"landscape_lab: landscape: {told} If you trust who made it: trust=true.\n"
    status, written = command_line(*words, "trust=true", main=film.main)
    assert (status, written.out) == (0, "own.gif\n")


def test_no_code_of_a_folder_ends_a_command_without_a_word(sent, command_line):
    (sent / "leaving.py").write_text("def fn(x, y):\n    raise SystemExit(3)\n")
    own = {"_target_": "landscape_lab.landscapes.FunctionLandscape", "fn": "leaving.fn"}
    status, written = command_line(*a_run(own), "own.gif", "frames=2", "trust=true", main=film.main)
    assert status == 1
    assert re.fullmatch(r"landscape_lab: .*leaving.py, line 2, ended the program: raise .*\n", written.err)


def test_own_sweep_draws_its_race_without_a_word(command_line, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    (tmp_path / "mine.py").write_text("def fn(x, y):\n    return x**2 + 3 * y**2\n")
    words = ("landscape=function", "landscape.fn=mine.fn", "seed=0,1", "hydra.sweep.dir=own")
    status, _ = command_line("-m", *QUIET, *words)
    assert status == 0
    assert (tmp_path / "own" / "race.png").is_file()


def test_trust_is_true_or_false(sent, command_line):
    status, written = command_line("sweep/0_run", "trust=maybe", main=film.main)
    assert (status, written.err) == (
        1,
        "landscape_lab: Parameter `trust` should be one of true, false. Found `trust = maybe`.\n",
    )


def test_a_run_may_be_careful(sent, lab):
    with pytest.raises(ValueError, match=r"asks for `evil\.fn`"):
        lab("landscape=function", "landscape.fn=evil.fn", "trust=false")
    assert not (sent / "owned").exists()
    assert lab("landscape=turn", "steps=2", "trust=false").metrics["status"] == "completed"


@pytest.mark.parametrize(
    "path",
    [
        "pathlib.Path.write_text",
        "landscape_lab.landscapes.pathlib.Path",
        "landscape_lab.files.writing.os.system",
        "landscape_lab.lab.run",
        "torch.load",
        "torch.nn.Module.register_forward_hook",
        "torch.nn.init.torch.load",
        "torch.nn.modules.module.torch.load",
        "torch.nn.functional.warnings.warn",
        "torch.nn.functional.importlib",
        "torch.hub.load",
        "landscape_lab.landscapes.ImageLandscape.__init__",
        "Landscape_lab.landscapes.ImageLandscape",
        "",
    ],
)
def test_the_list_has_nothing_by_another_way(path):
    assert not is_known(path)


def test_the_list_is_that_of_the_configuration():
    named = {
        target
        for file in CONF.glob("[!h]*/*.yaml")  # all that runs are composed of, and nothing of Hydra's own
        for target in re.findall(r"_target_: (\w\S+)", file.read_text())
    }
    assert len(named) > 60
    assert all(map(is_known, named))
    assert all(map(is_known, ("torch.nn.Conv2d", "torch.nn.CrossEntropyLoss", "torch.nn.functional.relu")))


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("${seed}", False),
        ("${now:%Y}", False),
        ("${oc.select:seed,${steps}}", False),
        ("${hydra:runtime.output_dir}/a", False),
        ("$x$ and {y: 1}", False),
        ("${oc.env:HOME}", True),
        ("${ oc.env : HOME }", True),
        ("${${a}:HOME}", True),
        ("${oc.${b}:HOME}", True),
        ("${oc.select:seed,${oc.env:HOME}}", True),
        ("${oc.env:'}'}", True),
        ("${oc.decode:${oc.env:HOME}}", True),
        ("${", True),
    ],
)
def test_interpolations_stay_in_their_file(text, strange):
    assert (looks_beyond({"a": [{"b": text}]}) == text) is strange
    assert (looks_beyond({text: 1}) == text) is strange


def test_guards_nest_and_end(tmp_path):
    admit_interpolations("${oc.env:HOME}", tmp_path)
    with guarded("one"):
        with guarded(""), pytest.raises(ValueError, match=f"^{tmp_path} asks for"):
            admit_interpolations("${oc.env:HOME}", tmp_path)
        with found_in(Path("two")), pytest.raises(ValueError, match=r"^two asks for"):
            admit("os.system")
        with pytest.raises(ValueError, match=r"^one asks for"):
            admit("os.system")
    admit("os.system")


@pytest.mark.parametrize(("main", "words"), [(film.main, ["sweep/0_run"]), (leaderboard.main, ["sweep"])])
@pytest.mark.parametrize("drawn", [True, False])
def test_nothing_of_the_environment_gets_into_pictures_and_tables(sent, command_line, main, words, drawn):
    file = Path("sweep/0_run/.hydra/config.yaml")
    config = yaml.safe_load(file.read_text()) | {"seed": "${oc.env:HOME}"}
    file.write_text(yaml.safe_dump(config))
    if not drawn:  # the leaderboard draws nothing of it, but compares its settings
        Path("sweep/0_run/trajectory.npz").unlink()
    status, written = command_line(*words, main=main)
    assert status == 1
    (line,) = written.err.splitlines()
    assert re.search(r"sweep/0_run asks for `\$\{oc\.env:HOME\}`, which .*: trust=true\.$", line)
    assert not list(Path("sweep").glob("events*"))
