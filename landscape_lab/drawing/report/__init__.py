"""A page of a scene that needs nothing else: no network, no file beside it.

`content` turns a scene into what the page reads, `page` puts that, the styles and the scripts into one file.
The scripts are the modules in `assets/`: `main.js` is the first, each of the others does one thing.
"""

from landscape_lab.drawing.report.content import Report
from landscape_lab.drawing.report.page import write_page

__all__ = ["Report", "write_page"]
