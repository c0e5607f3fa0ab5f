import base64
import hashlib
import json
import re

import pytest
from scenes import scene, trajectory

from landscape_lab.drawing.report.content import Report
from landscape_lab.drawing.report.page import ASSETS, in_script, modules, page, write_page

IMPORT = re.compile(r"""^(?:import|export)\b[^'"]*?from ?["']([^"']+)["']""", re.MULTILINE)
HTML = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")


@pytest.fixture(scope="module")
def written():
    return page(Report.of(scene(trajectory([(5, 5), (20, 30)], [1.0, 0.5], "<b>sgd</b>"))))


def test_it_asks_for_nothing(written):
    without = re.sub(r"data:[\w/]+;base64,[\w+/=]+", "", written)
    assert not re.findall(r"""(?:src|href)=["']?(?!data:)[^"' >]+""", without)
    assert "default-src 'none'" in written


def test_names_are_text(written):
    assert "<title>&lt;b&gt;sgd&lt;/b&gt; · 1 steps" in written
    assert "<b>" not in written


def test_content_cannot_end_its_element():
    told = in_script(json.dumps("</script><!-- <script>"))
    assert "<" not in told
    assert json.loads(told) == "</script><!-- <script>"


def test_every_module_that_is_imported_is_there():
    known = modules()
    texts = {name: base64.b64decode(address.partition(",")[2]).decode() for name, address in known.items()}
    for name, text in texts.items():
        for wanted in re.findall(
            r"""^(?:import|export)\b[^'"]*?from ?["']([^"']+)["']""", text, re.MULTILINE
        ):
            assert wanted in known, f"{name} imports {wanted}"


def test_libraries_are_what_was_published():
    lines = (ASSETS / "vendor" / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == len(list((ASSETS / "vendor").glob("*.js")))
    for digest, name in map(str.split, lines):
        assert hashlib.sha256((ASSETS / "vendor" / name).read_bytes()).hexdigest() == digest


def test_our_scripts_set_no_html():
    for file in ASSETS.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", file.read_text()
        ), file


def test_a_page_appears_whole_or_not_at_all(tmp_path):
    file = tmp_path / "page.html"
    with pytest.raises(ValueError, match="JSON"):
        write_page(Report("title", facts={"loss": float("nan")}), file)
    assert not list(tmp_path.iterdir())
