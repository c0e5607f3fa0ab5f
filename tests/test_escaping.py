"""Hostile names in every place where names are shown: they stay text."""

import csv
import io
import json
import re
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import yaml
from matplotlib import rc_context
from matplotlib.text import Text
from rich.console import Console
from rich.table import Table
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from landscape_lab.configuration.composed import quoted
from landscape_lab.drawing.figures import path_figure, save_figure
from landscape_lab.drawing.header import entries
from landscape_lab.drawing.video import Film
from landscape_lab.errors import answer, one_line, tell
from landscape_lab.escaping import fenced, in_code, in_csv, in_markdown, in_markup, in_terminal, visible
from landscape_lab.lab import run
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.staging import scene_of
from landscape_lab.sweeps import leaderboard
from landscape_lab.sweeps.best import write_best
from landscape_lab.sweeps.progress import Watch
from landscape_lab.tables import markdown, write_csv
from landscape_lab.trajectory import Trajectory

NAMES = [
    "$x$",
    "$\\frac{",
    "a$b",
    "\x1b[31mred\x1b[0m",
    "bell\a",
    "two\nlines",
    "back\r\x1b[2K",
    "\x9b31m",
    "left\u202eright",
    "zero\u200bwidth",
    "part\u2028two",
    "[noise,shift]",
    "[red]red[/red]",
    "[/]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "a|b|c",
    "`code`",
    "![x](javascript:1)",
    "**bold** _it_",
    "=cmd()",
    "+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "100%\\",
]
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029]")
"""What no name may bring onto a terminal; lines end with newlines of ours."""


@pytest.mark.parametrize("name", NAMES)
def test_lines_on_the_terminal(name, capsys):
    tell(f"about {name}!")
    answer(f"a/{name}")
    with pytest.raises(SystemExit), one_line():
        raise ValueError(name)
    written = capsys.readouterr()
    for text, lines in ((written.err, 2), (written.out, 1)):
        assert not CONTROLS.search(text)
        assert text.count("\n") == lines
    assert written.out == f"a/{visible(name)}\n"


@pytest.mark.parametrize("name", NAMES)
def test_tables_and_bars_of_the_terminal(name):
    file = io.StringIO()
    console = Console(file=file, width=200, force_terminal=True, color_system=None)
    table = Table(box=None)
    table.add_column(in_terminal(name))
    table.add_row(in_terminal(name))
    console.print(table)
    console.print(in_markup(f"{name}.mp4"), highlight=False)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert lines == [f" {visible(name)}", f" {visible(name)}", f"{visible(name)}.mp4"]


@pytest.mark.parametrize("name", NAMES)
def test_markdown(name):
    head, _, line = markdown([name, "b"], [[name, "2"]])
    assert head.startswith(f"| {in_markdown(name)} |")
    cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)
    assert len(cells) == 4
    assert not CONTROLS.search(line + "".join(map(in_code, [name])))
    assert "<" not in line
    assert not re.search(r"(?<!\\)[$*]|\]\(", line)
    assert unescaped(in_markdown(name)) == visible(name)


def unescaped(text: str) -> str:
    """What Markdown shows of a text."""
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return plain.replace("&lt;", "<").replace("&amp;", "&")


@pytest.mark.parametrize("text", ["a", "`", "``x`", "```\n<script>", "~~~\n````"])
def test_code_of_markdown_ends_where_it_should(text):
    first, *_, last = fenced(text, "yaml").split("\n")
    assert first == f"{last}yaml"
    assert last not in text
    ticks = re.match("`+", in_code(text))[0]
    assert in_code(text).endswith(ticks)
    assert ticks not in text


def content(file: Path) -> io.StringIO:
    """What a file holds, newlines as they are."""
    return io.StringIO(file.read_bytes().decode(), newline="")


@pytest.mark.parametrize("name", NAMES)
def test_cells_of_csv(name, tmp_path):
    write_csv(tmp_path / "a.csv", [name, "b"], [[name, -0.5], [f" {name}", "-1e-3"]])
    rows = list(csv.reader(content(tmp_path / "a.csv")))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert not any(re.match(r"\s*[=+@-]", row[0]) for row in rows)
    assert [row[1] for row in rows[1:]] == ["-0.5", "-1e-3"]
    assert rows[0][0].removeprefix("'") == visible(name)


def test_numbers_are_no_formulas():
    assert [in_csv(text) for text in ("-1", "+2.5e-7", "-inf", "-.5", "-1+2")] == [
        *("-1", "+2.5e-7", "-inf", "-.5"),
        "'-1+2",
    ]


