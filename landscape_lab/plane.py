"""`python -m landscape_lab.plane SWEEP|RUN… [key=value…]`: finished runs on one plane.

The keys are those of the group `plane`: `directions=pca centre=rmsprop resolution=100 show=accuracy
samples=512`; where none is given, the first run's own hold. A run is called by its optimizer or by its
folder's name. `film=mp4` makes a film, too, with the keys of `callbacks.video`: `frames=300 fps=30`.
`mesh=glb`, `obj` or `ply` writes the surface and the paths as triangles, for programs that show or print
such. `connectivity=true` measures the barrier on the straight line between every two ends. Beside the runs
may stand folders of checkpoints of their network, such as `lightning_logs/version_0`.

Into the first folder go `plane.png`, `.npz`, `.mp4`, `.glb` and `connectivity.png`, `.csv`. The losses are
kept there, so that the next picture of this plane evaluates none.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from landscape_lab.drawing.contours import check_shading
from landscape_lab.drawing.figures import path_figure, save_figure
from landscape_lab.drawing.mesh_files import write_mesh
from landscape_lab.drawing.solid import solid
from landscape_lab.drawing.video import Film
from landscape_lab.errors import answer, one_line, tell
from landscape_lab.keys.planes import COMMAND
from landscape_lab.planes import PlaneSettings
from landscape_lab.scene import Scene
from landscape_lab.staging import archive_of
from landscape_lab.sweeps.comparing import write_connectivity
from landscape_lab.sweeps.together import bring_together, sorted_keys, split_words
from landscape_lab.trust import guarded_command


@COMMAND.checks_class
@dataclass(frozen=True)
class Asked:
    """What is made beside `plane.png` and `plane.npz`.

    Args:
        film: `mp4` or `gif`, or `None` for no film.
        mesh: `glb`, `obj` or `ply`, or `None` for no file of triangles.
        connectivity: Whether the straight lines between the ends are measured, too.
    """

    film: str | None = None
    mesh: str | None = None
    connectivity: bool = False


@one_line(__doc__)
@guarded_command()
def main() -> None:
    """Draw the plane of the runs, and tell the files."""
    words, folders = split_words(sys.argv[1:])
    if not folders:
        raise ValueError("Give the folder of a sweep, or the folders of one or more runs.")
    changes, film, more = sorted_keys(words, PlaneSettings, Film, Asked)
    filming, asked = Film(**film), Asked(**more)  # type: ignore[arg-type]
    together = bring_together(folders)
    settings = together.settings_with(changes)
    check_shading(settings.colormap)
    files = write_connectivity(together, folders[0]) if asked.connectivity else []
    scene = together.scene(settings, folders[0], () if asked.film is None else filming.extras)
    if scene.note:
        tell(f"The map: {scene.note}.")
    archive, picture = (folders[0] / f"plane.{kind}" for kind in ("npz", "png"))
    archive_of(scene).save(archive)
    save_figure(path_figure(scene), picture)
    for file in (*files, archive, picture, *_further(scene, asked, filming, folders[0])):
        answer(file)


def _further(scene: Scene, asked: Asked, film: Film, folder: Path) -> Iterator[Path]:
    """Write what else is asked for into a folder, and tell each file when it is there."""
    if asked.film is not None:
        film.write(scene, moving := folder / f"plane.{asked.film}")
        yield moving
    if asked.mesh is not None:
        write_mesh(solid(scene), standing := folder / f"plane.{asked.mesh}")
        yield standing


if __name__ == "__main__":
    main()
