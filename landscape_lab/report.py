"""`python -m landscape_lab.report RUN…|SWEEP [FILE.html] [key=value…]`: a page of what is in folders of runs.

The page works offline: the surface and the map with the paths, to be turned, played and stepped through, the
losses, the results. Several runs are on one landscape. The page of a sweep has its leaderboard, its learning
rates and its race, on each of its landscapes. The keys are those of the group `plane`:
`window=path resolution=200`; where none is given, the first run's own hold.

Of a folder above runs and sweeps, `python -m landscape_lab.report outputs`, `index.html` lists them all.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from landscape_lab.drawing.contours import check_shading
from landscape_lab.errors import answer, one_line
from landscape_lab.planes import PlaneSettings
from landscape_lab.records.checkpoints import files_in
from landscape_lab.reporting import EXTRAS, NAME, write_page_of
from landscape_lab.runs import Run
from landscape_lab.sweeps.index import write_index
from landscape_lab.sweeps.plan import job_runs
from landscape_lab.sweeps.race.heats import FILE as HEATS
from landscape_lab.sweeps.race.reports import write_race_report
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.sweeps.reports import write_report
from landscape_lab.sweeps.together import Together, bring_together, sorted_keys, split_words
from landscape_lab.trust import guarded_command


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Write the page, `report.html` in the first folder if none is named."""
    keys, paths = split_words(sys.argv[1:])
    files = [path for path in paths if path.suffix == ".html"]
    folders = [path for path in paths if path not in files]
    if not folders or len(files) > 1:
        raise ValueError("Give the folders of one or more runs, and at most one file that ends in .html.")
    (changes,) = sorted_keys(keys, PlaneSettings)
    path = files[0] if files else None
    if len(folders) > 1 or Run(folders[0]).begun or files_in(folders[0]):
        made = _write(bring_together(folders), changes, folders[0], path)
    elif (folders[0] / HEATS).is_file():
        made = write_race_report(Standings.of(folders[0]), path)
    elif job_runs(folders[0]):
        made = write_report(Leaderboard.of(folders[0]), path, changes)
    else:
        made = write_index(folders[0], path)
    answer(made)


def _write(together: Together, changes: Mapping[str, object], folder: Path, path: Path | None) -> Path:
    """Write the page of some runs of one landscape, with the results of the first, which is in a folder."""
    path = folder / NAME if path is None else path
    settings = together.settings_with(changes)
    check_shading(settings.colormap)
    scene = together.scene(settings, folder, EXTRAS)
    write_page_of(scene, together.landscape, together.trajectories, together.folders, path)
    return path


if __name__ == "__main__":
    main()
