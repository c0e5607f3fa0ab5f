"""Sheets, races, learning rates and the approximation by shapes, as a reader has them."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from scenes import scene, trajectory
from sweeping import HARM, swept

from landscape_lab.drawing.report import Report, write_page
from landscape_lab.sweeps.index import write_index
from landscape_lab.sweeps.ranking import Leaderboard
from landscape_lab.sweeps.reports import write_report

pytestmark = pytest.mark.browser
JOBS = '[aria-label="Leaderboard"]'
COLUMN = """column => {
    const table = document.querySelector('[aria-label="Leaderboard"] table');
    const heads = [...table.querySelectorAll('thead tr:first-child th')].map(one => one.textContent.trim());
    const place = heads.findIndex(name => name.startsWith(column));
    return [...table.querySelectorAll('tbody tr')].map(line => line.children[place].textContent);
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The page of a sweep, and the index above it."""
    folder = tmp_path_factory.mktemp("outputs")
    page = write_report(Leaderboard.of(swept(folder / "sweep").rename(folder / "sweep <b>&")))
    return page, write_index(folder)


def numbers(texts):
    return [float(text.replace(",", "")) for text in texts if text != "–"]


def test_a_leaderboard_is_sorted_by_its_heads_and_filtered(files, opened):
    seen = opened(files[0])
    page = seen.page
    head = page.locator(f"{JOBS} thead th", has_text="final_loss")
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    rising = page.evaluate(COLUMN, "final_loss")
    assert numbers(rising) == sorted(numbers(rising))
    assert rising[-2:] == ["–", "–"]  # what is missing stands last, this way
    page.keyboard.press("Enter")
    falling = page.evaluate(COLUMN, "final_loss")
    assert numbers(falling) == numbers(rising)[::-1]
    assert falling[-2:] == ["–", "–"]  # and the other
    page.locator(f'{JOBS} [aria-label="Filter optimizer.lr"]').fill(">=0.1")
    assert set(numbers(page.evaluate(COLUMN, "optimizer.lr"))) == {0.1}
    page.locator(f'{JOBS} [aria-label="Filter optimizer.lr"]').fill("")
    page.get_by_label("Show failed").click()
    assert page.locator(f"{JOBS} tbody tr").count() == 1
    assert HARM in page.locator(f"{JOBS} tbody").text_content()
    assert page.evaluate("window.harm") is None
    places = page.locator('[aria-label="The order now"] li')
    assert "diverged" in places.last.text_content()
    page.get_by_label("To the start").click()
    assert len({text.split()[-1] for text in places.all_text_contents()}) == 1  # all begin at the same place
    assert seen.quiet


def test_another_landscape_is_chosen_and_a_link_restores_the_sheet(files, opened):
    seen = opened(files[0], 'ground=1&jobs={"by":1,"down":true,"any":"sgd","each":{"0":5}}')
    page = seen.page
    assert page.get_by_label("landscape").first.input_value() == "1"
    page.locator(f'{JOBS} [aria-label="Filter rank"]').fill("")
    assert page.evaluate(COLUMN, "job") == ["5_beale", "2_rosenbrock"]
    page.get_by_label("landscape").first.select_option("0")
    seen.wait("""document.querySelector('#page[aria-busy="false"] select')?.value === "0"
        && !location.hash.includes("ground=1")""")
    assert "adam, lr 0.1" in page.locator('[aria-label="The order now"]').text_content()
    assert page.locator('[aria-label="Race"] canvas').count() == 1
    assert seen.quiet


def test_a_phone_shows_a_sweep_and_an_index_without_overflow(files, opened):
    for file in files:
        seen = opened(file, width=375, dark=True)
        assert not seen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert seen.quiet


def test_an_index_leads_to_pages_beside_it(files, opened):
    seen = opened(files[1])
    link = seen.page.get_by_role("link", name="sweep <b>&")
    assert Path(unquote(urlparse(link.evaluate("one => one.href")).path)) == files[0]
    assert seen.page.locator("tbody tr").count() == 1
    assert seen.quiet


def test_shapes_are_those_of_the_present_step(tmp_path, opened):
    way = np.stack([5 + np.arange(21.0), 5 + np.arange(21.0)], axis=1)

    def pictures(moment):
        shade = np.full((6, 9, 3), round(10 * moment), np.uint8)
        return np.stack([np.full((6, 9, 3), 77, np.uint8), shade])

    drawn = replace(scene(trajectory(way, 1 - np.arange(21.0) / 30, "adam")), approximation=pictures)
    write_page(Report.of(drawn), tmp_path / "shapes.html")
    seen = opened(tmp_path / "shapes.html", "step=20")
    shade = """() => {
        const image = document.querySelectorAll('[aria-label="Approximation"] img')[1];
        const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 6 });
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return context.getImageData(4, 3, 1, 1).data[0];
    }"""
    seen.wait("document.querySelectorAll('[aria-label=\"Approximation\"] img')[1].complete")
    assert seen.page.evaluate(shade) == pytest.approx(200, abs=3)
    seen.page.get_by_label("To the start").click()
    seen.wait("document.querySelectorAll('[aria-label=\"Approximation\"] img')[1].complete")
    assert seen.page.evaluate(shade) == pytest.approx(0, abs=3)
    assert seen.quiet
