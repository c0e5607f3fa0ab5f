"""A server for one person: on the loopback address only, for pages of its own only, with bounded work."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from landscape_lab.errors import explain, tell
from landscape_lab.playing.asked import Descents, Refused, read_drawing
from landscape_lab.playing.ground import Ground

ADDRESS = "127.0.0.1"
BYTES = 1_000_000
"""The most that a request brings."""
WAITING = 4
"""So many requests wait for their turn, or have it; more are refused."""
CONNECTIONS = 32
PATIENCE = 10.0
"""Seconds that a browser may take to say what it wants."""


class Answer(NamedTuple):
    """What is sent back."""

    body: bytes
    kind: str = "application/json"
    status: int = 200


class Desk:
    """Answers requests, one computation at a time.

    Args:
        ground: Where one plays.
        page: The page, in HTML.
    """

    def __init__(self, ground: Ground, page: str) -> None:
        self.ground = ground
        self.page = page.encode()
        self._turn = threading.Lock()
        self._seats = threading.BoundedSemaphore(WAITING)

    def get(self, path: str) -> Answer:
        """The page, or a drawing as a file.

        Raises:
            Refused: There is nothing of this name.
        """
        if path == "/":
            return Answer(self.page, "text/html; charset=utf-8")
        folder, _, file = path.rpartition("/")
        if folder == "/drawn" and file.endswith(".png"):
            return Answer(self.ground.picture(file.removesuffix(".png")), "image/png")
        raise Refused("There is nothing here.", 404)

    def post(self, path: str, body: bytes) -> Answer:
        """What was asked for.

        Raises:
            Refused: It is not done.
        """
        ways: dict[str, Callable[[], dict[str, object]]] = {
            "/descend": lambda: self.ground.descend(Descents.read(body, self.ground.names)),
            "/basins": lambda: self.ground.basins(Descents.read(body, self.ground.names)),
            "/draw": lambda: self.ground.draw(read_drawing(body)),
        }
        if path not in ways:
            raise Refused("There is nothing here.", 404)
        with self._waiting():
            found = ways[path]()
        return Answer(json.dumps(found, allow_nan=False).encode())

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Wait for one's turn, unless too many do."""
        if not self._seats.acquire(blocking=False):
            raise Refused("Others are being answered: ask again in a moment.", 503)
        try:
            with self._turn:
                yield
        finally:
            self._seats.release()


class Server(ThreadingHTTPServer):
    """Listens on the loopback address.

    Args:
        desk: Answers.
        port: 0 for any that is free.

    Raises:
        OSError: The port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = CONNECTIONS

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((ADDRESS, port), Handler)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What this server is called: another name may be one that was made to lead here."""
        return tuple(f"{name}:{self.server_port}" for name in (ADDRESS, "localhost"))

    def process_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """A browser that hangs up is none."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = PATIENCE
    server_version, sys_version = "landscape_lab", ""

    def do_GET(self) -> None:
        self._answer(lambda: self.server.desk.get(urlsplit(self.path).path))

    def do_POST(self) -> None:
        self._answer(lambda: self.server.desk.post(urlsplit(self.path).path, self._body()))

    def _answer(self, answer: Callable[[], Answer]) -> None:
        """Check who asks, and send what is answered, or why not."""
        try:
            self._check()
            found = answer()
        except Refused as refused:
            found = refusal(refused.status, str(refused))
        except TimeoutError:
            found = refusal(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to come.")
        except Exception as error:  # noqa: BLE001 - a landscape may raise anything
            tell(f"A request could not be answered: {explain(error)}")
            found = refusal(HTTPStatus.INTERNAL_SERVER_ERROR, explain(error))
        self._send(found)

    def _check(self) -> None:
        """Refuse who came under another name, or from another page."""
        hosts = self.server.hosts
        if self.headers.get_all("Host", []) not in [[host] for host in hosts]:
            raise Refused(f"This server is {self.server.address}.", HTTPStatus.FORBIDDEN)
        origins = self.headers.get_all("Origin", [])
        if any(origin not in [f"http://{host}" for host in hosts] for origin in origins):
            raise Refused("Only the page of this server may ask it.", HTTPStatus.FORBIDDEN)

    def _body(self) -> bytes:
        """What the request brings: JSON, of a length that is told."""
        if self.headers.get_content_type() != "application/json":
            raise Refused(
                "The request should be of the type application/json.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            )
        length = self._length()
        body = self.rfile.read(length)
        if len(body) != length:
            raise Refused("The request ended before its end.")
        return body

    def _length(self) -> int:
        """How many bytes the request brings."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            raise Refused("The request should tell its length.", HTTPStatus.LENGTH_REQUIRED)
        if len(length) > 9 or int(length) > BYTES:
            raise Refused(
                f"The request should have at most {BYTES:,} bytes.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            )
        return int(length)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in (
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP, or a method that is not there, in one line, too."""
        self.close_connection = True
        self._send(refusal(code, message or "The request is not understood."))

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not told."""


def refusal(status: int, reason: str) -> Answer:
    """Why a request is not answered, in one line of JSON."""
    return Answer(json.dumps({"error": reason}).encode(), status=status)
