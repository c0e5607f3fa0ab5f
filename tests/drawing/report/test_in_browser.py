"""The page as a reader has it: time passes, paths are chosen, a link restores what was seen."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scenes import function_scene, recorded, scene, trajectory

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.staging import scene_of

pytestmark = pytest.mark.browser
STEPS = 40
PICTURE = "document.querySelector('.map canvas').toDataURL()"
SHADES = """new Set(
    document.querySelector(".map canvas").getContext("2d").getImageData(0, 0, 900, 500).data
).size"""
HOSTILE = (
    "<script>window.harm = 1</script>",
    "</script><script>window.harm = 1</script>",
    '"><img src=x onerror="window.harm = 1">',
    "<!--",
    "<!--<script>",
    "${title}",
    "$title",
    "&lt;b&gt;",
    "javascript:window.harm=1",
    "'; window.harm = 1; //",
    "`${window.harm = 1}`",
    "\u2028window.harm = 1",
    "]]>",
    "<svg onload=window.harm=1>",
    "{{harm}}",
    "\x1b[31m",
    "a\nb",
    "<style>*{display:none}</style>",
    "<base href=//example.com>",
    "😀 <b>",
)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A page of two paths, and its file."""
    way = np.linspace(0, 1, STEPS + 1)
    paths = [
        trajectory(np.stack([5 + 40 * way, 5 + rise * way], axis=1), 1 - 0.8 * way, label)
        for rise, label in ((30, "adam, lr 0.1"), (10, "lion, lr 0.1"))
    ]
    file = tmp_path_factory.mktemp("page") / "two.html"
    write_page(
        Report.of(
            scene(*paths),
            command="python -m landscape_lab optimizer=adam,lion optimizer.lr=0.1 -m",
            facts={"final_loss": 0.2},
        ),
        file,
    )
    return file


def remember(page):
    """Keep the map's picture in the page, to tell whether it changes."""
    page.evaluate(f"window.before = {PICTURE}")


def test_it_shows_all_and_asks_for_nothing(two, opened):
    seen = opened(two, space=True)
    assert seen.page.title() == "adam, lr 0.1 · lion, lr 0.1"
    assert seen.page.locator(".paths tbody tr").count() == 2
    assert seen.quiet, (seen.told, seen.asked)


def test_time_passes(two, opened):
    seen = opened(two, "step=0&speed=8")
    seen.page.get_by_role("button", name="Play").click()
    assert seen.page.get_by_role("button", name="Pause").count() == 1
    seen.wait("document.querySelector('[title=Play]') !== null")  # it has come to the end
    assert seen.page.locator(".told").text_content() == f"step {STEPS} of {STEPS}"
    assert seen.quiet


def test_the_slider_and_the_keys_choose_the_step(two, opened):
    seen = opened(two, "step=0")
    remember(seen.page)
    seen.page.get_by_label("Step", exact=True).fill("20")
    seen.wait("document.querySelector('.told').textContent.startsWith('step 20 ')")
    seen.wait(f"{PICTURE} !== window.before")
    assert seen.page.locator(".paths tbody tr").first.locator("td").nth(2).text_content() == "0.6"
    seen.page.locator("body").press("ArrowRight")
    seen.wait("document.querySelector('.told').textContent.startsWith('step 21 ')")
    seen.page.locator("body").press("Home")
    seen.wait("document.querySelector('.told').textContent.startsWith('step 0 ')")


def test_switches_hide_paths(two, opened):
    seen = opened(two)
    remember(seen.page)
    seen.page.get_by_label("Show lion").uncheck()
    seen.wait("location.hash.includes('hidden')")
    seen.wait(f"{PICTURE} !== window.before")
    again = opened(two, seen.page.evaluate("location.hash.slice(1)"))
    assert not again.page.get_by_label("Show lion").is_checked()
    assert again.page.get_by_label("Show adam").is_checked()


def test_dark_by_the_system_and_by_the_switch(two, opened):
    ground = "getComputedStyle(document.body).backgroundColor"
    dark, light = opened(two, dark=True).page, opened(two).page
    assert dark.evaluate(ground) == "rgb(23, 25, 28)"
    assert light.evaluate(ground) == "rgb(255, 255, 255)"
    for _ in range(2):
        light.get_by_role("button", name="Colours").click()
    assert light.evaluate(ground) == "rgb(23, 25, 28)"


def test_a_phone_holds_it(two, opened):
    seen = opened(two, width=375, height=700)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 375
    assert seen.quiet


def test_paths_are_saved(two, opened):
    seen = opened(two)
    with seen.page.expect_download() as waiting:
        seen.page.get_by_label("Save adam, lr 0.1 as JSON").click()
    told = json.loads(waiting.value.path().read_text())
    assert told["steps"] == list(range(STEPS + 1))
    assert told["places"][0] == [pytest.approx([5, 5], abs=1e-4)]
    with seen.page.expect_download() as waiting:
        seen.page.get_by_label("Save adam, lr 0.1 as CSV").click()
    lines = waiting.value.path().read_text().splitlines()
    assert lines[0] == "member,step,evaluations,lr,loss,column,row"
    assert len(lines) == STEPS + 2


