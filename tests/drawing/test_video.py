"""Films are what an independent decoder sees: frames, size, and the head of the path where it should be."""

import re
import subprocess
import weakref
from dataclasses import replace
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image, ImageColor
from scenes import recorded

from landscape_lab.augmentations import AddNoise, RandomShift, augment
from landscape_lab.drawing.encoding import Palette, write_gif, write_mp4
from landscape_lab.drawing.header import LINE as CAPTION
from landscape_lab.drawing.layout import lay_out
from landscape_lab.drawing.palette import PATH_COLORS
from landscape_lab.drawing.stage import DPI, Stage
from landscape_lab.drawing.video import Film
from landscape_lab.landscapes import FunctionLandscape, ImageLandscape
from landscape_lab.staging import scene_of

SMALL = (300, 200)
LINE = [(0.1 * step - 4.0, 3.0 - 0.05 * step) for step in range(81)]


def scene(points=LINE, members=1, label="sgd, lr 0.1", landscape=None):
    """A path over a bowl; further members are shifted a little."""
    points = (
        torch.tensor(points)[:, None] + 0.01 * torch.arange(members)[:, None]
    ).numpy()  # [records, members, 2]
    kept = recorded(points, (points**2).sum(-1), label)
    return scene_of(landscape or FunctionLandscape.named("sphere"), [kept])


