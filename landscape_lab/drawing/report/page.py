"""The file: what a page tells, its styles and its scripts, in one piece of HTML."""

import json
from base64 import b64encode
from html import escape
from os import PathLike
from pathlib import Path
from string import Template

from landscape_lab.drawing.report.content import Report
from landscape_lab.files.writing import replacing

ASSETS = Path(__file__).parent / "assets"
LIBRARIES = {
    "three/core": "three.core.min.js",
    "three": "three.module.min.js",
    "three/controls": "OrbitControls.js",
}
"""The files in `assets/vendor/` by the names under which modules import them."""


def write_page(report: Report, path: str | PathLike[str]) -> None:
    """Write a page, whole or not at all.

    Args:
        report: What it tells.
        path: The file.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(page(report), encoding="utf-8")


def page(report: Report) -> str:
    """The page: all that comes from outside, names and numbers, is data that scripts show as text."""
    return Template(_asset("page.html")).substitute(
        title=escape(report.title),
        style=_asset("page.css"),
        modules=json.dumps({"imports": modules()}),
        content=in_script(json.dumps(report.content(), allow_nan=False, separators=(",", ":"))),
    )


def modules() -> dict[str, str]:
    """Our scripts as `lab/NAME`, and the libraries, each as an address that holds its text.

    A browser resolves the names by an import map, so that modules are written, and shown when something
    goes wrong, as they are here.
    """
    own = {f"lab/{file.stem}": file.read_text("utf-8") for file in sorted(ASSETS.glob("*.js"))}
    vendored = {name: _asset(f"vendor/{file}") for name, file in LIBRARIES.items()}
    vendored["three"] = vendored["three"].replace("./three.core.min.js", "three/core")
    return {name: _address(text) for name, text in {**own, **vendored}.items()}


def in_script(text: str) -> str:
    r"""JSON inside `<script>`: nothing in it ends the element or begins a comment.

    >>> in_script('"</script>"')
    '"\\u003c/script>"'
    """
    return text.replace("<", "\\u003c")


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _address(text: str) -> str:
    return f"data:text/javascript;base64,{b64encode(text.encode()).decode()}"
