"""Arrows and the optimizer's state in Chromium."""

import pytest

from landscape_lab import lab

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Adam on Himmelblau's function with three rates, its state recorded."""
    folder = tmp_path_factory.mktemp("arrows")
    words = ["landscape=himmelblau", "optimizer=adam", "ensemble=lr_sweep", "steps=30", "report=page"]
    words += ["ensemble.lr={low: 0.02, high: 0.2, num: 3}", "callbacks.report.state=true", "figures=[]"]
    words.append("logger=none")
    lab.run([*words, "~callbacks.progress", "plane.resolution=24", f"hydra.run.dir={folder}"])
    return folder / "report.html"


ROWS = """Array.from(
  document.querySelectorAll(".pushes tbody tr"),
  (row) => row.innerText.trim().split(/\\s*\\t\\s*/),
)"""
TINTED = """(tint, where = ".map canvas") => {
  const canvas = document.querySelector(where);
  const copy = new OffscreenCanvas(canvas.width, canvas.height)
    .getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) count += tint.every((value, part) => data[at + part] === value);
  return count;
}"""
ORANGE = [255, 159, 28]


def test_arrows_have_numbers_and_can_be_switched_off(opened, page):
    seen = opened(page, "step=4", space=True)
    surface = "document.querySelector('.numbers') && " + f"({TINTED})({ORANGE}, '.numbers')"
    seen.wait(f"({TINTED})({ORANGE}) > 100")
    seen.wait(f"{surface} > 100")
    rows = seen.page.evaluate(ROWS)
    assert [row[0] for row in rows] == [
        "negative gradient",
        "\u2212exp_avg",
        "scale of each axis, 1 / (\u221aexp_avg_sq + \u03b5)",
        "the step that was made",
    ]
    assert rows[3][-1] == "4"
    seen.page.get_by_label("Draw negative gradient").click()
    seen.wait(f"({TINTED})({ORANGE}) < 20")
    seen.wait(f"{surface} === 0")
    seen.page.get_by_label("Draw negative gradient").click()
    seen.page.get_by_label("To the end").click()
    seen.wait("document.querySelector('.pushes').innerText.includes('none: this is the last point')")
    assert seen.quiet


def test_another_member_has_other_numbers(opened, page):
    seen = opened(page, "step=4")
    before = seen.page.evaluate(ROWS)
    seen.page.get_by_label("member").first.select_option("0")
    after = seen.page.evaluate(ROWS)
    assert before[3] != after[3]
    assert "member=0" in seen.page.evaluate(
        "new Promise((done) => setTimeout(() => done(location.hash), 500))"
    )
    assert seen.quiet


def test_the_state_has_charts_that_can_be_hidden(opened, page):
    seen = opened(page, "step=4", width=375, dark=True)
    shown = (
        "Array.from(document.querySelectorAll('.states > div:not([hidden]) strong'), (one) => one.innerText)"
    )
    assert seen.page.evaluate(shown) == ["exp_avg", "exp_avg_sq", "step"]
    seen.page.get_by_role("checkbox", name="exp_avg_sq", exact=True).click()
    assert seen.page.evaluate(shown) == ["exp_avg", "step"]
    assert not seen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert seen.quiet
