"""No product has a fault that the linter finds: text cut or covered, empty panels, weak colours, ….

`make pictures` looks at all of them; a few stand for them in `make test`.
"""

from functools import partial

import pytest
from products import RUNS, SAMPLE, SWEEPS, draw_surfaces, look_at

from landscape_lab import run

QUIET = ("logger=none", "~callbacks.progress", "~callbacks.checkpoints")


def complain(found):
    """Fail with all faults, one line each."""
    assert found
    lines = [f"{product}: {fault}" for product, faults in found.items() for fault in faults]
    assert not lines, "\n" + "\n".join(lines)


def look_at_run(words):
    """Look at all products of a run, in a folder where surfaces are drawn."""
    draw_surfaces()
    complain(look_at(partial(run, [*words, *QUIET, "hydra.run.dir=run"])))


@pytest.mark.parametrize("name", SAMPLE)
def test_some_products_of_a_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    look_at_run(SAMPLE[name])


@pytest.mark.pictures
@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_every_product_of_a_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    look_at_run(RUNS[name])


@pytest.mark.pictures
@pytest.mark.slow
@pytest.mark.parametrize("look", ["style=dark", "width=3.4"])
@pytest.mark.parametrize(
    "name", ["square", "16 : 9", "10 : 1", "valley", "10 dimensions", "rates", "network"]
)
def test_every_product_in_other_looks(name, look, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    look_at_run([*RUNS[name], f"callbacks.pictures.{look}", "video=[]"])


@pytest.mark.pictures
@pytest.mark.slow
@pytest.mark.parametrize("name", SWEEPS)
def test_every_product_of_a_sweep(name, command_line):
    draw_surfaces()
    complain(look_at(partial(command_line, *SWEEPS[name].split(), "hydra.sweep.dir=sweep")))
