"""What came of a study: progress while it runs, a table, and the best settings to run again."""

import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from landscape_lab.files import replacing
from landscape_lab.sweeps.search_space import SearchSpace
from landscape_lab.sweeps.studies import INSTEAD_OF, taken

SHOWN = 8
"""The trials in the table."""


def best_trials(study: Study) -> list[FrozenTrial]:
    """The best trial, or of several objectives those that no other beats in all of them; none that diverged."""
    if len(study.directions) == 1:
        return _ranked(study)[:1]
    return [trial for trial in study.best_trials if trial.user_attrs.get("status") == "completed"]


def write_outcome(study: Study, space: SearchSpace, folder: Path, goals: Mapping[str, str], loader: ConfigLoader) -> None:
    """Write `optimization_results.yaml`, and the best settings as configurations: `--config-dir FOLDER --config-name best`."""
    rows = []
    for trial in best_trials(study):
        overrides = [*space.shared, *space.overrides(trial)]
        name = "best" if len(goals) == 1 else f"best_{trial.number}"
        head = (
            f"# Trial {trial.number} of the study {study.study_name}: {_values(trial, goals)}\n"
            f"# Run it: python -m landscape_lab --config-dir {shlex.quote(str(folder))} --config-name {name}\n"
        )
        with replacing(folder / f"{name}.yaml") as unfinished:
            unfinished.write_text(head + configuration(overrides, loader))
        rows.append(
            {
                "trial": trial.number,
                "values": dict(zip(goals, trial.values, strict=True)),
                "params": trial.params,
                "command": shlex.join(["python", "-m", "landscape_lab", *overrides]),
                "folder": trial.user_attrs.get("folder"),
            }
        )
    outcome = {"study": study.study_name, "objectives": dict(goals), "trials": _counts(study), "best": rows}
    with replacing(folder / "optimization_results.yaml") as unfinished:
        unfinished.write_text(yaml.safe_dump(outcome, sort_keys=False, allow_unicode=True, width=1000))


def configuration(overrides: Iterable[str], loader: ConfigLoader) -> str:
    """The YAML that does what overrides do, on top of the lab's own; it cannot take a key away, so `~key` is left out."""
    values = OmegaConf.create({})
    chosen: list[Any] = []
    for override in OverridesParser.create(config_loader=loader).parse_overrides(list(overrides)):
        key, value = override.key_or_group, override.value()
        if override.is_delete():
            continue
        if "." not in key and loader.get_group_options(key):
            chosen.append({f"override {key}": value})
        else:
            OmegaConf.update(values, key, value, force_add=True)
    text: Any = {"defaults": ["config", *chosen, "_self_"], **OmegaConf.to_container(values)}  # type: ignore[dict-item]
    return yaml.safe_dump(text, sort_keys=False, allow_unicode=True)


def print_outcome(study: Study, folder: Path, goals: Mapping[str, str]) -> None:
    """A table of the best trials, how many there are of each kind, and the folder on the last line."""
    console = Console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("trial", *goals):
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column("settings")
    ranked = best_trials(study) if len(goals) > 1 else _ranked(study)
    for trial in ranked[:SHOWN]:
        settings = "  ".join(f"{name}={_short(value)}" for name, value in trial.params.items())
        table.add_row(str(trial.number), *(_short(value) for value in trial.values), settings)
    if ranked:
        console.print(table)
    counts = ", ".join(f"{number} {name}" for name, number in _counts(study).items() if number)
    console.print(f"{counts}.", highlight=False)
    console.print(str(folder), markup=False, highlight=False, soft_wrap=True)


class Watch:
    """One line while a study runs: trials, the best, the time left.

    Args:
        study: What is watched.
        total: How many trials it shall have.
    """

    def __init__(self, study: Study, total: int) -> None:
        self.study, self.total = study, total

    def __enter__(self) -> Self:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[best]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("trials", total=self.total, completed=taken(self.study), best="")
        self._bar.start()
        return self

    def update(self) -> None:
        """Trials have ended."""
        best = best_trials(self.study) if len(self.study.directions) == 1 else []
        text = f"best {_short(best[0].value)} (trial {best[0].number})" if best else ""
        self._bar.update(self._task, completed=taken(self.study), best=text, refresh=True)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _finished(study: Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _ranked(study: Study) -> list[FrozenTrial]:
    """The trials that completed, best first."""
    ran = [trial for trial in _finished(study) if trial.user_attrs.get("status") == "completed"]
    return sorted(ran, key=lambda trial: trial.values[0], reverse=study.direction is StudyDirection.MAXIMIZE)


def _counts(study: Study) -> dict[str, int]:
    """How many trials there are of each kind."""
    trials = study.get_trials(deepcopy=False)
    cut = {trial.user_attrs.get(INSTEAD_OF) for trial in trials}
    words = ["cut" if trial.number in cut else trial.user_attrs.get("status", trial.state.name.lower()) for trial in trials]
    return dict(sorted(Counter(words).items()))


def _values(trial: FrozenTrial, goals: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in zip(goals, trial.values, strict=True))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
