"""The surface in space: it lies where the losses are, it is steered and clicked, it ends where they end."""

import json

import numpy as np
import pytest
from scenes import recorded

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.planes import PlaneSettings
from landscape_lab.staging import scene_of

pytestmark = pytest.mark.browser
RELIEF = "document.querySelector('.space').relief"
FIRST = 'step=40&hidden=[]&camera=[]&ride=-1&tall=1&heights=""&wide=""'
DRAWN = f"{RELIEF}?.drawn > 0 && !{RELIEF}.wanted"
STEPS = 40
"""The path ends outside the window, to the right of it; the losses end at x = -1.5, on the left."""


@pytest.fixture(scope="module")
def made():
    """A scene twice as wide as it is high, with a hole, whose losses are known."""
    bounds = [[-2.0, 2.0], [-1.0, 1.0]]
    landscape = FunctionLandscape.from_expression(
        "x**2 + 3*y**2 + 0*log(x + 1.5)", bounds=bounds, start=(1, 1)
    )
    way = np.linspace(0, 1, STEPS + 1)
    points = np.stack([-1.2 + 4 * way, 0.8 - 1.2 * way], axis=1)
    losses = points[:, 0] ** 2 + 3 * points[:, 1] ** 2
    paths = [recorded(points, losses, "sgd, lr 0.1"), recorded(points * [1, -1], losses, "adam, lr 0.1")]
    return scene_of(landscape, paths, settings=PlaneSettings(window="bounds", resolution=120))


