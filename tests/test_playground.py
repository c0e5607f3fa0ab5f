import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from landscape_lab import playground
from landscape_lab.playground import desk_of, main, words_of


@pytest.fixture(scope="module")
def desk():
    return desk_of(
        [
            "landscape=himmelblau",
            "optimizer=lion",
            "optimizer.betas=[0.8,0.9]",
            "steps=7",
            "plane.resolution=20",
        ]
    )


def content(page):
    return json.loads(re.search(r'id="content">(.*?)</script>', page, re.DOTALL)[1])


def test_its_page_is_that_of_the_landscape(desk):
    told = content(desk.page.decode())
    assert told["title"] == "himmelblau · playground"
    assert told["paths"] == []
    assert [*told["sections"]] == ["playground", "draw"]
    ground = told["sections"]["playground"]
    assert ground["live"]
    assert ground["steps"] == 7
    assert ground["optimizers"][0] == {"name": "lion", "rate": 0.03, "color": "#0070b0"}


def test_commands_repeat_the_words_of_the_command(desk):
    body = {"landscape": None, "start": [0.5, 0.25], "optimizers": ["lion", "adam"], "lr": 0.1, "steps": 3}
    lion, adam = json.loads(desk.post("/descend", json.dumps(body).encode()).body)["members"]
    shared = "python -m landscape_lab landscape=himmelblau"
    assert lion["command"] == (
        f"{shared} optimizer=lion 'optimizer.betas=[0.8,0.9]' optimizer.lr=0.1 'start=[0.5,0.25]' steps=3"
    )
    assert adam["command"] == f"{shared} optimizer=adam optimizer.lr=0.1 'start=[0.5,0.25]' steps=3"


def test_words_are_told_apart():
    words = ["landscape=circle", "landscape.h=0.1", "landscapes=3", "+optimizer.lr=1", "optimizer.eps=2"]
    chosen = {"landscape": "circle", "optimizer": "adam"}
    assert words_of(words, "landscape", chosen) == ("landscape=circle", "landscape.h=0.1")
    assert words_of(words, "optimizer", chosen) == ("optimizer=adam", "optimizer.eps=2")


def test_nothing_is_written(desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    desk_of(["landscape=himmelblau", "plane.resolution=20"])
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["landscape=rosenbrock", "landscape.dims=3"], "Parameter `report` may be playground only"),
        (["landscape=nowhere"], "There is no landscape `nowhere`"),
        (["optimizer.lr=auto"], "Parameter `optimizer.lr` should be a number here"),
        (["port=99999"], "Parameter `port` should be"),
        (["port=high"], "Parameter `port` should be"),
        (["open=perhaps"], "Parameter `open` should be"),
        (["lanscape=circle"], "lanscape"),
    ],
)
def test_other_words_are_refused_in_one_line(command_line, words, told):
    done = command_line(*words, main=main)
    assert done.status == 1
    assert told in done.written.err
    assert done.written.err.count("\n") == 1


def test_a_port_that_is_taken_is_told(command_line, monkeypatch, desk):
    monkeypatch.setattr(playground, "desk_of", lambda words: desk)
    with playground.serving(desk, 0) as server:
        done = command_line(f"port={server.server_port}", main=main)
    assert done.status == 1
    assert f"Parameter `port` should be free. Found `port = {server.server_port}`" in done.written.err


def test_ctrl_c_ends_it_with_one_line(command_line, monkeypatch, desk):
    def interrupted(server):
        raise KeyboardInterrupt

    monkeypatch.setattr(playground, "desk_of", lambda words: desk)
    monkeypatch.setattr(playground.Server, "serve_forever", interrupted)
    monkeypatch.setattr(playground.webbrowser, "open", lambda address: shown.append(address))
    shown = []
    done = command_line("open=true", main=main)
    assert done.status == 0
    assert done.written.out.splitlines() == shown
    assert done.written.err == "landscape_lab: The playground is closed.\n"


@pytest.mark.slow
def test_it_runs_until_ctrl_c_and_leaves_nothing(tmp_path):
    words = [sys.executable, "-m", "landscape_lab.playground", "landscape=himmelblau", "plane.resolution=20"]
    running = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = running.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    assert b"<!doctype html>" in urllib.request.urlopen(address, timeout=10).read()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert err == "landscape_lab: The playground is closed.\n"
    assert running.returncode == 0
    assert not [*tmp_path.iterdir()]
