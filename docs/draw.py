"""Draw the pictures of the documentation: `python docs/draw.py`, or some: `python docs/draw.py race layers`.

Every experiment is run, every landscape drawn. Pictures are WebP in full colour.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from landscape_lab import run
from landscape_lab.configuration.composed import CONF
from landscape_lab.drawing.figures import gallery_figure, save_figure
from landscape_lab.files.writing import replacing
from landscape_lab.gallery import names, scenes

DOCS = Path(__file__).parent
MOST = 300_000
"""Bytes of a picture."""
SHOWN = ("approximation", "sharpness", "surface", "planes", "basins", "boundary", "data", "lr", "path")
"""The figures of an experiment, of which the first one that it has is shown."""


def shrink(source: Path | Image.Image, target: Path, width: int) -> None:
    """A picture of at most `width` pixels along both sides, as good as fits into `MOST` bytes."""
    picture = (source if isinstance(source, Image.Image) else Image.open(source)).convert("RGB")
    picture.thumbnail((width, width), Image.Resampling.LANCZOS)
    for quality in (92, 85, 75, 60):
        file = BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= MOST:
            break
    with replacing(target) as unfinished:
        unfinished.write_bytes(file.getvalue())


def _experiment(path: Path) -> str:
    """The line of an experiment, and its picture; of one whose data are not here, what it says of them."""
    about = " ".join(re.findall(r"^# (?!@)(.*)$", path.read_text(), re.MULTILINE))
    if "mode: MULTIRUN" in path.read_text():
        planes(path.stem, DOCS / "experiments" / f"{path.stem}.webp")
        return f"| `{path.stem}` | {about} | ![{path.stem}](experiments/{path.stem}.webp) |"
    with tempfile.TemporaryDirectory() as folder:
        words = [f"experiment={path.stem}", f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"]
        try:
            result = run(words)
        except ValueError as error:
            sys.stderr.write(f"{path.stem}: {error}\n")
            return f"| `{path.stem}` | {about} | |"
        drawn = next(file for name in SHOWN if (file := Path(folder) / f"{name}.png").is_file())
        shrink(drawn, DOCS / "experiments" / f"{path.stem}.webp", 640)
    about += f" {result.metrics['steps']:,} steps, final loss {result.metrics['final_loss']:.4g}."
    return f"| `{path.stem}` | {about} | ![{path.stem}](experiments/{path.stem}.webp) |"


def planes(experiment: str, target: Path) -> None:
    """The planes that an experiment of several runs draws, side by side, or its race."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "landscape_lab", f"experiment={experiment}"]
        subprocess.run([*command, f"hydra.sweep.dir={folder}"], check=True, stdout=subprocess.DEVNULL)
        files = sorted(Path(folder).glob("plane_*.png")) or [Path(folder) / "race.png"]
        shrink(_beside(files), target, 1400)


def _beside(files: Sequence[Path]) -> Image.Image:
    """Pictures in a row."""
    drawn = [Image.open(file).convert("RGB") for file in files]
    row = Image.new("RGB", (sum(one.width for one in drawn), max(one.height for one in drawn)), "white")
    for number, one in enumerate(drawn):
        row.paste(one, (sum(before.width for before in drawn[:number]), 0))
    return row


def experiments() -> None:
    """One picture for each experiment, and the table that lists them."""
    (DOCS / "experiments").mkdir(exist_ok=True)
    rows = [
        "# Experiments",
        "",
        "Each is one short file in `conf/experiment/`: `python -m landscape_lab experiment=NAME`;",
        "",
    ]
    rows[2] += " all of them: `python -m landscape_lab -m 'experiment=glob(*)'`."
    rows[2] += (
        " Each as a film: add `video=[mp4,gif]`, and for one in three dimensions "
        "`callbacks.video.view=surface`."
    )
    rows += ["| experiment | what it shows | picture |", "|---|---|---|"]
    rows += [_experiment(path) for path in sorted((CONF / "experiment").glob("*.yaml"))]
    (DOCS / "experiments.md").write_text("\n".join(rows) + "\n")