@pytest.fixture(scope="module")
def file(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("relief") / "page.html"
    write_page(Report.of(made), path)
    return path


@pytest.fixture(scope="module")
def open_once(file, opened_for_all):
    """The page, opened once for all tests: they change its address, as a reader who follows a link."""
    seen = opened_for_all(file, space=True)
    seen.page.emulate_media(reduced_motion="reduce")
    return seen


@pytest.fixture
def shown(open_once):
    """The page with its surface drawn, `shown("step=3")`; all that is not told is as it was at first."""

    def show(hash="", width=1280, height=900):
        page = open_once.page
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(f"location.hash = {FIRST + '&' + hash!r}")
        page.locator(".space").scroll_into_view_if_needed()
        page.wait_for_timeout(60)
        open_once.wait(f"{DRAWN} && !{RELIEF}.flying")
        return open_once

    return show


def seen_at(page, x, y):
    """The pixel of a place on the surface, by its loss and the matrices of the eye alone."""
    tall, levels = page.evaluate(f"[{RELIEF}.shared.tall.value, {RELIEF}.ground.heat.heights]")
    low, high = levels["span"]
    level = (x**2 + 3 * y**2 - low) / (high - low)
    matrices = page.evaluate(
        f"[{RELIEF}.camera.projectionMatrix, {RELIEF}.camera.matrixWorldInverse].map((m) => m.elements)"
    )
    projection, view = (np.reshape(numbers, (4, 4)).T for numbers in matrices)
    point = projection @ view @ [x / 2, y / 2, tall * level, 1]  # half-widths of the longer side, 4
    box = page.locator(".sight canvas").first.bounding_box()
    right, up = point[:2] / point[3]
    return box["x"] + (1 + right) / 2 * box["width"], box["y"] + (1 - up) / 2 * box["height"]


def test_a_click_on_the_surface_is_a_click_on_the_map(shown):
    seen = shown('camera=[-90,60,1,0,0,0.1]&heights="linear"')
    seen.page.evaluate(
        f"{RELIEF}.page.map.picked.addEventListener('pick', ({{ detail }}) => (window.picked = detail))"
    )
    for place in [(1.2, -0.6), (-0.9, 0.5), (0.1, 0.0)]:
        pixel = seen_at(seen.page, *place)
        seen.page.mouse.click(*pixel)
        assert seen.page.evaluate("window.picked") == pytest.approx(place, abs=0.03)
        hint = seen.page.locator(".space .hint").text_content()
        assert float(hint.split("loss ")[1]) == pytest.approx(place[0] ** 2 + 3 * place[1] ** 2, abs=0.1)
    seen.page.evaluate("window.picked = null")
    seen.page.mouse.click(*seen_at(seen.page, -1.8, 0))  # in the hole
    assert seen.page.evaluate("window.picked") is None
    assert seen.quiet, (seen.told, seen.asked)


def test_levels_are_those_of_the_losses(shown, made):
    page = shown('heights="linear"').page
    grid = "[{g}.rows, {g}.columns, Array.from({g}.levels, (level) => (level === level ? level : null))]"
    rows, columns, levels = page.evaluate(grid.format(g=f"{RELIEF}.ground"))
    levels = np.array(levels, dtype=float).reshape(rows, columns)
    x, y = np.meshgrid(np.linspace(-2, 2, columns), np.linspace(-1, 1, rows))
    finite = made.losses[np.isfinite(made.losses)]
    expected = (x**2 + 3 * y**2 - finite.min()) / np.ptp(finite)
    assert np.isnan(levels[x < -1.51]).all()
    assert np.isfinite(levels[x > -1.4]).all()
    np.testing.assert_allclose(
        levels[1:-1, 1:-1][x[1:-1, 1:-1] > -1.4], expected[1:-1, 1:-1][x[1:-1, 1:-1] > -1.4], atol=0.02
    )


def test_tubes_end_at_the_edge_and_balls_vanish_there(shown):
    page = shown("step=0").page
    pieces = f"[...{RELIEF}.laid[0].tracks[0].pieces()]"
    ends = np.array(page.evaluate(f"{pieces}.map(([from, to]) => [...from, ...to])"))
    assert ends[:, 4].max() == pytest.approx(1)  # the right edge, x = 2
    assert ends[-1, 7] == pytest.approx(STEPS * 3.2 / 4, abs=0.01)  # the step in which the path left
    np.testing.assert_allclose(ends[1:, :3], ends[:-1, 4:7], atol=1e-12)  # no gap between pieces
    centre = f"Array.from({RELIEF}.laid[0].balls.centres.array)"
    assert page.evaluate(centre)[:2] == pytest.approx([-0.6, 0.4], abs=1e-4)
    page.get_by_label("Step", exact=True).fill(str(STEPS))
    page.wait_for_timeout(50)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(centre)[2] < -1  # nowhere


def test_it_is_steered_by_keys_and_a_link_restores_it(shown):
    seen = shown()
    canvas = seen.page.locator(".sight canvas").first
    canvas.press("2")
    seen.wait(f"Math.abs({RELIEF}.eye.pose[1] - 89.9) < 0.01")
    assert seen.page.locator(".space select").first.input_value() == "above"
    step = seen.page.locator(".told").text_content()
    canvas.press("ArrowRight")
    canvas.press("+")
    seen.wait("decodeURIComponent(location.hash).startsWith('#camera=[-80,89.9,0.')")
    assert seen.page.locator(".told").text_content() == step  # arrows turned, and made no step
    pose = seen.page.evaluate(f"{RELIEF}.eye.goal()")
    kept = seen.page.evaluate("location.hash.slice(1)")
    shown()
    assert shown(kept).page.evaluate(f"{RELIEF}.eye.pose") == pytest.approx(pose, abs=1e-3)
    before = seen.page.evaluate(f"{RELIEF}.drawn")
    seen.page.wait_for_timeout(400)
    assert seen.page.evaluate(f"{RELIEF}.drawn") - before <= 1  # nothing changes, nothing is drawn


def test_a_drag_turns_it_and_it_stays(shown):
    seen = shown("camera=[-90,40,1,0,0,0.1]")
    box = seen.page.locator(".sight canvas").first.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.page.mouse.move(*middle)
    seen.page.mouse.down()
    for share in (0.25, 0.5, 0.75, 1.0):
        seen.page.mouse.move(middle[0] + share * box["height"] / 12, middle[1])
        seen.page.wait_for_timeout(30)
    seen.page.mouse.up()
    seen.wait(f"{DRAWN} && !{RELIEF}.flying")
    azimuth, tilt = seen.page.evaluate(f"{RELIEF}.eye.pose")[:2]
    assert azimuth == pytest.approx(-90 - 360 / 12, abs=0.5)  # a whole turn for the height of the drawing
    assert tilt == pytest.approx(40, abs=0.2)


def test_views_are_flown_to_unless_motion_is_unwanted(shown):
    seen = shown()
    turns = f"{RELIEF}.eye.pose[0]"
    canvas = seen.page.locator(".sight canvas").first
    before = seen.page.evaluate(f"{RELIEF}.drawn")
    canvas.press("5")
    seen.wait(f"{turns} === 90")
    assert seen.page.evaluate(f"{RELIEF}.drawn") - before <= 2
    seen.page.emulate_media(reduced_motion="no-preference")
    canvas.press("3")
    seen.wait(f"{turns} === -90")
    seen.page.emulate_media(reduced_motion="reduce")
    assert seen.page.evaluate(f"{RELIEF}.drawn") - before >= 4


def test_a_ride_looks_along_the_way_from_behind(shown):
    seen = shown("step=15&ride=1")
    look = f"[{RELIEF}.camera.position.toArray(), {RELIEF}.eye.controls.target.toArray()]"
    eye, target = map(np.array, seen.page.evaluate(look))
    ball = np.array(seen.page.evaluate(f"Array.from({RELIEF}.laid[1].balls.centres.array)"))
    way = np.array([4.0, 1.2]) / np.hypot(4.0, 1.2)
    assert (ball[:2] - eye[:2]) @ way > 0.4
    assert (target - eye)[:2] / np.linalg.norm((target - eye)[:2]) == pytest.approx(way, abs=0.05)
    assert eye[2] > ball[2] * seen.page.evaluate(f"{RELIEF}.shared.tall.value")
    seen.page.get_by_label("Show adam").uncheck()
    seen.wait(f"{RELIEF}.eye.ride === null")


def test_heights_are_linear_or_logarithmic_on_both(shown):
    seen = shown('heights="linear"')
    picture = "document.querySelector('.map canvas').toDataURL()"
    before, middle = seen.page.evaluate(picture), f"{RELIEF}.ground.level(0.5, 0)"
    linear = seen.page.evaluate(middle)
    assert linear == pytest.approx(1 / 7, abs=0.02)  # of 0 to 7
    seen.page.get_by_label("logarithmic heights").check()
    seen.wait(DRAWN)
    assert seen.page.evaluate(middle) > linear + 0.2
    seen.wait(f"{picture}.length !== {len(before)}")
    lines = np.array(json.loads(seen.page.evaluate(f"JSON.stringify({RELIEF}.page.map.contours)")), float)
    x, y = lines.reshape(-1, 2).T
    heights = seen.page.evaluate(f"[{RELIEF}.ground.heat.levels, {RELIEF}.ground.heat.heights]")
    drawn = np.log10(x**2 + 3 * y**2 - heights[1]["low"] + heights[1]["floor"])
    away = np.abs(drawn[np.isfinite(drawn)][:, None] - heights[0]).min(axis=1)
    assert np.isfinite(x).sum() > 500
    assert np.quantile(away, 0.95) < 0.02


def test_the_wheel_scrolls_the_page_and_zooms_with_a_key(shown):
    seen = shown(height=500)
    distance = f"{RELIEF}.eye.pose[2]"
    before = seen.page.evaluate(distance)
    seen.page.locator(".sight canvas").first.hover()
    seen.page.mouse.wheel(0, 60)
    seen.wait("scrollY > 0")
    assert seen.page.evaluate(distance) == before
    seen.page.keyboard.down("Control")
    seen.page.mouse.wheel(0, -120)
    seen.page.keyboard.up("Control")
    seen.wait(f"{distance} < {0.98 * before}")


def test_one_of_both_takes_the_whole_width(shown):
    page = shown(width=375).page
    page.get_by_label("Only the surface").click()
    assert not page.locator(".map").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_label("The map and the surface").click()
    assert page.locator(".map").is_visible()


def test_without_webgl_a_line_stands_in_its_place(file, browser):
    page = browser.new_page()
    told = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.add_init_script(
        "const own = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        "  return kind.startsWith('webgl') ? null : own.call(this, kind, ...more); }"
    )
    page.goto(file.as_uri())
    page.wait_for_selector(".space .without", timeout=10_000)
    assert "there is no WebGL 2" in page.locator(".space .without").text_content()
    page.get_by_label("Step", exact=True).fill("7")
    assert page.locator(".told").text_content() == f"step 7 of {STEPS}"
    assert told == []
    page.close()
