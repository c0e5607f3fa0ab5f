"""The path of a training through its checkpoints: Lightning's, Hugging Face's, plain state dictionaries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from glob import glob, has_magic
from os import PathLike
from pathlib import Path

import torch
from jaxtyping import Float
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from landscape_lab.files.weights import KINDS, check_alike, fitting, load_checkpoint
from landscape_lab.records.curves import Curves
from landscape_lab.records.known import UNKNOWN, on_cpu
from landscape_lab.validation import alternatives

OF_FOLDERS = ("model.safetensors", "pytorch_model.bin")
"""What Hugging Face calls the weights in the folder of a checkpoint."""
INSIDE = ("*", "checkpoint-*", "checkpoints/*")
"""Where in a folder checkpoints lie: in it, in folders of Hugging Face, in a log folder of Lightning."""
STATISTICS = ("running_mean", "running_var")
"""Buffers of BatchNorm, which are no weights."""


def path_through(source: str | PathLike[str], module: nn.Module | None = None) -> Curves:
    """The points of some checkpoints in the order of their steps; losses and learning rates are unknown.

    Args:
        source: A folder, a pattern such as `runs/*.ckpt`, or one file. In a folder the files
            themselves count, else those in `checkpoint-*/`, else those in `checkpoints/`.
        module: Whose trainable parameters make a point, in the order of `named_parameters()`. Without
            it, all floating-point tensors do in the order of the first file, but for running
            statistics.

    Raises:
        ValueError: There are none, one cannot be read without running code, or they are of different
            networks.
    """
    files = _files(source)
    console = Console(stderr=True)
    quiet = not console.is_terminal
    points: dict[Path, Tensor] = {}
    counts: list[int | None] = []
    first: dict[str, Tensor] = {}
    for file in track(files, "checkpoints", console=console, transient=True, disable=quiet):
        weights, count = load_checkpoint(file)
        first = first or weights
        points[file] = (
            _point(weights, file, first, files[0]) if module is None else _trained(module, weights, file)
        )
        counts.append(count)
    steps = _steps(files, counts)
    order = _distinct(points, sorted(files, key=lambda file: steps[file]), steps)
    return _curves(
        torch.tensor([steps[file] for file in order]), torch.stack([points[file] for file in order])
    )


def _files(source: str | PathLike[str]) -> list[Path]:
    """The files that are meant, in the natural order of their names.

    Raises:
        ValueError: There are none.
    """
    files = files_in(source)
    if not files:
        raise ValueError(
            f"There are no checkpoints in {source}: files {', '.join(KINDS)}, or folders checkpoint-* that "
            f"hold {' or '.join(OF_FOLDERS)}.{_hint(Path(source))}"
        )
    return sorted(files, key=_natural)


def files_in(source: str | PathLike[str]) -> list[Path]:
    """The checkpoints in a folder, or that a pattern or a path means; perhaps none."""
    if has_magic(str(source)):
        return _weights_of(map(Path, glob(str(source))))
    folder = Path(source)
    files = _weights_of([folder])
    for pattern in INSIDE:
        files = files or _weights_of(folder.glob(pattern))
    return files


def _hint(path: Path) -> str:
    """What lies beside a path that does not exist."""
    beside = sorted(one.name for one in path.absolute().parent.glob("*"))
    return "" if path.exists() else f" {alternatives(path.name, beside, 'Beside it are')}"


def _weights_of(paths: Iterable[Path]) -> list[Path]:
    """The files of weights that some paths are, or that they hold as folders of one checkpoint each."""
    return [file for path in paths if (file := _weights_in(path)) is not None]


def _weights_in(path: Path) -> Path | None:
    """The file of weights that a path is, or that is in the folder of one checkpoint."""
    candidates = [path] if path.suffix in KINDS else [path / name for name in OF_FOLDERS]
    return next((file for file in candidates if file.is_file()), None)


def _natural(path: Path) -> list[tuple[int, str]]:
    """By which names are ordered: numbers in them by their size.

    >>> sorted(map(Path, ["epoch 10.pt", "epoch 9.pt"]), key=_natural)[0].name
    'epoch 9.pt'
    """
    parts = re.findall(r"(\d+)|(\D+)", str(path))
    return [(int(number or 0), text) for number, text in parts]


def _steps(files: Sequence[Path], counts: Sequence[int | None]) -> dict[Path, int]:
    """The step of each file, as they say themselves or, where one does not, as their names say.

    Args:
        files: In natural order.
        counts: What each says.
    """
    told = [count for count in counts if count is not None]
    return dict(zip(files, told if len(told) == len(files) else _numbers(files), strict=True))


def _numbers(files: Sequence[Path]) -> list[int]:
    """The last numbers of the names, if they rise; else 0, 1, ….

    >>> _numbers([Path("step=5.pt"), Path("step=10.pt")]), _numbers([Path("a1.pt"), Path("b.pt")])
    ([5, 10], [0, 1])
    """
    names = [file.parent.name if file.name in OF_FOLDERS else file.stem for file in files]
    numbers = [int(found[-1]) for name in names if (found := re.findall(r"\d+", name))]
    rise = len(numbers) == len(files) and sorted(set(numbers)) == numbers
    return numbers if rise else list(range(len(files)))


def _distinct(points: Mapping[Path, Tensor], files: Sequence[Path], steps: Mapping[Path, int]) -> list[Path]:
    """Files in order without those that repeat another one, as `last.ckpt` does.

    Raises:
        ValueError: Two are of one step and differ.
    """
    kept: dict[int, Path] = {}
    for file in files:
        before = kept.setdefault(steps[file], file)
        if not torch.equal(points[before], points[file]):
            raise ValueError(
                f"Checkpoints should be of one training. Found {before} and {file}, which differ at the same "
                f"step, {steps[file]}."
            )
    return list(kept.values())


def _trained(module: nn.Module, weights: Mapping[str, Tensor], file: Path) -> Float[Tensor, " dims"]:
    """The trainable parameters of a module from the weights in a file."""
    found = fitting(module, weights, file)
    names = [name for name, part in module.named_parameters() if part.requires_grad]
    return torch.cat([found[name].reshape(-1).float() for name in names])


def _point(
    weights: Mapping[str, Tensor], file: Path, first: Mapping[str, Tensor], whose: Path
) -> Float[Tensor, " dims"]:
    """All weights in a file, in the order of the first one."""
    check_alike(first, weights, f"{file} should hold weights as {whose} does. Found it")
    names = [
        name
        for name, part in first.items()
        if part.is_floating_point() and name.rpartition(".")[2] not in STATISTICS
    ]
    return torch.cat([weights[name].reshape(-1).float() for name in names])


def _curves(steps: Tensor, points: Float[Tensor, "records dims"]) -> Curves:
    """Curves that hold these points, and of the rest that it is unknown."""
    unknown = torch.full((len(steps),), UNKNOWN)
    curves = Curves(max(2, len(steps)))
    records = on_cpu(
        steps=steps, points=points.unsqueeze(1), losses=unknown.unsqueeze(1), evaluations=steps, lr=unknown
    )
    curves.extend(records, best=False)
    return curves
