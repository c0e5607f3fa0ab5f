import http.client
import json
import random
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.playing import server as serving
from landscape_lab.playing.asked import Refused
from landscape_lab.playing.ground import Ground, Landscaped, Own
from landscape_lab.playing.players import player
from landscape_lab.playing.server import BYTES, CONNECTIONS, WAITING, Desk, Server

GOOD = {"landscape": None, "start": [0.5, 0.25], "optimizers": ["sgd"], "lr": 0.001, "steps": 3}
PAGE = "<!doctype html><title>ä</title>"
REQUESTS = 1000


@contextmanager
def running(desk):
    with Server(desk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def desk():
    first = Landscaped(FunctionLandscape.named("himmelblau"), ("landscape=himmelblau",))
    return Desk(Ground(first, Own(player("sgd"), ("optimizer=sgd",))), PAGE)


@pytest.fixture(scope="module")
def server(desk):
    with running(desk) as server:
        yield server


def ask(server, method="POST", path="/descend", body=None, **headers):
    """Status, headers and body of an answer; a header that is `None` is left out."""
    given = {"Host": server.hosts[0], "Content-Type": "application/json", **headers}
    content = json.dumps(GOOD).encode() if body is None else body
    if "Content-Length" not in given:
        given["Content-Length"] = str(len(content))
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in given.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(content)
    answer = connection.getresponse()
    told = answer.status, answer.headers, answer.read()
    connection.close()
    return told


def test_the_page_is_there_and_may_not_be_kept_or_taken(server):
    status, headers, body = ask(server, "GET", "/?from=a", b"")
    assert (status, body.decode()) == (200, PAGE)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_it_listens_on_this_machine_only(server):
    assert server.server_address[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.server_port}/"


def test_descents_are_made(server):
    status, headers, body = ask(server, Origin=server.address[:-1])
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body)["members"][0]["name"] == "sgd"


@pytest.mark.parametrize(
    "host", [None, "", "evil.com", "127.0.0.1", "evil.com:{port}", "127.0.0.1:1", "[::1]:{port}"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_foreign_hosts_are_refused(server, host, method):
    given = host and host.format(port=server.server_port)
    path = "/" if method == "GET" else "/descend"
    status, _, body = ask(server, method, path, Host=given)
    assert status == 403
    assert "127.0.0.1" in json.loads(body)["error"]


def test_two_hosts_are_one_too_many(server):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: {server.hosts[0]}\r\nHost: evil.com\r\n\r\n".encode())
        assert b" 403 " in line.recv(100)


@pytest.mark.parametrize(
    "origin", ["http://evil.com", "null", "", "https://127.0.0.1:{port}", "http://localhost:1"]
)
def test_other_pages_are_refused(server, origin):
    status, headers, _ = ask(server, Origin=origin.format(port=server.server_port))
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_the_other_name_of_this_machine_is_its_own(server):
    host = f"localhost:{server.server_port}"
    assert ask(server, Host=host, Origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (404, {"path": "/"}),
        (404, {"path": "/../../etc/passwd"}),
        (404, {"method": "GET", "path": "/drawn/"}),
        (410, {"method": "GET", "path": "/drawn/none.png"}),
        (400, {"body": b"{"}),
        (400, {"body": json.dumps(GOOD | {"steps": 10**9}).encode()}),
        (415, {"Content-Type": "text/plain"}),
        (415, {"Content-Type": None}),
        (411, {"Content-Length": None}),
        (411, {"Content-Length": "-1"}),
        (413, {"Content-Length": str(BYTES + 1)}),
        (413, {"Content-Length": "9" * 5000}),
        (501, {"method": "DELETE"}),
        (501, {"method": "OPTIONS"}),
    ],
)
def test_what_is_not_done_is_told_in_one_line(server, status, changes):
    found, _, body = ask(server, **changes)
    assert found == status
    told = json.loads(body)["error"]
    assert told
    assert "\n" not in told
    assert "Traceback" not in told


def test_what_a_landscape_raises_is_one_line(desk, server, monkeypatch, capsys):
    def raises(asked):
        raise KeyError("table")

    monkeypatch.setattr(desk.ground, "descend", raises)
    status, _, body = ask(server)
    assert (status, json.loads(body)) == (500, {"error": "KeyError: 'table'"})
    assert capsys.readouterr().err == "landscape_lab: A request could not be answered: KeyError: 'table'\n"


def test_too_many_wait_in_vain(desk):
    told, open_door = [], threading.Event()

    def wait():
        with desk._waiting():
            open_door.wait(10)

    threads = [threading.Thread(target=wait) for _ in range(WAITING)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while desk._seats._value and time.monotonic() < until:
        time.sleep(0.005)
    try:
        desk.post("/descend", json.dumps(GOOD).encode())
    except Refused as refused:
        told.append(refused.status)
    open_door.set()
    for thread in threads:
        thread.join()
    assert told == [503]
    assert desk.post("/descend", json.dumps(GOOD).encode()).status == 200


def test_who_connects_and_says_nothing_does_not_stay(desk, monkeypatch):
    monkeypatch.setattr(serving.Handler, "timeout", 0.1)
    with running(desk) as server:
        silent = [http.client.HTTPConnection("127.0.0.1", server.server_port) for _ in range(CONNECTIONS)]
        for connection in silent:
            connection.connect()
        time.sleep(0.5)
        assert ask(server, "GET", "/")[0] == 200
        for connection in silent:
            connection.close()


def noise(rng):
    """A request that somebody might send by mistake or on purpose."""
    values = [
        None,
        True,
        -1,
        0,
        1e308,
        float("nan"),
        "",
        "x" * rng.randrange(50),
        [],
        {},
        [1, 2],
        [[]],
        "adam",
        10**30,
    ]
    body = {
        name: rng.choice([value, rng.choice(values)]) for name, value in GOOD.items() if rng.random() < 0.95
    }
    drawing = {name: rng.choice([*values, 8, "AAAA"]) for name in ("width", "height", "heights")}
    text = json.dumps(rng.choice([body, body, drawing, rng.choice(values)])).encode()
    if rng.random() < 0.2:
        text = bytes(rng.randrange(256) for _ in range(rng.randrange(40)))
    headers = {}
    if rng.random() < 0.2:
        headers = {
            rng.choice(["Host", "Origin", "Content-Type", "Content-Length", "X"]): rng.choice(
                ["", "5", "a b", "%"]
            )
        }
    path = rng.choice(
        ["/descend", "/descend", "/draw", "/", "/%00", "//x", "/drawn/..%2f.png", "/drawn/a.png"]
    )
    return rng.choice(["POST", "POST", "GET", "HEAD", "PUT", "BREW"]), path, text, headers


def test_a_thousand_random_requests_leave_it_well(server, capsys):
    rng = random.Random(0)
    seen = set()
    for _ in range(REQUESTS):
        method, path, body, headers = noise(rng)
        if "Content-Length" in headers or headers.get("Host") == "":
            headers["Content-Length"] = str(len(body) // 2)  # what is left is never read
        try:
            status, _, told = ask(server, method, path, body, **headers)
        except (http.client.HTTPException, ConnectionError):
            continue  # it hung up
        seen.add(status)
        assert status != 500
        if status != 200 and method != "HEAD":
            assert json.loads(told)["error"]
    assert {200, 400, 403, 404, 501} <= seen
    assert ask(server)[0] == 200
    assert not capsys.readouterr().err
    assert threading.active_count() < 10
