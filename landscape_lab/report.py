"""`python -m landscape_lab.report RUN…|SWEEP [FILE.html] [key=value…]`: a page of what is in folders of runs.

The page works offline: the surface and the map with the paths, to be turned, played and stepped through, the
losses, the results. Several runs, or those of a sweep, are on one landscape. The keys are those of the group
`plane`: `window=path resolution=200`; where none is given, the first run's own hold.
"""

import sys
from pathlib import Path

from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.report import write_page
from landscape_lab.errors import answer, one_line
from landscape_lab.planes import PlaneSettings
from landscape_lab.reporting import NAME, report_of
from landscape_lab.sweeps.together import bring_together, sorted_keys, split_words
from landscape_lab.trust import guarded_command


@one_line()
@guarded_command()
def main() -> None:
    """Write the page, `report.html` in the first folder if none is named."""
    keys, paths = split_words(sys.argv[1:])
    files = [path for path in paths if path.suffix == ".html"]
    folders = [path for path in paths if path not in files]
    if not folders or len(files) > 1:
        raise ValueError("Give the folders of one or more runs, and at most one file that ends in .html.")
    (changes,) = sorted_keys(keys, PlaneSettings)
    together = bring_together(folders)
    settings = together.settings_with(changes)
    check_shading(settings.colormap)
    path = files[0] if files else folders[0] / NAME
    write_page(report_of(together.scene(settings, folders[0]), folders[0]), Path(path))
    answer(path)


if __name__ == "__main__":
    main()