def ensembles() -> None:
    """How sensitive an optimizer is to its learning rate, and where momentum leads."""
    rates = ["ensemble=lr_sweep", "ensemble.seeds=4", "experiment=stochastic_spiral_nesterov"]
    for words, name in ((rates, "lr"), (["experiment=basins"], "basins")):
        with tempfile.TemporaryDirectory() as folder:
            run([*words, "figures=[]", f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"])
            shrink(
                Path(folder) / f"{name}.png", DOCS / {"lr": "lr_sweep.webp"}.get(name, f"{name}.webp"), 900
            )


def curvature() -> None:
    """The spectrum at the end of a run and the ratio map of its plane, and Adam at the edge of stability."""
    bent = ["landscape=network", "steps=150", "figures=[curvature,ratio]"]
    edge = ["experiment=edge_of_stability", "optimizer=adam", "optimizer.lr=0.01", "steps=3000", "figures=[]"]
    named = {"curvature": "curvature", "ratio": "ratio", "sharpness": "adam_at_the_edge"}
    with tempfile.TemporaryDirectory() as folder:
        for words in (bent, edge):
            run([*words, f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"])
        for name, target in named.items():
            shrink(Path(folder) / f"{name}.png", DOCS / f"{target}.webp", 960)


def layers() -> None:
    """What AdamW does to the layers of a transformer."""
    words = ["experiment=transformer_text", "optimizer=adamw", "steps=600", "callbacks=layers", "figures=[]"]
    with tempfile.TemporaryDirectory() as folder:
        run([*words, "callbacks.layers.every=10", f"hydra.run.dir={folder}", "logger=none"])
        shrink(Path(folder) / "layers.png", DOCS / "layers.webp", 1400)


def race() -> None:
    """The standings of the default race."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "landscape_lab", "-m", "sweep=race", f"hydra.sweep.dir={folder}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shrink(Path(folder) / "standings.png", DOCS / "race.webp", 1800)


def connectivity() -> None:
    """The barriers between the ends of four optimizers."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["landscape=network", "optimizer=adam,sgd,adagrad,rmsprop", "steps=300"]
        words += ["sweep.connectivity=true", f"hydra.sweep.dir={folder}"]
        command = [sys.executable, "-m", "landscape_lab", "-m", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shrink(Path(folder) / "connectivity.png", DOCS / "connectivity.webp", 700)


def race_networks() -> None:
    """The standings of the race on networks: a quarter of an hour."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["-m", "sweep=race", "sweep.suite=networks", f"hydra.sweep.dir={folder}"]
        command = [sys.executable, "-m", "landscape_lab", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shrink(Path(folder) / "standings.png", DOCS / "race_networks.webp", 1800)


def networks() -> None:
    """Regions of a perceptron, and what LeNet reads."""
    digits = ["model=lenet", "data=digits", "data.validation=0.2", "landscape.batch_size=16", "steps=300"]
    for name, words, target in (("boundary", [], "boundary"), ("data", digits, "digits")):
        with tempfile.TemporaryDirectory() as folder:
            more = [f"figures=[{name}]", f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"]
            run(["landscape=network", *words, *more])
            shrink(Path(folder) / f"{name}.png", DOCS / f"{target}.webp", 900)


def gallery() -> None:
    """All landscapes."""
    with tempfile.TemporaryDirectory() as folder:
        save_figure(gallery_figure(scenes(names())), Path(folder) / "gallery.png")
        shrink(Path(folder) / "gallery.png", DOCS / "gallery.webp", 1800)


def front() -> None:
    """The picture of the front door: a map and what it looks like, with type for half a page each."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["optimizer=lion", "figures=[path,surface]", "callbacks.pictures.width=3.4"]
        run([*words, f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"])
        row = _beside([Path(folder) / f"{name}.png" for name in ("path", "surface")])
        shrink(row, DOCS / "lion_on_spiral.webp", 2040)


PARTS = (front, gallery, ensembles, curvature, layers, connectivity, networks, experiments, race)
"""What is drawn unless some are named, the quickest first."""
NAMED = {part.__name__: part for part in (*PARTS, race_networks)}


def main() -> None:
    """Draw the parts that are named on the command line, or all but the race of networks."""
    parts = [NAMED[name] for name in sys.argv[1:]] or PARTS
    for number, part in enumerate(parts, start=1):
        sys.stderr.write(f"{number} of {len(parts)}: {part.__name__}\n")
        part()


if __name__ == "__main__":
    main()
