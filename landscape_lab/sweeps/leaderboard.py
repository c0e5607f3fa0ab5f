"""The ranking of a sweep: `python -m landscape_lab.sweeps.leaderboard DIR` writes and prints it anew."""

import sys
from pathlib import Path

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

from landscape_lab.errors import explain, one_line, tell
from landscape_lab.sweeps.pages import conclude
from landscape_lab.trust import guarded_command


class LeaderboardCallback(Callback):
    """Rank the jobs when Hydra has run all of them; exit status 1 says that some failed."""

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: object) -> None:
        """Report an error that could not be written, and let go of what Hydra would keep of every job.

        Hydra holds the whole configuration of each job until the sweep ends; only its folder is needed.
        """
        if config.hydra.mode is RunMode.MULTIRUN:
            if job_return.status is JobStatus.FAILED:
                tell(f"{config.hydra.runtime.output_dir}: {explain(job_return._return_value)}")
            job_return.working_dir = config.hydra.runtime.output_dir
            job_return.cfg = job_return.hydra_cfg = None

    def on_multirun_end(self, config: DictConfig, **kwargs: object) -> None:
        """Write and print the leaderboard.

        In a study an interrupted trial is no failure: it was run again, or another process runs it.
        """
        with one_line():
            board = conclude(Path(config.hydra.sweep.dir))
        failures = ("failed",) if "study" in config.sweep else ("failed", "interrupted")
        end_with(sum(job.status in failures for job in board.jobs), board.folder)


def end_with(failed: int, folder: Path) -> None:
    """End the command with a line and status 1 if jobs of the sweep in a folder have no results.

    Raises:
        SystemExit: There are such jobs.
    """
    if failed:
        jobs = "1 job" if failed == 1 else f"{failed:,} jobs"
        tell(f"{jobs} of {folder} failed or did not end: error.txt in the folder of a job says why.")
        raise SystemExit(1)


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Write everything anew from what is in a sweep's folder."""
    if len(sys.argv) != 2:
        raise ValueError("Give the folder of one sweep.")
    conclude(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
