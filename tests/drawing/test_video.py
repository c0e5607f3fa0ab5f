"""Films are what an independent decoder sees: frames, size, and the head of the path where it should be."""

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image

from landscape_lab import Trajectory
from landscape_lab.drawing.video import _lay_out, film, frames
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.scene import Scene

LINE = [(0.1 * step - 4.0, 3.0 - 0.05 * step) for step in range(81)]


def scene(points=LINE, members=1, label="sgd, lr 0.1", landscape=None):
    """A path over a bowl; further members are shifted a little."""
    kept = Trajectory(label=label)
    shifts = 0.01 * torch.arange(members).unsqueeze(1)
    for step, point in enumerate(points):
        place = torch.tensor([point], dtype=torch.float32) + shifts
        kept.append(step, place, place.square().sum(-1), step)
    return Scene.of(landscape or FunctionLandscape.named("sphere"), [kept])


def ffmpeg(*words):
    """What an FFmpeg that has nothing to do with ours writes, and what it tells."""
    done = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *map(str, words)], capture_output=True, check=False)
    return done.stdout, done.stderr.decode()


def decoded(path):
    """All frames of a film, `[frames, height, width, 3]`."""
    raw, told = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    width, height = map(int, re.search(r"Video: .*?, (\d+)x(\d+)", told).groups())
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def head_on(view, step, size):
    """The pixel (column, row) where the path's head should be at a step."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from landscape_lab.drawing.figures import STYLE
    from landscape_lab.drawing.video import CAPTION, DPI

    with rc_context(STYLE | {"font.size": 8}):
        layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, 1.0, 1.0 - CAPTION / size[1]))
        figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
        axes, _ = _lay_out(figure, view)
        FigureCanvasAgg(figure).draw()
        x, y = axes.transData.transform(view.paths[0].places[step, 0])
    return round(x), round(size[1] - y)


def test_film_has_the_frames_the_size_and_the_head_that_were_asked_for(tmp_path):
    view = scene()
    film(view, tmp_path / "descent.mp4", size=(641, 481))
    pictures = decoded(tmp_path / "descent.mp4")
    assert pictures.shape == (81 + 30, 480, 640, 3)  # even sides; the last frame is held for a second
    for step in (5, 40, 80):
        column, row = head_on(view, step, (641, 481))
        red, _, blue = pictures[step, row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3).mean(axis=0)
        assert red > 180, step
        assert red > blue + 80, step
        later = pictures[5, row, column] if step != 5 else pictures[80, row, column]
        assert step == 5 or np.abs(later.astype(int) - pictures[step, row, column]).max() > 60
    assert np.array_equal(pictures[-1], pictures[-2]) or np.abs(pictures[-1].astype(int) - pictures[-2]).mean() < 2


def test_film_is_one_that_browsers_play(tmp_path):
    film(scene(), tmp_path / "descent.mp4", size=(300, 200))
    _, told = ffmpeg("-i", tmp_path / "descent.mp4")
    assert "Video: h264" in told
    assert "yuv420p" in told
    data = (tmp_path / "descent.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # fast start: the index comes first


def test_gif_moves_and_is_small(tmp_path):
    film(scene(), tmp_path / "descent.gif")
    assert (tmp_path / "descent.gif").stat().st_size < 3e6
    with Image.open(tmp_path / "descent.gif") as picture:
        assert picture.n_frames == 80
        first = np.asarray(picture.convert("RGB")).astype(int)
        picture.seek(79)
        assert np.abs(np.asarray(picture.convert("RGB")) - first).max() > 100
        assert picture.info["loop"] == 0


def test_the_number_of_frames_is_bounded_whatever_the_number_of_steps():
    assert sum(1 for _ in frames(scene(), number=20, size=(300, 200))) == 20
    assert sum(1 for _ in frames(scene(LINE[:2]), size=(300, 200))) == 2
    assert sum(1 for _ in frames(scene(LINE[:1]), size=(300, 200))) == 2


def test_logarithmic_time_shows_the_beginning():
    view = scene()
    linear, logarithmic = (list(frames(view, 20, (300, 200), clock)) for clock in ("linear", "logarithmic"))
    assert np.array_equal(linear[0].shape, logarithmic[0].shape)
    moved = [np.abs(film[3].astype(int) - film[2]).sum() for film in (linear, logarithmic)]
    assert moved[1] < moved[0]


@pytest.mark.parametrize(
    "points",
    [
        [(1.0, 1.0), (-30.0, -30.0), (9e5, 9e5), (float("nan"), float("nan"))],
        [(1.0, 1.0)] * 5,
        [(float("nan"), 0.0)] * 2,
        [(9.0, 9.0), (40.0, 2.0), (0.0, 0.0)],
    ],
)
def test_paths_that_diverge_rest_or_leave_are_filmed(points, tmp_path):
    film(scene(points), tmp_path / "descent.mp4", size=(300, 200))
    assert len(decoded(tmp_path / "descent.mp4")) >= 2


def test_a_thousand_members_and_a_race_are_filmed():
    view = scene(LINE[:4], members=1000)
    assert sum(1 for _ in frames(view, size=(300, 200))) == 4
    race = Scene(view.plane, view.extent, view.losses, (*view.paths, *scene(label="other").paths), view.minima)
    assert sum(1 for _ in frames(race, 10, size=(300, 200))) == 10


def test_a_film_that_is_cut_leaves_nothing_under_its_name(tmp_path, monkeypatch):
    def broken(*args):
        yield np.zeros((200, 300, 3), dtype=np.uint8)
        raise KeyboardInterrupt

    monkeypatch.setattr("landscape_lab.drawing.video.frames", broken)
    for name in ("descent.mp4", "descent.gif"):
        with pytest.raises(KeyboardInterrupt):
            film(scene(), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"path": "descent.avi"}, "`video` should be one of mp4, gif"),
        ({"clock": "log"}, "`clock` should be one of linear, logarithmic"),
        ({"number": 0}, "`frames` should be a positive whole number"),
        ({"size": (20, 600)}, "`width` should be at least 200"),
        ({"fps": 0}, "`fps` should be"),
    ],
)
def test_bad_settings_are_told_in_one_line(parameters, message):
    with pytest.raises(ValueError, match=message):
        film(scene(), **{"path": "descent.mp4"} | parameters)