class Shown(NamedTuple):
    """What is shown of a sweep with hostile names."""

    out: str
    err: str
    folder: Path


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """A sweep in which each job has a hostile name as its folder, its optimizer and a setting."""
    folder = tmp_path_factory.mktemp("hostile")
    run(["landscape=turn", "steps=2", "callbacks=none", "logger=none", f"hydra.run.dir={folder / 'one'}"])
    for number, name in enumerate(NAMES):
        job = folder / "sweep" / f"{number}_{name.replace('/', '')}"
        shutil.copytree(folder / "one", job)
        results = json.loads((job / "results.json").read_text())
        results |= {"optimizer": name, "landscape": name, "final_loss": float(number)}
        (job / "results.json").write_text(json.dumps(results))
        overrides = [f"optimizer={quoted(name)}", f"+optimizer.note={quoted(name)}"]
        (job / ".hydra" / "overrides.yaml").write_text(yaml.safe_dump(overrides))
    return folder / "sweep"


@pytest.fixture(scope="module")
def shown(sweep):
    """What the command prints of it."""
    with pytest.MonkeyPatch.context() as patched:
        streams = io.StringIO(), io.StringIO()
        patched.setattr(sys, "stdout", streams[0])
        patched.setattr(sys, "stderr", streams[1])
        patched.setattr(sys, "argv", ["leaderboard", str(sweep)])
        leaderboard.main()
    return Shown(streams[0].getvalue(), streams[1].getvalue(), sweep)


def test_leaderboard_on_the_terminal(shown):
    assert not CONTROLS.search(shown.out + shown.err)
    for name in NAMES[:20]:
        assert f"_{visible(name.replace('/', ''))} " in shown.out  # the folder
        assert shown.out.count(visible(name)) >= 1


def test_leaderboard_of_hostile_names_in_files(shown):
    page = (shown.folder / "leaderboard.md").read_text()
    assert not CONTROLS.search(page)
    lines = [line for line in page.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(NAMES)
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines if "\\\\" not in line}) == 1
    assert "<script" not in page
    rows = list(csv.DictReader(content(shown.folder / "leaderboard.csv")))
    told = [row["optimizer"].removeprefix("'") for row in rows]
    assert told == [visible(name) for name in NAMES]
    assert not any(re.match(r"[=+@-](?![\d.]+$)", cell) for row in rows for cell in row.values() if cell)


def test_race_of_hostile_names_is_drawn(shown):
    assert (shown.folder / "race.png").is_file()
    assert "not drawn" not in shown.err


def test_hostile_names_in_tensorboard(shown):
    accumulator = EventAccumulator(str(shown.folder), {"tensors": 0})
    accumulator.Reload()
    (event,) = accumulator.Tensors("leaderboard/text_summary")
    assert event.tensor_proto.string_val[0].decode() == (shown.folder / "leaderboard.md").read_text()


@pytest.mark.parametrize("name", ["$\\frac{$", "\x1b[31m$b$<i>&\n"])
def test_figures_show_names_as_they_are(name, sweep, tmp_path):
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0), bounds=(-2.0, 2.0))
    trajectory = Trajectory.load(sweep.parent / "one" / "trajectory.npz")
    trajectory.label = name
    figure = path_figure(scene_of(landscape, [trajectory]))
    (title, *_) = [axes.get_title("left") for axes in figure.axes]
    assert title.startswith(visible(name))
    assert not any(text.get_parse_math() for text in figure.findobj(Text))
    save_figure(figure, tmp_path / "a.png")
    with rc_context({"svg.fonttype": "none"}):
        save_figure(figure, tmp_path / "a.svg")
    words = ["".join(one.itertext()) for one in ElementTree.parse(tmp_path / "a.svg").iter()]
    assert any(word.startswith(visible(name)) for word in words)


def test_a_best_job_has_one_line_for_its_name(tmp_path):
    write_best(tmp_path / "best.yaml", ["landscape=turn", "steps=2"], "best: 0_x\nhydra: {a: 1}\u2028seed: 3")
    settings = yaml.safe_load((tmp_path / "best.yaml").read_text())
    assert settings.keys() == {"defaults", "steps"}


def test_bars_show_names_as_they_are(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    watch = Watch(2, lambda: 1, "jobs")
    watch.note = "best: [red]\x1b[31mx[/]"
    watch.start()
    time.sleep(0.3)
    watch.stop()
    assert "best: [red]\\x1b[31mx[/]" in terminal.getvalue()
    assert "\x1b[31mx" not in terminal.getvalue()


def test_a_film_names_its_paths_as_they_are(sweep, tmp_path):
    landscape = FunctionLandscape(lambda x, y: x**2 + y**2, start=(1.0, 1.0), bounds=(-2.0, 2.0))
    trajectory = Trajectory.load(sweep.parent / "one" / "trajectory.npz")
    trajectory.label = "a\x1b[31m$\\frac{$\n[b]"
    scene = scene_of(landscape, [trajectory])
    assert [entry.name for entry in entries(scene.traces, 1)] in ([visible(trajectory.label)], [])
    Film(frames=2).write(scene, tmp_path / "a.gif")
    assert (tmp_path / "a.gif").stat().st_size > 1000
