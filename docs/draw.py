"""Draw the pictures of the documentation: `python docs/draw.py`.

Every experiment is run, every landscape drawn.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from landscape_lab import run
from landscape_lab.configuration import CONF
from landscape_lab.drawing.figures import gallery_figure, save_figure
from landscape_lab.gallery import names, scenes

DOCS = Path(__file__).parent
SHOWN = ("approximation", "sharpness", "surface", "planes", "basins", "boundary", "data", "lr", "path")
"""The figures of an experiment, of which the first one that it has is shown."""


def shrink(source: Path, target: Path, width: int) -> None:
    """A picture of at most `width` pixels and 256 colours."""
    with Image.open(source) as picture:
        picture = picture.convert("RGB")
        picture.thumbnail((width, width))
        picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            target, optimize=True
        )


def _experiment(path: Path) -> str:
    """The line of an experiment, and its picture; of one whose data are not here, what it says of them."""
    about = " ".join(re.findall(r"^# (?!@)(.*)$", path.read_text(), re.MULTILINE))
    if "mode: MULTIRUN" in path.read_text():
        planes(path.stem, DOCS / "experiments" / f"{path.stem}.png")
        return f"| `{path.stem}` | {about} | ![{path.stem}](experiments/{path.stem}.png) |"
    with tempfile.TemporaryDirectory() as folder:
        words = [f"experiment={path.stem}", f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"]
        try:
            result = run(words)
        except ValueError as error:
            sys.stderr.write(f"{path.stem}: {error}\n")
            return f"| `{path.stem}` | {about} | |"
        drawn = next(file for name in SHOWN if (file := Path(folder) / f"{name}.png").is_file())
        shrink(drawn, DOCS / "experiments" / f"{path.stem}.png", 640)
    about += f" {result.metrics['steps']:,} steps, final loss {result.metrics['final_loss']:.4g}."
    return f"| `{path.stem}` | {about} | ![{path.stem}](experiments/{path.stem}.png) |"


def planes(experiment: str, target: Path) -> None:
    """The planes that an experiment of several runs draws, side by side, or its race."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "landscape_lab", f"experiment={experiment}"]
        subprocess.run([*command, f"hydra.sweep.dir={folder}"], check=True, stdout=subprocess.DEVNULL)
        files = sorted(Path(folder).glob("plane_*.png")) or [Path(folder) / "race.png"]
        drawn = [Image.open(file) for file in files]
        both = Image.new("RGB", (sum(one.width for one in drawn), drawn[0].height), "white")
        for number, one in enumerate(drawn):
            both.paste(one, (number * drawn[0].width, 0))
        both.thumbnail((1100, 1100))
        both.save(target, optimize=True)  # 256 colours are too few for several maps and their paths


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
            shrink(Path(folder) / f"{name}.png", DOCS / {"lr": "lr_sweep.png"}.get(name, f"{name}.png"), 900)


def curvature() -> None:
    """The spectrum at the end of a run and the ratio map of its plane, and Adam at the edge of stability."""
    bent = ["landscape=network", "steps=150", "figures=[curvature,ratio]"]
    edge = ["experiment=edge_of_stability", "optimizer=adam", "optimizer.lr=0.01", "steps=3000", "figures=[]"]
    named = {"curvature": "curvature", "ratio": "ratio", "sharpness": "adam_at_the_edge"}
    with tempfile.TemporaryDirectory() as folder:
        for words in (bent, edge):
            run([*words, f"hydra.run.dir={folder}", "logger=none", "~callbacks.progress"])
        for name, target in named.items():
            shrink(Path(folder) / f"{name}.png", DOCS / f"{target}.png", 960)


def layers() -> None:
    """What AdamW does to the layers of a transformer."""
    words = ["experiment=transformer_text", "optimizer=adamw", "steps=600", "callbacks=layers", "figures=[]"]
    with tempfile.TemporaryDirectory() as folder:
        run([*words, "callbacks.layers.every=10", f"hydra.run.dir={folder}", "logger=none"])
        shrink(Path(folder) / "layers.png", DOCS / "layers.png", 1400)


def race() -> None:
    """The standings of the default race."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "landscape_lab", "-m", "sweep=race", f"hydra.sweep.dir={folder}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shrink(Path(folder) / "standings.png", DOCS / "race.png", 1800)


def connectivity() -> None:
    """The barriers between the ends of four optimizers."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["landscape=network", "optimizer=adam,sgd,adagrad,rmsprop", "steps=300"]
        words += ["sweep.connectivity=true", f"hydra.sweep.dir={folder}"]
        command = [sys.executable, "-m", "landscape_lab", "-m", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shrink(Path(folder) / "connectivity.png", DOCS / "connectivity.png", 700)


def main() -> None:
    """All pictures and tables of the documentation, and the picture of the front door."""
    experiments()
    ensembles()
    curvature()
    layers()
    race()
    connectivity()
    with tempfile.TemporaryDirectory() as folder:
        save_figure(gallery_figure(scenes(names())), Path(folder) / "gallery.png")
        shrink(Path(folder) / "gallery.png", DOCS / "gallery.png", 1800)
        run(["optimizer=lion", f"hydra.run.dir={folder}/lion", "logger=none", "~callbacks.progress"])
        shrink(Path(folder) / "lion" / "path.png", DOCS / "lion_on_spiral.png", 960)


if __name__ == "__main__":
    main()
