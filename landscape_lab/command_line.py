"""The command line: Hydra composes a configuration, and the job runs."""

import gc
import os
import re
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from landscape_lab.configuration.completeness import check_complete, check_typed
from landscape_lab.configuration.composed import (
    CONF,
    key_of,
    open_keys,
    quoted,
    register_catalogue,
)
from landscape_lab.configuration.given_files import with_files
from landscape_lab.configuration.schema import check, describe
from landscape_lab.errors import FULL, one_line, tell
from landscape_lab.process.slurm import requeue, requeued
from landscape_lab.process.stopping import Stopped
from landscape_lab.runs import Run, leaving_no_empty_folder
from landscape_lab.sweeps.resume import resumed
from landscape_lab.trust import guarded


@hydra.main(config_path=str(CONF), config_name="config", version_base="1.3")
def job(cfg: DictConfig) -> Any:
    """One run; a sweep gets its objective, or a tuple of several."""
    config = cast(DictConfig, HydraConfig.get())
    if config.mode is RunMode.MULTIRUN:
        from landscape_lab.sweeps.jobs import attempt, begin_process  # heavy: `--help` does without

        begin_process(config.launcher, study="study" in cfg.sweep)
        return attempt(cfg, config)
    with one_line(), leaving_no_empty_folder(config):
        check_complete(cfg, config)
        check(cfg)
        with staying():
            from landscape_lab.lab import descend, prepared  # heavy: a mistake is told at once
            from landscape_lab.runs import own_folder
            from landscape_lab.summary import print_summary

        try:
            with own_folder(cfg, config):
                result = descend(cfg, config, prepared(cfg, config))
        except Stopped as stopped:
            tell(f"{stopped} {how_to_go_on(sys.argv[1:], Run(Path(cfg.folder)))}")
            raise
    print_summary(result)
    if result.metrics["status"] == "failed":
        raise SystemExit(1)  # the line is written
    return result.objective


@contextmanager
def staying() -> Iterator[None]:
    """What is imported stays for good: the collector need not look for garbage in it, now or at the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@one_line()
def main() -> None:
    """Let Hydra compose the configuration and run the job.

    Only here is anything changed that belongs to the whole process: its environment, its import path.
    """
    os.environ.setdefault(
        "LANDSCAPE_LAB_FULL_ERROR", str(int(FULL))
    )  # what the user asked for, for the workers of a sweep
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print a traceback and exit; we want the exception
    if (folder := os.getcwd()) not in sys.path:
        sys.path.insert(0, folder)  # a user's module may import others beside it, whenever it does so
    OmegaConf.register_new_resolver("keys", lambda *, _root_: _described(_root_), replace=True)
    sys.argv[1:] = options_first(with_files(sys.argv[1:]))
    check_typed(sys.argv[1:])
    sys.argv[1:] = resumed(open_keys(requeued(sys.argv[1:])))
    register_catalogue()
    try:
        with guarded("This command" if "trust=false" in sys.argv else ""):
            job()
    except Stopped as stopped:
        if stopped.number == getattr(signal, "SIGUSR1", None):
            tell(requeue())
        raise


def options_first(arguments: Iterable[str]) -> list[str]:
    """The same words in an order that Hydra's parser takes: it refuses overrides on both sides of an option.

    >>> options_first(["seed=0,1", "-m", "--config-dir", "mine", "steps=5"])
    ['-m', '--config-dir', 'mine', 'seed=0,1', 'steps=5']
    """
    return sorted(arguments, key=lambda word: word.startswith("~") or ("=" in word and word[0] != "-"))


def how_to_go_on(arguments: Iterable[str], run: Run) -> str:
    """The command that goes on with a run which was stopped, or begins it again.

    Args:
        arguments: Of the command that was stopped.
        run: Its folder.
    """
    folder = str(run.folder)
    with suppress(ValueError):  # it is elsewhere
        folder = str(run.folder.relative_to(Path.cwd()))
    where = folder if re.fullmatch(r"[\w./-]+", folder) else quoted(folder)
    own = ("hydra.run.dir", "resume", "ckpt_path")
    kept = [argument for argument in arguments if key_of(argument) not in own]
    words = ["python", "-m", "landscape_lab", *kept, f"hydra.run.dir={where}", "resume=true"]
    return f"{'Go on' if run.checkpoint.is_file() else 'Begin again'} with: {shlex.join(words)}"


def _described(cfg: DictConfig) -> str:
    """The keys of a configuration for `--help`, in which Hydra takes a dollar for its own."""
    return describe(cfg).replace("$", "$$")