def ffmpeg(*words):
    """What an FFmpeg that has nothing to do with ours writes, and what it tells."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), *map(str, words)], capture_output=True, check=False
    )
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

    from landscape_lab.drawing.style import STYLE

    with rc_context(STYLE | {"font.size": 8}):
        layout = ConstrainedLayoutEngine(rect=(0.0, 0.0, 1.0, 1.0 - CAPTION / size[1]))
        figure = Figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, layout=layout)
        axes = lay_out(figure, view).maps[0]
        FigureCanvasAgg(figure).draw()
        x, y = axes.transData.transform(view.traces[0].places[step, 0])
    return round(x), round(size[1] - y)


def test_draws_are_not_hidden_while_they_are_filmed():
    with pytest.raises(ValueError, match="should not hide what `view=draws` shows"):
        Film(view="draws", clean=True)


def test_film_has_the_frames_the_size_and_the_head_that_were_asked_for(tmp_path):
    view = scene()
    Film(size=(641, 481)).write(view, tmp_path / "descent.mp4")
    pictures = decoded(tmp_path / "descent.mp4")
    assert pictures.shape == (81 + 30, 480, 640, 3)  # even sides; the last frame is held for a second
    for step in (5, 40, 80):
        column, row = head_on(view, step, (641, 481))
        red, _, blue = pictures[step, row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3).mean(axis=0)
        assert red > 180, step
        assert red > blue + 80, step
        later = pictures[5, row, column] if step != 5 else pictures[80, row, column]
        assert step == 5 or np.abs(later.astype(int) - pictures[step, row, column]).max() > 60
    assert (
        np.array_equal(pictures[-1], pictures[-2])
        or np.abs(pictures[-1].astype(int) - pictures[-2]).mean() < 2
    )


def test_film_is_one_that_browsers_play(tmp_path):
    Film(size=SMALL).write(scene(), tmp_path / "descent.mp4")
    _, told = ffmpeg("-i", tmp_path / "descent.mp4")
    assert "Video: h264" in told
    assert "yuv420p" in told
    data = (tmp_path / "descent.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # fast start: the index comes first


def test_greys_of_a_gif_have_no_steps_and_thin_lines_their_colours():
    """A slope of greys was four greys and brownish ones between them."""
    slope = np.repeat(np.linspace(0, 255, 300).round().astype(np.uint8), 3).reshape(1, 300, 3).repeat(200, 0)
    slope[100, 50:60] = own = ImageColor.getrgb(PATH_COLORS[0])
    palette = Palette([Image.fromarray(slope)])
    shown = palette.colors[palette.indices(slope)].astype(int)
    assert np.abs(shown - slope).max() <= 3
    assert len(np.unique(shown[0, :, 0])) > 100
    assert (shown[100, 50:60] == own).all()


def test_gif_moves_and_is_small(tmp_path):
    Film().write(scene(), tmp_path / "descent.gif")
    assert (tmp_path / "descent.gif").stat().st_size < 3e6
    with Image.open(tmp_path / "descent.gif") as picture:
        assert picture.n_frames == 80
        first = np.asarray(picture.convert("RGB")).astype(int)
        picture.seek(79)
        assert np.abs(np.asarray(picture.convert("RGB")) - first).max() > 100
        assert picture.info["loop"] == 0


def test_the_number_of_frames_is_bounded_whatever_the_number_of_steps():
    for points, most, number in ((LINE, 20, 20), (LINE[:2], 300, 2), (LINE[:1], 300, 2)):
        assert sum(1 for _ in Film(frames=most, size=SMALL).shoot(scene(points))) == number


@pytest.mark.parametrize(
    "points",
    [
        [(1.0, 1.0), (-30.0, -30.0), (9e5, 9e5), (float("nan"), float("nan"))],
        [(1.0, 1.0)] * 5,
        [(float("nan"), 0.0)] * 2,
        [(9.0, 9.0), (40.0, 2.0), (0.0, 0.0)],
    ],
)
@pytest.mark.parametrize("view", ["map", "surface"])
def test_paths_that_diverge_rest_or_leave_are_filmed(points, view, tmp_path):
    Film(size=SMALL, view=view).write(scene(points), tmp_path / "descent.mp4")
    assert len(decoded(tmp_path / "descent.mp4")) >= 2


@pytest.mark.parametrize("kind", ["map", "surface"])
def test_a_thousand_members_and_a_race_are_filmed(kind):
    view = scene(LINE[:4], members=1000)
    assert sum(1 for _ in Film(size=SMALL, view=kind).shoot(view)) == 4
    race = replace(view, traces=(*view.traces, *scene(label="other").traces))
    assert sum(1 for _ in Film(10, size=SMALL, view=kind).shoot(race)) == 10


def test_a_film_that_is_cut_leaves_nothing_under_its_name(tmp_path, monkeypatch):
    def broken(*args):
        yield np.zeros((200, 300, 3), dtype=np.uint8)
        raise KeyboardInterrupt

    view, film = scene(), Film()
    samples = dict(enumerate([np.zeros((200, 300, 3), np.uint8)] * 2))
    monkeypatch.setattr(Film, "key_frames", lambda *args: samples)
    monkeypatch.setattr(Film, "shoot", broken)
    for name in ("descent.mp4", "descent.gif"):
        with pytest.raises(KeyboardInterrupt):
            film.write(view, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"clock": "log"}, "`clock` should be one of arc, linear, logarithmic"),
        ({"frames": 0}, "`frames` should be a positive whole number"),
        ({"size": (20, 600)}, "`size.width` should be at least 200"),
        ({"size": 600}, "`size` should be a width and a height"),
        ({"fps": 0}, "`fps` should be"),
        ({"length": 0}, "`length` should be positive"),
        ({"view": "surfaces"}, "`view` should be one of map, surface.*Nearest: surface"),
    ],
)
def test_bad_settings_are_told_in_one_line(parameters, message):
    with pytest.raises(ValueError, match=message):
        Film(**parameters)


def test_formats_that_are_not_known_are_told(tmp_path):
    with pytest.raises(ValueError, match="`video` should be one of mp4, gif"):
        Film().write(scene(LINE[:2]), tmp_path / "descent.avi")


@pytest.mark.parametrize(
    ("settings", "number", "seconds"), [({}, 81, 2.7), ({"length": 9}, 81, 9), ({"length": 0.5}, 15, 0.5)]
)
def test_a_film_lasts_as_long_as_it_should(settings, number, seconds):
    film, view = Film(**settings), scene()
    moments = film.pacing(view).moments
    assert len(moments) == number
    assert float(number / film.pace(number)) == pytest.approx(seconds, rel=0.01)


def stochastic(*augmentations, points, shape=(60, 90)):
    """A path over an augmented picture that is dark on the left."""
    picture = torch.linspace(0.2, 0.8, shape[1]).expand(*shape)
    landscape, losses = (
        augment(ImageLandscape(picture, start=(45, 30), smoothing=0), augmentations, seed=3),
        [],
    )
    coordinates = (2.0 * torch.tensor(points) + 1) / torch.tensor(shape[::-1]) - 1
    for step, point in enumerate(coordinates):
        landscape.see(step)
        losses.append(landscape.at(point[None]).item())
    return scene_of(landscape, [recorded(coordinates, losses, "sgd")])


def test_stochastic_landscape_is_shown_as_it_was_in_each_step():
    view = stochastic(RandomShift(20), points=[(45.0, 30.0)] * 7)
    film = Film(size=(400, 300))
    shown = list(film.shoot(view))
    clean = list(Film(size=(400, 300), clean=True).shoot(view))
    box = Stage(view, (400, 300), film.pacing(view), "map").view.box
    rows, columns = (
        slice(300 - int(box.y1) + 20, 300 - int(box.y0) - 20),
        slice(int(box.x0) + 60, int(box.x1) - 60),
    )
    greys = []
    for step, (frame, still) in enumerate(zip(shown, clean, strict=True)):
        part, plain = (np.asarray(each[rows, columns].mean(axis=-1), dtype=float) for each in (frame, still))
        greys.append(np.median(part - plain) / 255)
        if step < 6:  # a shift by s pixels adds s times the slope
            expected = float(
                view.replay.losses(step, np.array([45.0, 30.0]), (60, 90))[30, 45] - view.losses[30, 45]
            )
            assert greys[-1] == pytest.approx(expected, abs=0.01)
    assert np.ptp(greys[:6]) > 0.05
    assert abs(greys[6]) < 0.01  # the end point has the landscape itself


@pytest.mark.parametrize("view", ["map", pytest.param("surface", marks=pytest.mark.slow)])
def test_gif_of_noise_is_small_too(tmp_path, view):
    noisy = stochastic(AddNoise(std=0.2), points=[(45.0, 30.0)] * 81, shape=(480, 640))
    Film(view=view).write(noisy, tmp_path / "descent.gif")
    assert (tmp_path / "descent.gif").stat().st_size < 3e6
    with Image.open(tmp_path / "descent.gif") as picture:
        assert picture.n_frames == 80


def test_memory_does_not_grow_with_the_frames_of_a_gif(tmp_path):
    """Frames are asked for one at a time, and none is kept."""
    alive: list[weakref.ref] = []

    def pictures(number):
        for shade in range(number):
            frame = np.full((150, 200, 3), shade, np.uint8)
            alive.append(weakref.ref(frame))
            assert sum(each() is not None for each in alive) <= 3
            yield frame

    samples = [np.full((150, 200, 3), shade, np.uint8) for shade in (0, 79)]
    for name in ("descent.gif", "descent.mp4"):
        alive.clear()
        if name.endswith("gif"):
            write_gif(pictures(80), tmp_path / name, Fraction(15), samples, 80)
        else:
            write_mp4(pictures(80), tmp_path / name, Fraction(15))


def test_head_lies_on_the_surface_and_the_surface_turns():
    view = scene([(-4.0, 3.0)] * 9)
    frames = list(Film(size=(500, 400), view="surface").shoot(view))
    heads = []
    for frame in frames:
        red, green, blue = frame.astype(int).transpose(2, 0, 1)
        rows, columns = np.nonzero((red > 200) & (red - blue > 120) & (green < 140))
        heads.append((columns[columns < 380].mean(), rows[columns < 380].mean()))
    film = Film(view="surface")
    stage = Stage(view, (500, 400), film.pacing(view), "surface")
    for frame, (column, row) in zip((0, 8), (heads[0], heads[8]), strict=True):
        stage.shoot(0.0, float(frame), frame / 8)
        ((x, y),) = stage.view.terrain.lay(stage.view.terrain.shares(np.array([[-4.0, 3.0]])))[0]
        assert (column, row) == (pytest.approx(x, abs=2.5), pytest.approx(400 - y, abs=2.5))
    assert abs(heads[0][0] - heads[8][0]) > 30
