"""Every key with what it cannot use: it is taken and has an effect, or is refused in a line with its name.

First each input is checked as the lab checks it right after composing. What it takes there is run for
two steps in a process of its own, as it would be typed.
"""

import os
import random
import re
import resource
import signal
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from bad_inputs import BAD, Case, Composer, Key, bases, keys, refusal_of
from hydra.core.global_hydra import GlobalHydra

from landscape_lab import command_line
from landscape_lab.keys import DECLARED

MEMORY = 12 << 30
"""Bytes that a run may take, so that a huge number ends it and not the machine."""
SECONDS = 120
"""After so long a run is killed, which is no fault: its input was taken."""
WITH_PICTURES = ("callbacks", "figures", "video", "plane", "augmentations")
"""Keys that nothing reads where nothing is drawn."""


@pytest.fixture(scope="module")
def composer():
    return Composer()


def cases_of(composer, chosen):
    """All bad inputs of some bases."""
    return [Case(key, bad) for key in keys(composer, chosen) for bad in BAD]


def check_refusal(case: Case, text: str) -> None:
    """What is refused is told in one line, which names the key."""
    name = case.key.name.rpartition(".")[2]
    assert "\n" not in text
    assert re.search(rf"\b{re.escape(name)}\b", text), text


def taken(composer, tried, cases):
    """Those of some bad inputs that are not refused before anything is built."""
    for case in cases:
        with tried("bad input, checked", case):
            text = refusal_of(composer(case.key.base), case)
            if text is None:
                yield case
            else:
                check_refusal(case, text)


def run(arguments: list[str]) -> tuple[int, str, list[str]]:
    """Type a command in a process of its own that has all imports behind it.

    Returns:
        Its exit status, what it wrote on standard error, and which files it left.
    """
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            _type(arguments, name, errors.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        left = [str(path.relative_to(name)) for path in Path(name).rglob("*") if path.is_file()]
        return status, errors.read().decode(), left


def _type(arguments: list[str], folder: str, errors: int) -> None:
    """What the child does; it never returns."""
    status = 99
    try:
        os.chdir(folder)
        os.dup2(errors, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(SECONDS)
        warnings.resetwarnings()
        os.environ["HYDRA_FULL_ERROR"] = "0"
        sys.argv = ["landscape_lab", *arguments]
        GlobalHydra.instance().clear()
        try:
            command_line.main()
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(status)


def arguments_of(case: Case) -> list[str]:
    """The command: two steps, and no more around them than the key needs."""
    quiet = [] if case.key.name.startswith(WITH_PICTURES) else ["callbacks=none"]
    quiet += [] if case.key.name.startswith("logger") else ["logger=none"]
    chosen = {one.partition("=")[0] for one in case.key.base}
    short = [] if case.key.name in ("steps", "epochs") else ["steps=2"]
    return [*(one for one in quiet if one.partition("=")[0] not in chosen), *short, *case.overrides]


def check_run(case: Case) -> None:
    """A run ends well, with lines of ours only; or it is refused in one, and leaves nothing."""
    status, told, left = run(arguments_of(case))
    if status == -signal.SIGALRM:
        return
    assert status in (0, 1), told
    assert all(line.startswith("landscape_lab: ") for line in told.splitlines()), told
    if status == 1:
        assert told.count("\n") == 1, told
        check_refusal(case, told.rstrip())
        assert not left, told


def runs_alone(base: tuple[str, ...]) -> bool:
    """Whether a choice runs as it is here, where data may be missing."""
    return run(["callbacks=none", "logger=none", "steps=1", *base])[0] == 0


def try_runs(tried, cases):
    """Run each case whose base runs."""
    able = {}
    for case in cases:
        base = case.key.base
        if case.key.name.startswith("sweep.") or "sweep=race" in base:
            continue  # a single run does not read them
        if base not in able:
            able[base] = runs_alone(base)
        if able[base]:
            with tried("bad input, run", case):
                check_run(case)


def test_some_bad_inputs(composer, tried):
    chance = random.Random(0)
    cases = cases_of(composer, [(), *chance.sample(list(bases()), 4)])
    some = list(taken(composer, tried, chance.sample(cases, 150)))
    try_runs(tried, some[:2])


@pytest.mark.slow
def test_all_bad_inputs(composer, tried):
    cases = cases_of(composer, bases())
    assert len(cases) > 5000
    left = list(taken(composer, tried, cases))
    try_runs(tried, random.Random(0).sample(left, 250))
    assert tried.cases["bad input, run"] > 150


@pytest.mark.slow
def test_a_misspelt_key_is_refused_and_the_nearest_named(composer, tried):
    for key in keys(composer, bases()):
        if key.owner in DECLARED and DECLARED[key.owner].further is None:  # else its class tells
            misspelt = Key(key.base, f"{key.name}x", there=False, owner=key.owner)
            with tried("misspelt key", misspelt.name):
                told = refusal_of(composer(key.base), Case(misspelt, "zero"))
                assert told is not None
                assert told.startswith(f"There is no key `{misspelt.name}`. Nearest: ")
                assert key.name.rpartition(".")[2] in told.partition("Nearest: ")[2]
