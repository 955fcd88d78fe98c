"""A real HTTP server on loopback."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Service"

    def do_GET(self) -> None:
        self.server.requests.append(("GET", self.path, self.client_address))
        begun = time.monotonic()
        with self.server.lock:
            self.server.at_once.append(self.server.at_once[-1] + 1)
        try:
            time.sleep(self.server.delays.get(self.path, 0.0))
            self._get()
        except OSError as error:
            self.server.broken.append(f"{self.path}: {error}")
            self.close_connection = True
        finally:
            with self.server.lock:
                self.server.at_once.append(self.server.at_once[-1] - 1)
            self.server.times.append((self.path, begun, time.monotonic()))

    def _get(self) -> None:
        if self.path in self.server.answers:
            self._answer(200, self.server.answers[self.path])
            return
        if self.path == "/slow":
            self.server.released.wait(10)
        if self.path == "/drop":
            self.close_connection = True
            return
        if self.path == "/huge":
            self._endless()
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._answer(
            200 if self.path != "/missing" else 404, b'{"path": "%s"}' % self.path.encode()
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(("POST", self.path, body))
        if self.path == "/drop":
            self.close_connection = True
            return
        self._answer(200, body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        block = b"x" * 1024 * 1024
        try:
            while True:
                self.wfile.write(block)
        except OSError:
            self.close_connection = True


class Service(ThreadingHTTPServer):
    """What it was asked is in `requests`."""

    daemon_threads = True

    def __init__(self, address: str, port: int = 0) -> None:
        super().__init__((address, port), _Handler)
        self.requests: list[tuple[Any, ...]] = []
        self.answers: dict[str, bytes] = {}
        """What paths answer, beside those that everybody can ask."""
        self.released = threading.Event()
        self.delays: dict[str, float] = {}
        """Seconds for which paths keep whoever asks waiting."""
        self.lock = threading.Lock()
        self.at_once = [0]
        """How many questions were being answered, at each change."""
        self.times: list[tuple[str, float, float]] = []
        """Which path was answered from when to when, as they ended."""
        self.broken: list[str] = []
        """Answers that nobody took."""
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, *_args: Any) -> None:
        """Say nothing of clients that went."""

    def end(self) -> None:
        """Stop, and close what clients keep open, as a process that ends does."""
        self.released.set()
        self.shutdown()
        self.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def serving(address: str = "127.0.0.1", port: int = 0) -> Iterator[Service]:
    """Serve until the context is left."""
    service = Service(address, port)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.end()
        thread.join(timeout=5)
