"""A run in a job of Slurm: it is queued again before its time is up, and then goes on."""

import os
import subprocess
from collections.abc import Sequence

from landscape_lab.configuration.composed import key_of
from landscape_lab.process.stopping import JOB

RESTARTS = "SLURM_RESTART_COUNT"
"""Where Slurm tells how often a job was queued again."""


def requeue() -> str:
    """Let Slurm queue this job again, and say what came of it."""
    job = os.environ[JOB]
    if "SLURM_ARRAY_JOB_ID" in os.environ:
        job = f"{os.environ['SLURM_ARRAY_JOB_ID']}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    try:
        done = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"Slurm's job {job} could not be queued again: {error}"
    if done.returncode:
        return f"Slurm's job {job} could not be queued again: {done.stderr.strip()}"
    return f"Slurm's job {job} is queued again."


def requeued(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command; a job that was queued again goes on, also where they do not say so."""
    again = os.environ.get(RESTARTS, "0") not in ("", "0")
    return [*arguments, *["resume=true"] * (again and "resume" not in map(key_of, arguments))]