def test_names_are_text_in_every_field(tmp_path, opened):
    for_all = " ".join(HOSTILE)
    made = scene(*(trajectory([(5, 5), (20, 30)], [1.0, 0.5], name) for name in HOSTILE))
    axes = replace(made.plane.axes, labels=(for_all, for_all))
    made = replace(made, plane=replace(made.plane, axes=axes), note=for_all)
    file = tmp_path / "hostile.html"
    words = {"configuration": for_all, "command": for_all, "facts": {name: name for name in HOSTILE}}
    write_page(Report(for_all, for_all, made, **words), file)
    seen = opened(file)
    assert seen.page.evaluate("window.harm") is None
    assert seen.page.locator("h1").text_content() == for_all
    assert seen.page.locator(".paths tbody tr").count() == len(HOSTILE)
    assert seen.quiet, (seen.told, seen.asked)


def strange():
    """Scenes of which a careless page shows nothing, or something false."""
    yield "one_step", scene(trajectory([(5, 5), (6, 6)], [1.0, 0.9]))
    yield "diverged", scene(trajectory([(5, 5), (50, 5), (np.nan, np.nan)], [1.0, 9.0, np.nan]))
    yield "leaves", scene(trajectory([(5, 5), (500, 5), (1e20, 5)], [1.0, 0.5, 0.4]))
    flat = FunctionLandscape(lambda x, y: 0.0 * x + 2.0, bounds=[[-2.0, 3.0], [-1.0, 1.0]], start=[0.0, 0.0])
    yield "flat", scene_of(flat, [recorded([(0, 0), (1, 0.5)], [2.0, 2.0])])
    crowd = np.random.default_rng(0).uniform(0, 40, (30, 1000, 2))
    yield "members", scene(trajectory(crowd, np.linspace(1, 0, 30)[:, None] + np.zeros(1000)))
    yield "formula", function_scene("himmelblau")[1]


@pytest.mark.parametrize(("name", "made"), [pytest.param(*case, id=case[0]) for case in strange()])
def test_strange_scenes_are_sensible(name, made, tmp_path, opened):
    file = tmp_path / "page.html"
    write_page(Report.of(made), file)
    seen = opened(file)
    assert seen.page.evaluate(SHADES) > 3
    assert seen.quiet, (name, seen.told, seen.asked)


@pytest.fixture(scope="module")
def open_once(two, opened_for_all):
    """The page, for tests that change nothing on it."""
    return opened_for_all(two)


SEEN = """Object.fromEntries(Object.entries({
    step: '.told', speed: '.timeline select', tall: '[aria-label="Height of the surface"]',
    view: '.space figcaption select', ride: '.space figcaption label:nth-of-type(2) select', wide: '.stage',
}).map(([name, words]) => {
    const found = document.querySelector(words);
    return [name, found.value ?? (name === "wide" ? found.dataset.wide : found.textContent)];
}))"""
MEANT = {"step": "step 40 of 40", "speed": "1", "tall": "1", "view": "oblique", "ride": "-1", "wide": ""}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('step=1e9&speed=-7&tall=-5&ride=17&wide="everything"&against="money"&log=3', {"tall": "0.1"}),
        (
            'step=-3&speed=8&tall=1e9&camera=[1,2]&hidden=[99]&theme="pink"',
            {"step": "step 0 of 40", "speed": "8", "tall": "3"},
        ),
        ('step=NaN&speed="8"&tall=null&camera=["a",0,0,0,0,0]&hidden={"a":1}&heights="high"', {"speed": "1"}),
        ("step=1e999&camera=[0,0,1e999,0,0,0]&ride=0.5&tall=[2]&playing=1&step", {}),
    ],
)
def test_an_address_that_says_what_cannot_be_means_the_nearest_that_can(two, opened, said, meant):
    seen = opened(two, said)
    assert seen.page.evaluate(SEEN) == {**MEANT, **meant}
    assert seen.page.evaluate(SHADES) > 3
    assert seen.quiet, (said, seen.told)


def test_the_note_of_a_map_is_told(tmp_path, opened):
    made = replace(scene(trajectory([(5, 5), (6, 6)], [1.0, 0.9])), note="spline, from <25> points")
    write_page(Report.of(made), tmp_path / "page.html")
    assert opened(tmp_path / "page.html").page.get_by_text("The map: spline, from <25> points.").is_visible()


@pytest.mark.parametrize(
    ("losses", "lowest", "taken", "logarithmic"),
    [
        ([[100.0, 1.0, 0.1]], "0", 0.0, True),
        ([[100.0, 1.0, 0.0]], "0", 0.0, True),
        ([[2.0, 1.5, 1.0]], "0", 0.0, False),
        ([[10.0, -0.99, -1.0]], "-1", -1.0, True),
        ([[10.0, -0.9, -1.0]], "null", -1.0, True),
        ([[10.0, -1.0]], "-5", -5.0, False),
        ([[2.0, 9e37, np.nan], [2.0, 1.5, 1.0]], "0", 0.0, True),
    ],
)
def test_losses_are_logarithmic_where_they_span_a_decade(open_once, losses, lowest, taken, logarithmic):
    paths = json.dumps([{"losses": path} for path in losses])
    words = f"import('lab/curves').then((m) => [m.ground({paths}, {lowest}), m.spread({paths}, {lowest})])"
    assert open_once.page.evaluate(words) == [taken, logarithmic]
