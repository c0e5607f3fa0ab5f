"""Progress in a notebook, with an IPython that only takes down what it is asked to show."""

import sys
from types import SimpleNamespace

import pytest

from landscape_lab.callbacks.notebook_progress import NotebookProgress, in_notebook


@pytest.fixture
def shown(monkeypatch):
    """What a kernel was asked to show, in this order."""
    told = []
    display = SimpleNamespace(
        HTML=str, display=lambda line, display_id: told.append(line) or SimpleNamespace(update=told.append)
    )
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()), display=display)
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return told


def test_only_a_kernel_shows_html(shown, monkeypatch):
    assert in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))  # on a terminal
    assert not in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()


def test_one_line_is_replaced_and_taken_away(shown):
    bar = NotebookProgress()
    task = bar.add_task("<script>🙂", total=100, completed=0, rate=0.0, loss=float("nan"))
    bar.start()
    bar.update(task, completed=40, rate=20.0, loss=0.123456, refresh=True)
    bar.stop()
    bar.stop()
    assert shown == [
        '<progress max="100" value="0"></progress> &lt;script&gt;🙂 · 0 steps/s · loss nan',
        '<progress max="100" value="40"></progress> &lt;script&gt;🙂 · 20 steps/s · loss 0.1235 · 3 s left',
        "",
    ]
    assert bar.update(task, completed=50, rate=20.0, loss=0.1) is None
    assert len(shown) == 3


def test_a_run_in_a_notebook_shows_it(shown, lab):
    lab("landscape=rosenbrock", "steps=30", "figures=[]", "logger=none", quiet=False)
    assert 'max="30"' in shown[0]
    assert shown[-1] == ""
