"""Chromium, started once, and pages opened in it that tell what went wrong."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"),
)
FAULTS = ("error", "warning")
SOFTWARE = "GL Driver Message"
"""What Chromium warns of where it draws in three dimensions without a graphics card."""
OWN = ("data:", "blob:", "file:")

WITHOUT_SPACE = "window.IntersectionObserver = class { observe() {} disconnect() {} };"
"""The surface waits until it comes into sight, and never hears of it."""


class Opened(NamedTuple):
    """A page in the browser, what its console told, and what it asked the network for."""

    page: object
    told: list[str]
    asked: list[str]

    @property
    def quiet(self) -> bool:
        return not self.told and not self.asked

    def wait(self, words: str) -> None:
        """Until an expression is true; the page's own policy forbids Playwright to do so in it."""
        until = time.monotonic() + 10
        while not self._holds(words):
            assert time.monotonic() < until, f"It never became true: {words}"
            self.page.wait_for_timeout(30)

    def _holds(self, words: str) -> bool:
        """Whether an expression is true now; not while the page is loaded anew."""
        from playwright.sync_api import Error

        try:
            return bool(self.page.evaluate(words))
        except Error as error:
            if "navigation" not in str(error):
                raise
            return False


def is_fault(said) -> bool:
    """Whether a page told its console that something is wrong."""
    return said.type in FAULTS and SOFTWARE not in said.text


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The Chromium of the system, without a window."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        started = playing.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield started
        started.close()


def opening(browser) -> Iterator[Callable[..., Opened]]:
    """Open a file, `opened(path, hash="step=3", width=375, dark=True)`, and wait until all of it is there.

    The surface, which takes seconds without a graphics card, is drawn only with `space=True`.
    """
    contexts = []

    def open_page(
        path: Path,
        hash: str = "",
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        space: bool = False,
    ):
        size, scheme = {"width": width, "height": height}, "dark" if dark else "light"
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme))
        if not space:
            contexts[-1].add_init_script(WITHOUT_SPACE)
        seen = Opened(contexts[-1].new_page(), [], [])
        seen.page.on("console", lambda said: is_fault(said) and seen.told.append(said.text))
        seen.page.on("pageerror", lambda error: seen.told.append(str(error)))
        seen.page.on("request", lambda one: one.url.startswith(OWN) or seen.asked.append(one.url))
        seen.page.goto(f"{path.absolute().as_uri()}#{hash}")
        seen.page.wait_for_selector('#page[aria-busy="false"]', timeout=15_000)
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def opened(browser) -> Iterator[Callable[..., Opened]]:
    """`opened(path, …)` for one test."""
    yield from opening(browser)


@pytest.fixture(scope="module")
def opened_for_all(browser) -> Iterator[Callable[..., Opened]]:
    """`opened_for_all(path, …)` for the tests of a module, which share the page."""
    yield from opening(browser)
