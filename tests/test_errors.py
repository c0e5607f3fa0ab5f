"""A user's error: one line names the key or file and the nearest choice; nothing is half-written."""

import signal
import sys
import warnings

import pytest

from landscape_lab.errors import one_line, without_exits
from landscape_lab.process.stopping import Stopped

MISTAKES = {
    "optimizer=adm": "There is no optimizer `adm`. Nearest: adam, adamw",
    "model=lenet": "The group `model` is there only with landscape=network.",
    "landscape=network model=lenett": "There is no model `lenett`. Nearest: lenet",
    "landscape=spirale": "There is no landscape `spirale`. Nearest: spiral",
    "optimizer.lr=-1": "Parameter `optimizer.lr` should be zero or positive. Found `optimizer.lr = -1`",
    "optimizer.lr=nan": "Parameter `optimizer.lr` should be zero or positive",
    "optimizer.lr=fast": "Parameter `optimizer.lr` should be zero or positive",
    "optimizer.lrr=1": "Adam has no parameter `lrr`. Nearest: lr",
    "optimizer.betas=3": "Parameter `optimizer.betas` should be a list, each a number",
    "optimizer._target_=torch.optim.Adaam": "Found `optimizer._target_ = torch.optim.Adaam`. Nearest: Adam",
    "optimizer._target_=nowhere.Adam": "Found `optimizer._target_ = nowhere.Adam`",
    "steps=0": "Parameter `steps` should be a positive whole number. Found `steps = 0`",
    "steps=abc": "Parameter `steps` should be a positive whole number. Found `steps = abc`",
    "ensemble.starts.random=8": "This choice of `ensemble` has none; another, ensemble=…, may have it.",
    "optimizer=löwe": "There is no optimizer `löwe`. There are ",
    "optimizer=adam,löwe": "are for a sweep: -m. Found `optimizer=adam,'löwe'`",
    "-m scheduler=none,kosinus-ähnlich": "There is no scheduler `kosinus-ähnlich`. There are: ",
    "landscape._target_=landscape_lab.landscapes.ImageLandscap": "Nearest: ImageLandscape",
    "landscape._target_=nowhere.Landscape": "Found `landscape._target_ = nowhere.Landscape`: No module named",
    "+callbacks.mine._target_=math.Mine": "Found `callbacks.mine._target_ = math.Mine`. Nearest: ",
    "data._target_=math.fsum": "The group `data` is there only with landscape=network. Found data._target_.",
    "stepps=3": "There is no key `stepps`. Nearest: steps",
    "landscape.smothing=3": "There is no key `landscape.smothing`. Nearest: smoothing",
    "seed=-1": "Parameter `seed`",
    "seed=true": "Parameter `seed`",
    "objective=loss": "Parameter `objective` should be one of final_loss",
    "start=[2000,3]": "landscape: Parameter `start` should lie inside 0…1023 × 0…1023 (column, row)",
    "start=here": "Parameter `start` should be numbers, [column, row] or [x, y]",
    "landscape.image=surfaces/spirl.png": "landscape: There is no picture surfaces/spirl.png. Nearest in",
    "landscape=rosenbrock landscape.dims=1": "`landscape.dims` should be a whole number of at least 2",
    "landscape=function landscape.fn=nowhere.fn": "landscape: Parameter `fn` should be installed",
    "landscape=expression landscape.expression=x+zin(y)": "landscape: Parameter `expression`",
    "landscape=image": "The key `landscape.image` should be given",
    "ckpt_path=nothing.ckpt": "There is no checkpoint nothing.ckpt",
    "video={a:1}": "Parameter `video` should be a list. Found `video={a:1}`",
    "objective=5": "Parameter `objective` should be one of final_loss",
    "optimizer.lr=[1": "does not read `optimizer.lr=[1`",
    "hydra.job.num=abc": "Parameter `hydra.job.num`: Value 'abc' of type 'str' could not be converted to Int",
    "landscape=expression landscape.expression=x/0": "Parameter `expression` should be finite at the start",
    "-m steps=1,2 objective=5": "Parameter `objective` should be one of final_loss",
    "sweep=optuna callbacks.pruning.settings=null": "`callbacks.pruning.settings` should be settings",
    "-m sweep=optuna sweep.sampler_settings=abc": "`sweep.sampler_settings` should be settings, {key: value}",
    "start=1,2": "A list is `start=[1,2]`; several values one after another are for a sweep: -m.",
    "optimizer=adam,sgd": "for a sweep: -m. Found `optimizer=adam,sgd`",
    "trainer.devices=2": "Parameter `trainer.devices` should be 1, or a list with the number of one",
    "trainer.devices=[0,1]": "Parameter `trainer.devices` should be 1, or a list with the number of one",
    "trainer.precision=bf16-true": "Parameter `trainer.precision` should be one of 32-true, 64-true",
    "trainer.precision=16-true": "Parameter `trainer.precision` should be one of 32-true, 64-true",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_told_in_one_line(quiet_command, tmp_path, mistake):
    status, written = quiet_command(*mistake.split())
    assert status == 1
    assert MISTAKES[mistake] in written.err
    assert written.err.startswith("landscape_lab: ")
    assert written.err.count("\n") == 1
    assert written.out == ""
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_written_is_named(quiet_command, tmp_path):
    (tmp_path / "file").touch()
    status, written = quiet_command("hydra.run.dir=file/run", "steps=1")
    assert status == 1
    assert "file/run" in written.err
    assert written.err.count("\n") == 1


def test_traceback_comes_when_asked_for(quiet_command, monkeypatch):
    monkeypatch.setattr("landscape_lab.errors.FULL", True)
    with pytest.raises(ValueError, match="steps"):
        quiet_command("steps=0")


def test_last_line_of_a_run_is_its_folder(quiet_command, tmp_path):
    status, written = quiet_command(
        "steps=2", f"hydra.run.dir={tmp_path}/a folder with a rather long name {'x' * 100}"
    )
    assert status == 0
    assert written.out.splitlines()[-1].startswith(f"{tmp_path}/a folder with")
    assert (tmp_path / written.out.splitlines()[-1] / "results.json").is_file()
    assert written.err == ""


@pytest.mark.parametrize(("group", "head"), [("experiment", "# @package _global_\n"), ("optimizer", "")])
def test_a_yaml_that_is_not_utf_8_is_named(quiet_command, tmp_path, group, head):
    page = tmp_path / "mine" / group / "latin.yaml"
    page.parent.mkdir(parents=True)
    page.write_bytes(head.encode() + b"# caf\xe9\nlr: 0.1\n")
    status, written = quiet_command("--config-dir", "mine", f"{group}=latin")
    told = f"landscape_lab: The file {page} should be text in UTF-8. Found 0xe9.\n"
    assert (status, written.err) == (1, told)


GLYPH = "Glyph 19992 (\\N{CJK UNIFIED IDEOGRAPH-4E18}) missing from font(s) DejaVu Sans."


@pytest.mark.parametrize(
    ("warning", "category", "told"),
    [
        ("The picture is constant", UserWarning, "The picture is constant"),
        ("divide by zero", RuntimeWarning, "divide by zero"),
        ("two\nlines", UserWarning, "two lines"),
        (GLYPH, UserWarning, "No installed font has the sign 丘: pictures show a box for it."),
    ],
)
def test_a_warning_is_told_in_one_line_once_and_without_a_path(capsys, warning, category, told):
    before = warnings.showwarning
    with warnings.catch_warnings(), one_line(), one_line():
        warnings.simplefilter("always")
        for _ in range(3):
            warnings.warn(warning, category, stacklevel=1)
    assert capsys.readouterr().err == f"landscape_lab: {told}\n"
    assert warnings.showwarning is before


@pytest.mark.parametrize("code", ["lambda parameters: sys.exit(3)", "sys.exit('bye')"])
def test_code_of_a_user_does_not_end_the_lab(quiet_command, tmp_path, monkeypatch, code):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "leaver", raising=False)
    (tmp_path / "leaver.py").write_text(f"import sys\n\nSomething = {code}\n")
    status, written = quiet_command("landscape=turn", "steps=2", "optimizer._target_=leaver.Something")
    assert status == 1
    (line,) = written.err.splitlines()
    assert line.startswith("landscape_lab: ")
    assert f"{tmp_path}/leaver.py, line 3, ended the program: " in line


@pytest.mark.parametrize("stop", [Stopped(signal.SIGTERM), SystemExit(1)])
def test_what_stops_the_lab_passes(stop):
    stop.__context__ = BrokenPipeError()  # as where nobody reads a table of Rich
    with pytest.raises(type(stop)), without_exits():
        raise stop
