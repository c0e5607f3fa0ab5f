"""The playground as a reader has it: a click, the rate, who plays; and a landscape that is drawn."""

import threading

import numpy as np
import pytest
from scenes import recorded

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.playground import desk_of
from landscape_lab.playing import bundle, player
from landscape_lab.playing.server import Server
from landscape_lab.staging import scene_of

pytestmark = pytest.mark.browser
ROWS = """[...document.querySelectorAll(".playground tbody tr")].map(
    (row) => [...row.cells].map((cell) => cell.textContent.trim())
)"""
NAMES = ("adam", "sgd", "lion")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with a bundle: a run of ten steps, and three optimizers."""
    landscape = FunctionLandscape.named("himmelblau")
    way = np.linspace(0, 1, 11)
    path = recorded(np.stack([4 - way, 3 - way], axis=1), 100 - 90 * way, "adam, lr 0.05")
    scene = scene_of(landscape, [path])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bundle, "STARTS", 8)
        section = bundle.bundle_of(landscape, scene, [player(name) for name in NAMES], 80, 1.0)
    page = tmp_path_factory.mktemp("page") / "playground.html"
    write_page(Report.of(scene, sections={"playground": section}), page)
    return page


@pytest.fixture(scope="module")
def address():
    """A playground on this machine."""
    desk = desk_of(["landscape=himmelblau", "steps=40", "plane.resolution=60"])
    with Server(desk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.address
        server.shutdown()
        thread.join()


def rows(page):
    """The cells of the table, a list for each member."""
    return page.evaluate(ROWS)


def picture(page):
    return page.evaluate("document.querySelector('.map canvas').toDataURL()")


def click(page, right, down):
    box = page.locator(".map canvas").bounding_box()
    page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])


def test_a_click_and_the_rate_choose_another_member(file, opened):
    seen = opened(file, 'players=["sgd"]&rate=0.05&from=[1,2]')
    page = seen.page
    page.wait_for_selector(".playground tbody td")
    (first,) = rows(page)
    assert (first[0], first[3]) == ("sgd", "0.05")  # a link restores what was seen
    click(page, 0.4, 0.3)
    second = waited(page, [first])
    before = picture(page)
    rate = page.get_by_label("Learning rate")
    rate.focus()
    rate.press("ArrowLeft")
    third = waited(page, second)
    assert third[0][1] == second[0][1] != first[1]
    assert float(third[0][3]) < float(second[0][3])
    page.wait_for_timeout(100)
    assert picture(page) != before
    page.get_by_role("button", name="Race all").click()
    assert {row[0] for row in waited(page, third)} == {*NAMES}
    page.get_by_label("basins of").select_option("adam")
    seen.wait("document.querySelector('.playground .key').textContent.includes(':')")
    page.get_by_label("the run’s own path").uncheck()
    assert not page.get_by_label("Show adam, lr 0.05").is_checked()
    page.set_viewport_size({"width": 375, "height": 700})
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(400)
    seen.wait("location.hash.includes('basins')")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert seen.quiet, [seen.told, seen.asked]


def test_a_drawing_is_another_landscape(address, browser):
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page, told = context.new_page(), []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda one: one.url.startswith((address, "data:", "blob:")) or told.append(one.url))
    page.goto(address)
    page.wait_for_selector(".playground tbody td", timeout=15_000)
    first = rows(page)
    click(page, 0.4, 0.3)
    clicked = waited(page, first)
    page.get_by_label("basins of").select_option("adam")
    page.wait_for_selector(".playground .key .swatch")
    page.get_by_label("the pointer").select_option("raise")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowLeft")
    before = picture(page)
    page.keyboard.press("Space")
    page.wait_for_selector("a[download]")
    waited(page, clicked)
    assert picture(page) != before
    assert page.locator("a[download]").get_attribute("href").startswith("drawn/")
    assert "landscape=image" in page.locator(".playground details code").first.text_content()
    page.get_by_label("Another optimizer").fill("yogi")
    page.get_by_role("button", name="Let this optimizer take part").click()
    page.wait_for_selector(".playground tbody tr:nth-child(2)")
    assert rows(page)[1][0] == "yogi"
    page.get_by_role("button", name="Back to the landscape").click()
    page.wait_for_selector("a[download]", state="detached")
    assert not told
    context.close()


def waited(page, before):
    """The table, once it is another one."""
    for _ in range(300):
        if (now := rows(page)) and now != before:
            return now
        page.wait_for_timeout(30)
    raise AssertionError("The table stayed as it was.")
