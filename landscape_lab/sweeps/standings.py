"""How a race ended: `python -m landscape_lab.sweeps.standings DIR` writes its tables and its figure anew."""

import sys
from pathlib import Path

from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from landscape_lab.errors import one_line
from landscape_lab.sweeps.leaderboard import LeaderboardCallback, end_with
from landscape_lab.sweeps.plan import kept_settings
from landscape_lab.sweeps.race.pages import show, write
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.trust import guarded_command


class StandingsCallback(Callback):
    """Score a race when Hydra has run all of its jobs; exit status 1 says that some failed."""

    def __init__(self) -> None:
        self.jobs = LeaderboardCallback()

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: object) -> None:
        """As in every sweep."""
        self.jobs.on_job_end(config, job_return, **kwargs)

    def on_multirun_end(self, config: DictConfig, **kwargs: object) -> None:
        """Write and print the standings."""
        with one_line():
            standings = _conclude(Path(config.hydra.sweep.dir))
        end_with(standings.failed, standings.folder)


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Write everything anew from what is in a race's folder."""
    if len(sys.argv) != 2:
        raise ValueError("Give the folder of one race.")
    _conclude(Path(sys.argv[1]))


def _conclude(folder: Path) -> Standings:
    """Score the race in a folder, write and print how it ended."""
    standings = Standings.of(folder)
    write(standings)
    if kept_settings(folder).get("report", "none") != "none":
        from landscape_lab.sweeps.race.reports import write_race_report  # matplotlib

        write_race_report(standings)
    show(standings)
    return standings


if __name__ == "__main__":
    main()
